import { MOST_BARS } from "../domain/bar-chart.ts";
import type { BarChart, ChartBar } from "../domain/bar-chart.ts";
import { MINUTE } from "../domain/instant.ts";
import { timeText } from "./time-axis.ts";
import type { PictureBar, PictureGroup, PictureRow, TimelinePicture } from "./timeline.ts";

interface Drawn {
  readonly group: PictureGroup;
  readonly row: PictureRow;
  readonly bar: PictureBar;
}

/**
 * How long each opening of the picture stood within its time: what still stands first, then what has
 * findings, then the longest.
 */
export function timelineChart(picture: TimelinePicture): BarChart {
  const drawn = picture.groups.flatMap((group) =>
    group.rows.flatMap((row) => row.bars.map((bar): Drawn => ({ group, row, bar }))),
  );
  const chosen = drawn.toSorted((a, b) => rank(a) - rank(b) || length(b) - length(a));
  const bars = chosen.slice(0, MOST_BARS).map((one) => chartBar(one, picture));
  return {
    title: `Minutes that each opening stood: ${picture.title}`,
    bars,
    left: picture.totals.openings - bars.length,
  };
}

function rank({ bar }: Drawn): number {
  return bar.stands ? 0 : bar.flag === null ? 2 : 1;
}

function length({ bar }: Drawn): number {
  return bar.to - bar.from;
}

function chartBar(one: Drawn, { zone }: TimelinePicture): ChartBar {
  const { group, row, bar } = one;
  const where = `${row.label} on ${group.name}`;
  const stands = bar.stands ? ", still open" : "";
  const finding = bar.flag === null ? "" : `, ${bar.flag.severity}`;
  return {
    label: `${bar.name}, ${where}, ${timeText(bar.from, zone)}${stands}${finding}`,
    minutes: Math.round(length(one) / MINUTE),
    tone: bar.flag?.severity ?? "info",
  };
}
