import * as fc from "fast-check";
import { expect, test } from "vitest";
import { renderMessage } from "../../../../adapters/teams/render/render.ts";
import { renderExtensionHit } from "../../../../adapters/teams/render/extension-hit.ts";
import { DATA_URI, renderPicture } from "../../../../adapters/teams/render/picture-card.ts";
import type { BarChart } from "../../../../src/domain/bar-chart.ts";
import { message, paragraph } from "../../../../src/message/build.ts";
import { checkCard } from "../../../fakes/teams/card-check.ts";
import { cardText } from "../../../fakes/teams/reading.ts";
import { ofType } from "./card-parts.ts";

const URL = "https://doorbell.contoso.com/pictures/7f.png";
const PICTURE = {
  fileName: "timeline.png",
  title: "vm-x since Monday",
  alternativeText: "Two openings of port 3389.",
};
const CHART: BarChart = {
  title: "Minutes that each opening stood: vm-x",
  bars: [
    { label: "alice, RDP (3389) on vm-x, critical", minutes: 180, tone: "critical" },
    { label: "bob, RDP (3389) on vm-x", minutes: 20, tone: "info" },
  ],
  left: 3,
};

test("A timeline is a chart that Teams draws, with the picture for clients that draw none", () => {
  const { card, summary } = renderPicture({ picture: { ...PICTURE, chart: CHART }, imageUrl: URL });
  expect(checkCard(card)).toEqual([]);
  expect(summary).toBe("vm-x since Monday");
  expect(cardText(card, "UTC").split("\n")).toEqual([
    "vm-x since Monday",
    "Minutes that each opening stood: vm-x",
    "1. alice, RDP (3389) on vm-x, critical 180",
    "2. bob, RDP (3389) on vm-x 20",
    "And 3 more without a bar here.",
  ]);
  const [chart] = ofType(card, "Chart.HorizontalBar");
  expect(chart?.["fallback"]).toEqual({
    type: "Image",
    url: URL,
    altText: "Two openings of port 3389.",
    size: "Stretch",
  });
});

test("Where no picture can be loaded, the chart's fallback says the same in words", () => {
  const { card } = renderPicture({ picture: { ...PICTURE, chart: CHART }, imageUrl: null });
  expect(checkCard(card)).toEqual([]);
  const [chart] = ofType(card, "Chart.HorizontalBar");
  expect(ofType(chart?.["fallback"], "TextRun").map((run) => run["text"])).toEqual([
    "alice, RDP (3389) on vm-x, critical: 180 min",
    "bob, RDP (3389) on vm-x: 20 min",
  ]);
});

test("A picture without a chart is shown itself, with its words for those who do not see it", () => {
  const { card } = renderPicture({ picture: PICTURE, imageUrl: URL });
  expect(checkCard(card)).toEqual([]);
  expect(cardText(card, "UTC")).toBe("vm-x since Monday\n[picture: Two openings of port 3389.]");
});

test("A picture may travel inside of its card", () => {
  const imageUrl = `${DATA_URI}iVBORw0KGgo=`;
  const { card } = renderPicture({ picture: PICTURE, imageUrl });
  expect(checkCard(card)).toEqual([]);
  expect(ofType(card, "Image").map(({ url }) => url)).toEqual([imageUrl]);
});

test("A picture with neither chart nor address is told in words", () => {
  const { card } = renderPicture({ picture: PICTURE, imageUrl: "http://not-safe.example/a.png" });
  expect(checkCard(card)).toEqual([]);
  expect(cardText(card, "UTC")).toBe("vm-x since Monday\nTwo openings of port 3389.");
});

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.constantFrom("<at>Eve</at>", "{{DATE(1999-01-01T00:00:00Z)}}", "\u202E", "", "x".repeat(9000)),
);

test("Whatever a picture's texts: Teams takes the card, and nothing in it mentions or tells times", () => {
  fc.assert(
    fc.property(
      fc.record({
        title: text,
        alternativeText: text,
        bars: fc.array(
          fc.record({
            label: text,
            minutes: fc.nat(),
            tone: fc.constantFrom("info" as const, "warning" as const, "critical" as const),
          }),
          { maxLength: 12 },
        ),
        imageUrl: fc.constantFrom(URL, null),
      }),
      ({ title, alternativeText, bars, imageUrl }) => {
        const { card } = renderPicture({
          picture: {
            fileName: "timeline.png",
            title,
            alternativeText,
            chart: { title, bars, left: 0 },
          },
          imageUrl,
        });
        expect(checkCard(card)).toEqual([]);
        expect(JSON.stringify(card)).not.toMatch(/<at|\{\{|\u202E/);
      },
    ),
    { numRuns: 100 },
  );
});

test("A hit of a search shows a line, and inserts a card", () => {
  const { card } = renderMessage(message("info", "Alice opened RDP.", [paragraph("All of it.")]), {
    key: null,
    maybeRepeated: false,
    mentions: false,
  });
  const hit = renderExtensionHit("RDP (3389) on <b>vm-x</b>\u202E", "by <at>Eve</at>", { card });
  expect(hit).toEqual({
    contentType: "application/vnd.microsoft.card.adaptive",
    content: card,
    preview: {
      contentType: "application/vnd.microsoft.card.thumbnail",
      content: { title: "RDP (3389) on ‹b›vm-x‹/b›\uFFFD", text: "by ‹at›Eve‹/at›" },
    },
  });
});
