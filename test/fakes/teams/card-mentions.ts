import { z } from "zod";
import { cardTexts } from "./card-texts.ts";

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** A person as the bot knows them, a bot, an Entra object ID, or a UPN. */
const MENTIONED = [/^29:\S+$/, /^28:\S+$/, GUID, /^[^\s@]+@[^\s@]+\.[^\s@]+$/];

const mention = z.object({
  type: z.literal("mention"),
  text: z.string().regex(/^<at>[^<>]+<\/at>$/),
  mentioned: z.object({
    id: z.string().refine((id) => MENTIONED.some((form) => form.test(id))),
    name: z.string().min(1),
  }),
});
const carrier = z.looseObject({
  msteams: z.looseObject({ entities: z.array(z.unknown()).optional() }).optional(),
});

/** The mentions that a card declares, by the text that stands for each. */
export function mentionsOf(card: unknown): ReadonlyMap<string, string> {
  const declared = carrier.safeParse(card).data?.msteams?.entities ?? [];
  return new Map(
    declared.flatMap((entity) => {
      const parsed = mention.safeParse(entity);
      return parsed.success ? [[parsed.data.text, parsed.data.mentioned.id] as const] : [];
    }),
  );
}

/**
 * What is wrong with the mentions of a card.
 * Source: https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-format#mention-support-within-adaptive-cards
 */
export function checkMentions(card: unknown): readonly string[] {
  const faults: string[] = [];
  const declared = carrier.safeParse(card).data?.msteams?.entities ?? [];
  for (const [index, entity] of declared.entries()) {
    if (!mention.safeParse(entity).success) {
      faults.push(`card.msteams.entities[${index}] is no mention of a person`);
    }
  }
  const known = mentionsOf(card);
  const used = new Set(
    cardTexts(card)
      .filter(({ markdown }) => markdown)
      .flatMap(({ text }) => atTexts(text)),
  );
  for (const text of known.keys()) {
    if (!used.has(text)) {
      faults.push(`card.msteams.entities mentions ${text}, which no text does`);
    }
  }
  for (const text of used) {
    if (!known.has(text)) {
      faults.push(`card mentions ${text} in a text, and has no entity for it`);
    }
  }
  return faults;
}

/** What Teams takes for mentions in a text: `<at>…</at>`, unless an escape breaks it. */
export function atTexts(text: string): readonly string[] {
  return [...text.matchAll(/(?<!\\)<at(?:\s[^<>]*)?>.*?<\/at>/gs)].map((match) => match[0]);
}
