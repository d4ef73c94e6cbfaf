/** A rectangle, in units of the page. */
export interface RectInk {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly fill: string;
  /** `transparent` for none. */
  readonly stroke: string;
  /** Lengths of dashes and gaps; null for an unbroken line. */
  readonly dash: readonly number[] | null;
}

/** A shape given as an SVG path in units of the page. */
export interface PathInk {
  readonly path: string;
  readonly fill: string;
  readonly stroke: string;
  readonly strokeWidth: number;
  /** Lengths of dashes and gaps; null for an unbroken line. */
  readonly dash: readonly number[] | null;
}

/** One line of text; `y` is the middle of its height. */
export interface TextInk {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly size: number;
  readonly weight: "normal" | "bold";
  readonly fill: string;
  readonly align: "left" | "center" | "right";
}

/** What is drawn, each kind above the one before. */
export interface Ink {
  readonly rects: readonly RectInk[];
  readonly paths: readonly PathInk[];
  readonly texts: readonly TextInk[];
}

/** A rectangle with what most rectangles have. */
export function rect(
  area: Pick<RectInk, "x" | "y" | "width" | "height">,
  style: Partial<RectInk>,
): Ink {
  const base = { fill: "transparent", stroke: "transparent", dash: null };
  return { ...NO_INK, rects: [{ ...base, ...area, ...style }] };
}

/** A shape with what most shapes have. */
export function path(shape: string, style: Partial<PathInk>): Ink {
  const base = { fill: "transparent", stroke: "transparent", strokeWidth: 1, dash: null };
  return { ...NO_INK, paths: [{ path: shape, ...base, ...style }] };
}

/** A straight line. */
export function line(
  from: readonly [number, number],
  to: readonly [number, number],
  style: Partial<PathInk>,
): Ink {
  return path(`M${spot(from)}L${spot(to)}`, style);
}

/** A text with what most texts have. */
export function text(
  at: readonly [number, number],
  words: string,
  style: Pick<TextInk, "size" | "fill"> & Partial<TextInk>,
): Ink {
  if (words === "") {
    return NO_INK;
  }
  const base = { weight: "normal", align: "left" } as const;
  return { ...NO_INK, texts: [{ x: at[0], y: at[1], text: words, ...base, ...style }] };
}

/** Nothing at all. */
export const NO_INK: Ink = { rects: [], paths: [], texts: [] };

/** All of them, the later above the earlier of their kind. */
export function together(inks: readonly Ink[]): Ink {
  return {
    rects: inks.flatMap(({ rects }) => rects),
    paths: inks.flatMap(({ paths }) => paths),
    texts: inks.flatMap(({ texts }) => texts),
  };
}

/** A point of a path, short. */
export function spot([x, y]: readonly [number, number]): string {
  return `${round(x)},${round(y)}`;
}

/** Hundredths are finer than any screen shows. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
