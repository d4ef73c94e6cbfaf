import * as fc from "fast-check";
import { expect, test } from "vitest";
import { renderPages } from "../../../../adapters/teams/render/render.ts";
import type { Message } from "../../../../src/message/message.ts";
import { messageTree } from "../../slack/render/message-trees.ts";
import { checkCard } from "../../../fakes/teams/card-check.ts";
import { cardEffects } from "../../../fakes/teams/reading.ts";
import { ofType } from "./card-parts.ts";

const PORTAL = "https://portal.azure.com/#resource/subscriptions/1";
const KEY = "n-0123456789ab";
const FRAMES = [
  { key: KEY, maybeRepeated: true, mentions: true, answer: null },
  { key: null, maybeRepeated: false, mentions: true, answer: "a1" },
  { key: KEY, maybeRepeated: false, mentions: false, answer: null },
] as const;
/** Texts that only this program writes, in a run of their own. */
const TIMES =
  /^(?:\{\{DATE\([\dT:-]+Z,SHORT\)\}\} )?\{\{TIME\([\dT:-]+Z\)\}\} \((?:[\d-]+ )?[\d:]+ UTC\)$/;
/** What turns or hides the text around it. */
const HIDDEN = /[\u200B\u202A-\u202E\u2060-\u2069\uFEFF]|\p{Cc}/u;
const PEOPLE =
  /^People: (?:<at>[\p{L}\p{M}\p{N} .,@'’_+…\uFFFD-]+<\/at>(?:, )?)+(?:and \d+ more)?$/u;
const HEADING = /^\p{L}[\p{L}\p{M}\p{N} ,;:'’()/-]*$/u;

test("Teams takes every page of every message, and no text in it mentions, links, formats or tells times", () => {
  fc.assert(
    fc.property(messageTree, fc.constantFrom(...FRAMES), (message, frame) => {
      const pages = renderPages(message, frame, frame.answer);
      expect(pages.length).toBeGreaterThan(0);
      for (const { card, summary } of pages) {
        expect(checkCard(card)).toEqual([]);
        expect(cardEffects(withoutMenus(card))).toEqual(
          card.msteams.entities.map(({ mentioned }) => `mentions ${mentioned.id}`),
        );
        expect(JSON.stringify(card).isWellFormed()).toBe(true);
        expect(Buffer.byteLength(JSON.stringify({ card, summary }), "utf8")).toBeLessThan(18_500);
        expect(summary).toMatch(/^[^<>\n]+$/);
        expect(card.body[0]?.id ?? null).toBe(frame.key);
        for (const run of ofType(card, "TextRun")) {
          expect(String(run["text"])).not.toMatch(HIDDEN);
          expect(isHarmless(String(run["text"]))).toBe(true);
        }
        for (const block of ofType(card, "TextBlock")) {
          expect(String(block["text"])).toMatch(block["style"] === "heading" ? HEADING : PEOPLE);
        }
        for (const { title } of shownButtons(card)) {
          expect(String(title)).not.toMatch(HIDDEN);
        }
        const links = ofType(card, "Action.OpenUrl").map((link) => link["url"]);
        expect(links.filter((url) => url !== PORTAL)).toEqual([]);
        expect(card.msteams.entities.length).toBeLessThanOrEqual(frame.mentions ? 10 : 0);
        for (const press of ofType(card, "Action.Execute")) {
          expect(isOfMessage(press, message)).toBe(true);
        }
      }
    }),
    { numRuns: 150 },
  );
});

/** Nothing in it that a client would replace, but for our own times. */
function isHarmless(text: string): boolean {
  return (
    (TIMES.test(text) && !text.includes("1999")) ||
    !/\{\{|\$\{|<\s*\/?\s*at\b|&[a-z\d]+;|&#/i.test(text)
  );
}

/** The choices of a menu look like facts to the reader, but no client formats them. */
function withoutMenus(card: unknown): unknown {
  const left: unknown = JSON.parse(
    JSON.stringify(card, (name, held: unknown) => (name === "choices" ? [] : held)),
  );
  return left;
}

function shownButtons(card: unknown): ReturnType<typeof ofType> {
  return [...ofType(card, "Action.Execute"), ...ofType(card, "Action.ShowCard")];
}

/** Whether a button carries what the message said and nothing else. */
function isOfMessage(press: Readonly<Record<string, unknown>>, message: Message): boolean {
  const data = JSON.stringify(press["data"]);
  switch (press["verb"]) {
    case "ask":
      return message.nodes.some(
        (node) =>
          node.kind === "choices" &&
          node.commands.some((command) => JSON.stringify({ command }) === data),
      );
    case "act":
      return (message.actions ?? []).some(({ id }) =>
        data.startsWith(JSON.stringify({ action: id }).slice(0, -1)),
      );
    default:
      return press["verb"] === "page" && data.startsWith('{"answer":"a1","page":');
  }
}
