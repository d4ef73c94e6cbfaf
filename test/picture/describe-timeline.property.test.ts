import * as fc from "fast-check";
import { expect, test } from "vitest";
import { barExtent, labelWidth, placeCross, placeLabel } from "../../src/picture/bar.ts";
import { describeTimeline } from "../../src/picture/describe-timeline.ts";
import { PLOT } from "../../src/picture/page.ts";
import type { PictureBar, TimelinePicture } from "../../src/picture/timeline.ts";
import { INPUTS } from "./pictures.ts";

function bars(picture: TimelinePicture): readonly PictureBar[] {
  return picture.groups.flatMap(({ rows }) => rows.flatMap((row) => row.bars));
}

test("The order of the trail does not matter", () => {
  fc.assert(
    fc.property(INPUTS, (one) => {
      const { openings, requests, guards } = one.trail;
      const turned = { openings: openings.toReversed(), requests: requests.toReversed(), guards };
      expect(describeTimeline({ ...one, trail: turned })).toEqual(describeTimeline(one));
    }),
  );
});

test("Whatever the trail: nothing lies outside of the axis, nothing overlaps, nothing is lost", () => {
  fc.assert(
    fc.property(INPUTS, (one) => {
      const picture = describeTimeline(one);
      const { axis } = picture;
      expect(axis.from).toBeLessThan(axis.to);
      for (const row of picture.groups.flatMap(({ rows }) => rows)) {
        const taken: { lane: number; from: number; to: number }[] = [];
        for (const bar of row.bars) {
          expect(bar.from).toBeGreaterThanOrEqual(axis.from);
          expect(bar.to).toBeLessThanOrEqual(axis.to);
          expect(bar.from).toBeLessThanOrEqual(bar.to);
          const extent = barExtent(bar, axis);
          expect(extent.from).toBeGreaterThanOrEqual(PLOT.left);
          expect(extent.to).toBeLessThanOrEqual(PLOT.right + 1e-6);
          const width = labelWidth(bar.key.length, bar.flag !== null);
          const placed = placeLabel(bar, axis, width);
          expect(placed.label.from).toBeGreaterThanOrEqual(0);
          expect(placed.label.to).toBeLessThanOrEqual(PLOT.right + 1e-6);
          taken.push({ lane: bar.lane, ...placed.extent });
        }
        for (const denial of row.denials) {
          const placed = placeCross(denial.at, axis, labelWidth(1, false));
          taken.push({ lane: denial.lane, ...placed.extent });
        }
        for (const [index, a] of taken.entries()) {
          expect(a.lane).toBeLessThan(row.lanes);
          const others = taken.slice(index + 1).filter(({ lane }) => lane === a.lane);
          expect(others.filter((b) => a.from < b.to && b.from < a.to)).toEqual([]);
        }
      }
      expect(bars(picture).length + picture.left.openings).toBe(picture.totals.openings);
      expect(new Set(picture.people.map(({ key }) => key)).size).toBe(picture.people.length);
    }),
  );
});

test("A key that is drawn is in the legend", () => {
  fc.assert(
    fc.property(INPUTS, (one) => {
      const picture = describeTimeline(one);
      const keys = new Set([...picture.people.map(({ key }) => key), "+", "?"]);
      for (const letter of bars(picture).flatMap(({ key }) =>
        key.split(/[/?+]/u).filter(Boolean),
      )) {
        expect(keys).toContain(letter);
      }
    }),
  );
});
