import type { Instant } from "../domain/instant.ts";
import type { Period } from "../domain/question.ts";
import type { Trail } from "../domain/trail.ts";

/** What a timeline is drawn of. */
export interface TimelineInput {
  /** Only what belongs in the picture: the caller has chosen VMs and people. */
  readonly trail: Trail;
  /** null: everything that the trail holds. */
  readonly period: Period | null;
  /** IANA time zone in which times are shown. */
  readonly zone: string;
  /** Such as `vm-x`; may hold hostile text. */
  readonly title: string;
  readonly now: Instant;
  /** Up to when the state of the rules is known: the end of an export, the latest reading of a feed. */
  readonly knownTo: Instant;
}

/** The picture in words and numbers; all texts are safe to draw (see `picture-text.ts`). */
export interface TimelinePicture {
  readonly title: string;
  readonly zone: string;
  /** The time axis. */
  readonly axis: Span;
  /** Where standing openings' bars end: nothing is known of later. */
  readonly known: Instant;
  /** Whether `known` is as good as now, or earlier because the log ends there. */
  readonly knownIs: "now" | "log-end";
  /** The axis ends early because nothing is known to have happened from there up to `known`. */
  readonly quiet: boolean;
  /** What still stands first, then what is newest. */
  readonly groups: readonly PictureGroup[];
  /** The legend, in the order of the picture. */
  readonly people: readonly PicturePerson[];
  /** How many people have a bar and no line of their own in the legend: key `+`. */
  readonly otherPeople: number;
  readonly notes: readonly PictureNote[];
  /** Openings with a warning or critical finding for which `notes` has no line. */
  readonly otherNotes: number;
  readonly totals: Totals;
  /** The part of `totals` that found no place. */
  readonly left: Totals;
}

/** Two instants, the first before the second. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

/** What there is in the period. */
export interface Totals {
  readonly openings: number;
  /** Of the openings: those that still stand when knowledge ends. */
  readonly standing: number;
  /** Of the openings: those with a warning or critical finding. */
  readonly flagged: number;
  /** Requests that were denied, once per port. */
  readonly denied: number;
  /** Rows: ports of VMs. */
  readonly ports: number;
  readonly vms: number;
}

/** The ports of one VM, or of an NSG or firewall where the log does not tell which VM. */
export interface PictureGroup {
  readonly name: string;
  readonly rows: readonly PictureRow[];
}

/** One port, with its bars stacked in lanes so that none hides another. */
export interface PictureRow {
  /** Such as `RDP (3389)`. */
  readonly label: string;
  /** At least 1. */
  readonly lanes: number;
  readonly bars: readonly PictureBar[];
  readonly denials: readonly PictureDenial[];
  /** Openings and denials of this row that found no place. */
  readonly left: number;
}

/** One opening. */
export interface PictureBar {
  /** `Opening.id`. */
  readonly id: string;
  /** From 0. */
  readonly lane: number;
  /** Within the axis. */
  readonly from: Instant;
  /** Within the axis, not before `from`. */
  readonly to: Instant;
  /** `inexact`: may have begun earlier. `before`: began before the axis does. */
  readonly begin: "exact" | "inexact" | "before";
  /**
   * `inexact`: closed at the latest then. `standing`: known to stand when knowledge ends. `unsure`: may
   * have closed unseen. `after`: closed after the axis ends.
   */
  readonly end: "exact" | "inexact" | "standing" | "unsure" | "after";
  /** Whether it still stands when knowledge ends, wherever the axis does. */
  readonly stands: boolean;
  /** null when there is none, or when it lies outside the axis. */
  readonly promisedEnd: Instant | null;
  /** From when on the opening stands against its promise; null when it never did. */
  readonly overstayFrom: Instant | null;
  readonly who: Who;
  /** How the attribution is to be read: `A`, `A?`, `A/B` or `?`. */
  readonly key: string;
  /** What is written on the bar where there is room. */
  readonly name: string;
  readonly flag: Flag | null;
  readonly place: LabelPlace;
}

/** A request that was denied. */
export interface PictureDenial {
  readonly lane: number;
  /** Within the axis. */
  readonly at: Instant;
  readonly who: Who;
  readonly key: string;
  /** Who asked. */
  readonly name: string;
  readonly place: LabelPlace;
}

/** Where key and flag stand: on the bar, or beside it where it is too short. */
export type LabelPlace = "on" | "right" | "left";

/** Whose colour: a person of the legend by index, one of those without a line, or nobody in particular. */
export type Who = number | "other" | "nobody";

/** A warning or critical finding of an opening. */
export interface Flag {
  readonly severity: "warning" | "critical";
  /** The number of its note; null when it has none. */
  readonly note: number | null;
}

/** One line of the legend. */
export interface PicturePerson {
  /** One capital letter. */
  readonly key: string;
  readonly name: string;
}

/** The findings of one opening in words. */
export interface PictureNote {
  readonly number: number;
  readonly severity: "warning" | "critical";
  readonly text: string;
}
