import { IANAZone } from "luxon";
import { MINUTE } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { Opening } from "../domain/opening.ts";
import { barTime, labelWidth, markedFindings, placeCross, placeLabel } from "./bar.ts";
import type { BarTime } from "./bar.ts";
import { chooseRows } from "./chosen.ts";
import type { ChosenGroup, ChosenRow, Denial } from "./chosen.ts";
import { placeInLanes } from "./lanes.ts";
import type { Extent } from "./lanes.ts";
import { GROUP_HEAD, LANE, ROWS_HEIGHT, ROW_HEAD } from "./page.ts";
import { isolated, pictureText, shortened } from "./picture-text.ts";
import { rankRows } from "./ranking.ts";
import type { RankedRow } from "./ranking.ts";
import { axisOf, timeText } from "./time-axis.ts";
import type {
  LabelPlace,
  PictureBar,
  PictureGroup,
  PictureNote,
  PictureRow,
  Span,
  TimelineInput,
  TimelinePicture,
  Totals,
} from "./timeline.ts";
import { Legend, keyLength } from "./who.ts";

const MOST_LANES = 6;
const MOST_NOTES = 6;
const TITLE_LIMIT = 120;
const FINDING_LIMIT = 140;
/** Knowledge so fresh is as good as now: Azure delivers with such a delay. */
const FRESH: Duration = 30 * MINUTE;

interface PlacedBar {
  readonly opening: Opening;
  readonly lane: number;
  readonly time: BarTime;
  readonly place: LabelPlace;
}

interface PlacedDenial {
  readonly denial: Denial;
  readonly lane: number;
  readonly place: LabelPlace;
}

interface PlacedRow {
  readonly label: string;
  readonly lanes: number;
  readonly bars: readonly PlacedBar[];
  readonly denials: readonly PlacedDenial[];
  readonly left: number;
}

interface PlacedGroup {
  readonly name: string;
  readonly rows: readonly PlacedRow[];
}

/**
 * What a timeline shows, without a word of how it is drawn. The same input gives the same picture.
 *
 * What finds no place is counted in `left`: openings that stand or have findings are placed first.
 *
 * @throws RangeError when the zone is not an IANA time zone.
 */
export function describeTimeline(input: TimelineInput): TimelinePicture {
  const { trail, period, zone, now } = input;
  if (!IANAZone.isValidZone(zone)) {
    throw new RangeError(`Not a time zone: ${zone}`);
  }
  const known = Math.min(now, input.knownTo);
  const chosen = chooseRows(trail, period);
  const { quiet, ...axis } = axisOf(chosen, period, known);
  const placed = placeGroups(rankRows(chosen), axis, known);
  const legend = new Legend();
  const noted = chooseNoted(placed);
  const shown = placed.map((group) => showGroup(group, legend, noted));
  const totals = totalsOf(chosen);
  const drawn = drawnTotals(placed);
  return {
    title: shortened(pictureText(input.title), TITLE_LIMIT),
    zone,
    axis,
    known,
    knownIs: now - known <= FRESH ? "now" : "log-end",
    quiet,
    groups: shown,
    people: legend.people,
    otherPeople: legend.others,
    notes: notesOf(placed, noted, zone),
    otherNotes: totals.flagged - noted.size,
    totals,
    left: difference(totals, drawn),
  };
}

/** Rows as long as the page has room; the first always. */
function placeGroups(
  ranked: readonly RankedRow[],
  axis: Span,
  known: Instant,
): readonly PlacedGroup[] {
  const placed = new Map<string, { readonly name: string; readonly rows: PlacedRow[] }>();
  let height = 0;
  for (const { group, row } of ranked) {
    const own = placed.get(group.key) ?? { name: group.name, rows: [] };
    const one = placeRow(row, axis, known);
    height += (own.rows.length === 0 ? GROUP_HEAD : 0) + ROW_HEAD + one.lanes * LANE.pitch;
    if (height > ROWS_HEIGHT && placed.size > 0) {
      break;
    }
    own.rows.push(one);
    placed.set(group.key, own);
  }
  return [...placed.values()];
}

function placeRow({ label, openings, denials }: ChosenRow, axis: Span, known: Instant): PlacedRow {
  const bars = openings.map((opening) => {
    const time = barTime(opening, axis, known);
    const width = labelWidth(keyLength(opening.attribution), markedFindings(opening).length > 0);
    return { opening, time, ...placeLabel(time, axis, width) };
  });
  const crosses = denials.map((denial) => ({
    denial,
    ...placeCross(denial.at, axis, labelWidth(1, false)),
  }));
  const extents: readonly Extent[] = [...bars, ...crosses].map(({ extent }) => extent);
  const lanes = placeInLanes(extents, MOST_LANES);
  const placedBars = bars.flatMap(({ opening, time, place }, index) => {
    const lane = lanes[index] ?? null;
    return lane === null ? [] : [{ opening, lane, time, place }];
  });
  const placedDenials = crosses.flatMap(({ denial, place }, index) => {
    const lane = lanes[bars.length + index] ?? null;
    return lane === null ? [] : [{ denial, lane, place }];
  });
  return {
    label,
    lanes: 1 + Math.max(0, ...lanes.map((lane) => lane ?? 0)),
    bars: placedBars,
    denials: placedDenials,
    left: extents.length - placedBars.length - placedDenials.length,
  };
}

