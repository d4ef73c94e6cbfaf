import type { Mark, Spec } from "vega";
import { PAGE, PLOT } from "./page.ts";
import { PALETTE } from "./palette.ts";
import type { Sheet } from "./sheet.ts";
import type { Span } from "./timeline.ts";

/** The font that ships with the program, then what a browser may have in its place. */
const FONT = "DejaVu Sans Condensed, DejaVu Sans, Verdana, sans-serif";

/**
 * The page as a Vega specification. Hostile text stands in data alone, which Vega escapes; no
 * expression, address or name is made from it. Gradients and clip paths are not used: Vega numbers them
 * through the life of the process, and the same picture would become other bytes.
 */
export function vegaSpec({ height, ground, ink, ticks, plot }: Sheet, axis: Span): Spec {
  return {
    width: PAGE.width,
    height,
    padding: 0,
    autosize: "none",
    background: PALETTE.page,
    config: { text: { font: FONT } },
    data: [
      { name: "ground", values: [...ground.rects] },
      { name: "rects", values: [...ink.rects] },
      { name: "paths", values: [...ink.paths] },
      { name: "texts", values: [...ink.texts] },
    ],
    scales: [
      {
        name: "time",
        type: "utc",
        domain: [axis.from, axis.to],
        range: [PLOT.left, PLOT.right],
      },
    ],
    marks: [
      rects("ground"),
      {
        type: "group",
        aria: false,
        // Grid lines are as long as the signal of this name says.
        signals: [{ name: "height", value: plot.bottom - plot.top }],
        encode: {
          enter: {
            y: { value: plot.top },
            height: { value: plot.bottom - plot.top },
            width: { value: PAGE.width },
          },
        },
        axes: [
          {
            scale: "time",
            orient: "top",
            values: ticks.map(({ at }) => at),
            grid: true,
            gridColor: PALETTE.grid,
            labels: false,
            tickColor: PALETTE.quiet,
            domainColor: PALETTE.quiet,
            zindex: 0,
            aria: false,
          },
        ],
      },
      rects("rects"),
      {
        type: "path",
        from: { data: "paths" },
        aria: false,
        encode: {
          enter: {
            ...encodeFields("path", "fill", "stroke", "strokeWidth"),
            strokeDash: { field: "dash" },
          },
        },
      },
      {
        type: "text",
        from: { data: "texts" },
        aria: false,
        encode: {
          enter: {
            ...encodeFields("x", "y", "text", "fill", "align"),
            fontSize: { field: "size" },
            fontWeight: { field: "weight" },
            baseline: { value: "middle" },
          },
        },
      },
    ],
  };
}

function rects(data: string): Mark {
  return {
    type: "rect",
    from: { data },
    aria: false,
    encode: {
      enter: {
        ...encodeFields("x", "y", "width", "height", "fill", "stroke"),
        strokeDash: { field: "dash" },
      },
    },
  };
}

function encodeFields(...fields: readonly string[]): Record<string, { field: string }> {
  return Object.fromEntries(fields.map((field) => [field, { field }]));
}
