import type { Who } from "./timeline.ts";

/** A fill with the colour in which text on it can be read. */
export interface Paint {
  readonly fill: string;
  readonly text: string;
}

const DARK = "#1B2530";
const WHITE = "#FFFFFF";

/**
 * People's colours: those of Okabe and Ito, which the colour-blind tell apart, without the red, which is
 * for what is wrong; then four that differ from them in lightness.
 */
const PEOPLE: readonly Paint[] = [
  { fill: "#0072B2", text: WHITE },
  { fill: "#E69F00", text: DARK },
  { fill: "#009E73", text: DARK },
  { fill: "#CC79A7", text: DARK },
  { fill: "#F0E442", text: DARK },
  { fill: "#56B4E9", text: DARK },
  { fill: "#7A4A21", text: WHITE },
  { fill: "#4B3F8F", text: WHITE },
  { fill: "#A6C36F", text: DARK },
  { fill: "#1F5F5B", text: WHITE },
];

const NOBODY: Paint = { fill: "#E3E7EB", text: DARK };
const OTHER: Paint = { fill: "#8A949E", text: DARK };

/** Everything else on the page. */
export const PALETTE = {
  page: WHITE,
  text: DARK,
  quiet: "#4C5864",
  line: "#C9D0D6",
  grid: "#DFE4E8",
  unknown: "#F1F3F5",
  known: "#4C5864",
  critical: { fill: "#B3261E", text: WHITE },
  warning: { fill: "#FFC94D", text: DARK },
} as const;

/** The colour of a bar. */
export function paintOf(who: Who): Paint {
  if (who === "nobody") {
    return NOBODY;
  }
  return who === "other" ? OTHER : (PEOPLE[who] ?? OTHER);
}