/** The openings whose findings are told in words, by their numbers: critical ones first. */
function chooseNoted(groups: readonly PlacedGroup[]): ReadonlyMap<string, number> {
  const flagged = barsOf(groups).filter(({ opening }) => markedFindings(opening).length > 0);
  const critical = flagged.filter(({ opening }) => severityOf(opening) === "critical");
  const warning = flagged.filter(({ opening }) => severityOf(opening) === "warning");
  const chosen = [...critical, ...warning].slice(0, MOST_NOTES);
  return new Map(chosen.map(({ opening }, index) => [opening.id, index + 1]));
}

function notesOf(
  groups: readonly PlacedGroup[],
  noted: ReadonlyMap<string, number>,
  zone: string,
): readonly PictureNote[] {
  const notes = groups.flatMap(({ name, rows }) =>
    rows.flatMap(({ label, bars }) =>
      bars.flatMap(({ opening }) => {
        const number = noted.get(opening.id);
        if (number === undefined) {
          return [];
        }
        const words = markedFindings(opening)
          .map(({ text }) => isolated(shortened(pictureText(text), FINDING_LIMIT)))
          .join(" ");
        const where = `${isolated(name)}, ${label}, ${timeText(opening.openedAt, zone)}`;
        return [{ number, severity: severityOf(opening), text: `${where}: ${words}` }];
      }),
    ),
  );
  return notes.toSorted((a, b) => a.number - b.number);
}

function showGroup(
  { name, rows }: PlacedGroup,
  legend: Legend,
  noted: ReadonlyMap<string, number>,
): PictureGroup {
  return { name, rows: rows.map((row) => showRow(row, legend, noted)) };
}

function showRow(row: PlacedRow, legend: Legend, noted: ReadonlyMap<string, number>): PictureRow {
  const bars = row.bars.map(({ opening, lane, time, place }): PictureBar => {
    const isFlagged = markedFindings(opening).length > 0;
    return {
      id: opening.id,
      lane,
      ...time,
      ...legend.ofAttribution(opening.attribution),
      flag: isFlagged
        ? { severity: severityOf(opening), note: noted.get(opening.id) ?? null }
        : null,
      place,
    };
  });
  const denials = row.denials.map(({ denial, lane, place }) => {
    const { who, key, name } = legend.ofActor(denial.request.actor);
    return { lane, at: denial.at, who, key, name, place };
  });
  return { label: row.label, lanes: row.lanes, bars, denials, left: row.left };
}

function severityOf(opening: Opening): "warning" | "critical" {
  return markedFindings(opening)[0]?.severity === "critical" ? "critical" : "warning";
}

function barsOf(groups: readonly PlacedGroup[]): readonly PlacedBar[] {
  return groups.flatMap(({ rows }) => rows.flatMap(({ bars }) => bars));
}

function totalsOf(groups: readonly ChosenGroup[]): Totals {
  const rows = groups.flatMap((group) => group.rows);
  return {
    ...countOpenings(rows.flatMap(({ openings }) => openings)),
    denied: rows.reduce((sum, { denials }) => sum + denials.length, 0),
    ports: rows.length,
    vms: groups.length,
  };
}

function drawnTotals(groups: readonly PlacedGroup[]): Totals {
  const rows = groups.flatMap((group) => group.rows);
  return {
    ...countOpenings(barsOf(groups).map(({ opening }) => opening)),
    denied: rows.reduce((sum, { denials }) => sum + denials.length, 0),
    ports: rows.length,
    vms: groups.length,
  };
}

function countOpenings(
  openings: readonly Opening[],
): Pick<Totals, "openings" | "standing" | "flagged"> {
  return {
    openings: openings.length,
    standing: openings.filter(({ closedAt }) => closedAt === null).length,
    flagged: openings.filter((opening) => markedFindings(opening).length > 0).length,
  };
}

function difference(all: Totals, drawn: Totals): Totals {
  return {
    openings: all.openings - drawn.openings,
    standing: all.standing - drawn.standing,
    flagged: all.flagged - drawn.flagged,
    denied: all.denied - drawn.denied,
    ports: all.ports - drawn.ports,
    vms: all.vms - drawn.vms,
  };
}
