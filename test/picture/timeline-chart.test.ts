import { expect, test } from "vitest";
import { describeTimeline } from "../../src/picture/describe-timeline.ts";
import { timelineChart } from "../../src/picture/timeline-chart.ts";
import { at, finding, OPEN, opening, trail } from "../ask/trail-builder.ts";
import { by, input } from "./pictures.ts";

test("Bars tell who opened what, since when and how long: standing ones, then findings, then the longest", () => {
  const picture = describeTimeline(
    input(
      trail([
        by("short@contoso.com", {
          id: "o-1",
          openedAt: at("2026-11-23T10:00Z"),
          closedAt: at("2026-11-23T10:20Z"),
        }),
        by("long@contoso.com", {
          id: "o-2",
          openedAt: at("2026-11-22T10:00Z"),
          closedAt: at("2026-11-22T13:00Z"),
        }),
        by("flagged@contoso.com", {
          id: "o-3",
          openedAt: at("2026-11-22T20:00Z"),
          closedAt: at("2026-11-22T20:30Z"),
          findings: [finding("any-source", "critical", "Open to any source address.")],
        }),
        by("open@contoso.com", { id: "o-4", ...OPEN, openedAt: at("2026-11-24T09:00Z") }),
      ]),
    ),
  );
  expect(timelineChart(picture)).toEqual({
    title: "Minutes that each opening stood: Openings of vm-x",
    bars: [
      {
        label: "open@contoso.com, RDP (3389) on vm-x, 2026-11-24 09:00, still open",
        minutes: 20,
        tone: "info",
      },
      {
        label: "flagged@contoso.com, RDP (3389) on vm-x, 2026-11-22 20:00, critical",
        minutes: 30,
        tone: "critical",
      },
      {
        label: "long@contoso.com, RDP (3389) on vm-x, 2026-11-22 10:00",
        minutes: 180,
        tone: "info",
      },
      {
        label: "short@contoso.com, RDP (3389) on vm-x, 2026-11-23 10:00",
        minutes: 20,
        tone: "info",
      },
    ],
    left: 0,
  });
});

test("Of many openings the chart shows twelve and counts the others, drawn or not", () => {
  const many = Array.from({ length: 40 }, (_, index) => {
    const port = 1000 + (index % 10);
    return opening({ id: `o-${index}`, port: { from: port, to: port } });
  });
  const { bars, left } = timelineChart(describeTimeline(input(trail(many))));
  expect(bars).toHaveLength(12);
  expect(left).toBe(28);
});

test("Without openings there are no bars", () => {
  expect(timelineChart(describeTimeline(input(trail([]))))).toMatchObject({ bars: [], left: 0 });
});
