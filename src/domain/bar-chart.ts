import type { Finding } from "./finding.ts";

/** Bars of lengths of time, for platforms that draw charts themselves. Its texts may be hostile. */
export interface BarChart {
  readonly title: string;
  /** The most important first; at most `MOST_BARS`, maybe none. */
  readonly bars: readonly ChartBar[];
  /** How many have no bar. */
  readonly left: number;
}

/** One bar, whose label says all that its tone shows. */
export interface ChartBar {
  readonly label: string;
  /** Whole minutes, at least 0. */
  readonly minutes: number;
  readonly tone: Finding["severity"];
}

/** More bars cannot be read in a chat. */
export const MOST_BARS = 12;
