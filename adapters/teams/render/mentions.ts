import { inlinesOf } from "../../../src/message/inlines.ts";
import type { Message, MessageNode, PersonSpan } from "../../../src/message/message.ts";
import type { MentionEntity, TextBlock } from "./card.ts";
import { mentionName } from "./safe-text.ts";
import { textWeight, weightOf } from "./weight.ts";

/** Everybody who is mentioned is rung: more at once would be noise. */
const MOST_MENTIONS = 10;
/** No more of a card than that goes to mentions. */
const MOST_WEIGHT = 3000;
const MOST_NAME = 64;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A line that mentions people, and who they are; `line` is null when there is nobody to mention. */
export interface Mentions {
  readonly line: TextBlock | null;
  readonly entities: readonly MentionEntity[];
}

export const NO_MENTIONS: Mentions = { line: null, entities: [] };

/**
 * The people of a message by their Entra object IDs, in a line of their own: mentions are understood in
 * Markdown only, where the message's other texts, which anybody may have written, must not stand. Whoever
 * has no object ID, or no name but an ID, is not mentioned.
 */
export function mentionsOf(message: Message): Mentions {
  const people = new Map<string, string>();
  for (const { name, objectId } of message.nodes.flatMap(peopleIn)) {
    const shown = GUID.test(name) ? "" : mentionName(name, MOST_NAME);
    if (objectId !== null && GUID.test(objectId) && shown !== "") {
      const id = objectId.toLowerCase();
      people.set(id, people.get(id) ?? shown);
    }
  }
  if (people.size === 0) {
    return NO_MENTIONS;
  }
  const names = new Set<string>();
  const entities: MentionEntity[] = [];
  let weight = 0;
  for (const [id, shown] of [...people].slice(0, MOST_MENTIONS)) {
    const name = names.has(shown) ? `${shown} ${id}` : shown;
    names.add(name);
    const entity = { type: "mention", text: `<at>${name}</at>`, mentioned: { id, name } } as const;
    weight += weightOf(entity) + textWeight(entity.text);
    if (weight <= MOST_WEIGHT) {
      entities.push(entity);
    }
  }
  const left = people.size - entities.length;
  const more = left === 0 ? "" : `, and ${left} more`;
  return {
    line: {
      type: "TextBlock",
      text: `People: ${entities.map(({ text }) => text).join(", ")}${more}`,
      wrap: true,
      size: "Small",
    },
    entities,
  };
}

function peopleIn(node: MessageNode): readonly PersonSpan[] {
  return inlinesOf(node)
    .flat()
    .filter((span) => span.kind === "person");
}
