import { describe, expect, test } from "vitest";
import { z } from "zod";
import { renderPages as renderSlack } from "../../adapters/slack/render/render.ts";
import { renderPages as renderTeams } from "../../adapters/teams/render/render.ts";
import { checkMessageBlocks } from "../fakes/slack/block-kit.ts";
import { links, markup, pings } from "../fakes/slack/reading.ts";
import { checkCard } from "../fakes/teams/card-check.ts";
import { cardEffects } from "../fakes/teams/reading.ts";
import { Faults } from "./faults.ts";
import { everywhere, hostileBatches, LONG, MARK_PILE, PORTAL, STEERING } from "./hostile-texts.ts";

const BATCHES = [...hostileBatches(40), LONG.map((text) => text.slice(0, 9_000))];

/** Every text of a value that is shown to people, and no identifier or value of a button. */
function shownIn(value: unknown): readonly string[] {
  if (typeof value === "string") {
    return [value];
  }
  if (Array.isArray(value)) {
    return value.flatMap(shownIn);
  }
  const parts = z.record(z.string(), z.unknown()).safeParse(value).data ?? {};
  return Object.entries(parts)
    .filter(([key]) => !["value", "data", "action_id", "id", "url", "verb"].includes(key))
    .flatMap(([, held]) => shownIn(held));
}

/** Elements that this program never posts. */
const ELEMENTS = new Set(["user", "usergroup", "broadcast", "emoji", "channel", "image"]);

function objectsIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  const own = z.record(z.string(), z.unknown()).safeParse(value).data;
  const inner = Array.isArray(value) ? value : Object.values(own ?? {});
  return [...(own === undefined ? [] : [own]), ...inner.flatMap(objectsIn)];
}

function noteSeen(faults: Faults, shown: readonly string[]): void {
  for (const text of shown) {
    const line = text.replaceAll("\n", "");
    faults.note(STEERING.test(line), "steers", text);
    faults.note(MARK_PILE.test(line), "piles marks", text);
    faults.note(/^\p{M}/u.test(line), "begins with a mark", text);
    faults.note(!line.isWellFormed(), "is half a character", text);
  }
}

describe("10,000 hostile texts", () => {
  test("in Slack mention nobody, link nowhere, format nothing and break out of nothing", () => {
    const faults = new Faults();
    for (const texts of BATCHES) {
      const frame = { note: null, answer: "a" };
      for (const page of renderSlack(everywhere(texts), new Map(), "message", frame)) {
        const json = JSON.stringify(page.blocks);
        faults.note(checkMessageBlocks(page.blocks) !== null, "is refused by Slack", json);
        faults.note(pings(page).length > 0, "rings", pings(page).join());
        const away = links(page).filter((url) => !url.startsWith(PORTAL));
        faults.note(away.length > 0, "links", away.join());
        faults.note(/[<>]|&(?!amp;|lt;|gt;)/.test(page.text), "is markup", page.text);
        for (const text of markup(page)) {
          const own = text.replaceAll(/<https:\/\/portal\.azure\.com\/[^|>]+\|[^>]*>/g, "");
          faults.note(/[*_~`<>]|:[\w+'-]+:/.test(own), "is markup", text);
        }
        noteSeen(faults, shownIn(page.blocks));
        // Slack makes links and emoji of texts unless it is told not to.
        for (const part of objectsIn(page.blocks)) {
          const { type, verbatim, emoji } = part;
          faults.note(type === "mrkdwn" && verbatim !== true, "may link", JSON.stringify(part));
          faults.note(type === "plain_text" && emoji !== false, "has emoji", JSON.stringify(part));
          faults.note(ELEMENTS.has(String(type)), "is another element", JSON.stringify(part));
        }
      }
    }
    expect(faults.found).toEqual([]);
  });

  test("in Teams mention nobody else, link nowhere, format nothing and break out of nothing", () => {
    const faults = new Faults();
    const options = { key: "n-0123456789ab", maybeRepeated: false, mentions: true };
    for (const texts of BATCHES) {
      for (const { card, summary } of renderTeams(everywhere(texts), options, "a")) {
        const refused = checkCard(card);
        faults.note(refused.length > 0, "is refused by Teams", refused.join());
        const own = card.msteams.entities.map(({ mentioned }) => `mentions ${mentioned.id}`);
        const effects = cardEffects(withoutMenus(card)).filter((one) => !own.includes(one));
        faults.note(effects.length > 0 || new Set(own).size > 1, "does", effects.join());
        const shown = shownIn(card);
        noteSeen(faults, [...shown, summary]);
        for (const text of shown) {
          faults.note(/\{\{|\$\{|&#|&[a-z\d]+;/i.test(text), "is replaced", text);
          const isTag = !text.startsWith("People: ") && /<\s*\/?\s*at\b/i.test(text);
          faults.note(isTag && !/^<at>[^<>]*<\/at>$/.test(text), "is a tag", text);
        }
        faults.note(/[<>]/.test(summary), "is a tag", summary);
      }
    }
    expect(faults.found).toEqual([]);
  });
});

/** The choices of a menu look like facts to the reader, but no client formats them. */
function withoutMenus(card: unknown): unknown {
  const left: unknown = JSON.parse(
    JSON.stringify(card, (name, held: unknown) => (name === "choices" ? [] : held)),
  );
  return left;
}
