import * as fc from "fast-check";
import { expect, test } from "vitest";
import { renderPages } from "../../../../adapters/slack/render/render.ts";
import { checkMessageBlocks, checkView } from "../../../fakes/slack/block-kit.ts";
import { links, markup, pings } from "../../../fakes/slack/reading.ts";
import { messageTree } from "./message-trees.ts";

const PORTAL = "https://portal.azure.com/#resource/subscriptions/1";
const FRAMES = [
  { note: null, answer: null },
  { note: "This may have been posted before.", answer: "a1" },
] as const;

test("Slack takes every page of every message, and no text in it mentions, links or formats", () => {
  fc.assert(
    fc.property(messageTree, fc.constantFrom(...FRAMES), (message, frame) => {
      const pages = renderPages(message, new Map(), "message", frame);
      expect(pages.length).toBeGreaterThan(0);
      for (const page of pages) {
        expect(checkMessageBlocks(page.blocks)).toBeNull();
        expect(page.blocks.length).toBeGreaterThan(0);
        expect(pings(page)).toEqual([]);
        expect(links(page).filter((link) => link !== PORTAL)).toEqual([]);
        expect(page.text.length).toBeLessThan(4000);
        expect(page.text).not.toMatch(/[<>]/);
        expect(page.text.isWellFormed()).toBe(true);
        for (const part of markup(page)) {
          const read = part.replaceAll(
            /<!date\^\d+\^[^|>]+\|[\w :-]+>|\d\d:\d\d:\d\d UTC|<https:[^|>]+\|[^>]*>/g,
            "",
          );
          expect(read).not.toMatch(/[*_~`<>]|:[\w+'-]+:/);
        }
      }
    }),
    { numRuns: 150 },
  );
});

test("Slack takes every message as a modal and as a home tab", () => {
  fc.assert(
    fc.property(messageTree, fc.constantFrom("modal", "home"), (message, type) => {
      const [page] = renderPages(message, new Map(), "view", { note: null, answer: null });
      const title = { type: "plain_text", text: "Doorbell" };
      const view =
        type === "modal" ? { type, title, blocks: page?.blocks } : { type, blocks: page?.blocks };
      expect(checkView(view)).toBeNull();
    }),
    { numRuns: 60 },
  );
});
