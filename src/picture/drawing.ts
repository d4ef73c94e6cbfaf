import { createRequire } from "node:module";
import { Resvg } from "@resvg/resvg-js";
import { parse, View } from "vega";
import type { BarChart } from "../domain/bar-chart.ts";
import { altText } from "./alt-text.ts";
import { describeTimeline } from "./describe-timeline.ts";
import { PAGE } from "./page.ts";
import { layOut } from "./sheet.ts";
import { timelineChart } from "./timeline-chart.ts";
import type { TimelineInput } from "./timeline.ts";
import { vegaSpec } from "./vega-spec.ts";

/** A timeline in the forms in which it is handed on. */
export interface Drawing {
  /** A standalone SVG document; texts are texts, so its reader's fonts count. */
  readonly svg: string;
  /** `width` by `height` pixels, on white. */
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** What the picture says, in words, at most 2,000 characters. */
  readonly altText: string;
  /** The gist of it as plain bars. */
  readonly chart: BarChart;
}

const require = createRequire(import.meta.url);
const FONT_FILES = [
  require.resolve("dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf"),
  require.resolve("dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf"),
];

/**
 * Draws a timeline in the thread that calls, which it keeps busy for half a second or more: programs that
 * have something else to do call `drawTimeline`.
 */
export async function drawHere(input: TimelineInput): Promise<Drawing> {
  const picture = describeTimeline(input);
  const sheet = layOut(picture);
  const words = altText(picture);
  const view = new View(parse(vegaSpec(sheet, picture.axis)), { renderer: "none" });
  let svg: string;
  try {
    svg = labelled(await view.toSVG(), picture.title, words);
  } finally {
    view.finalize();
  }
  const image = new Resvg(svg, {
    fitTo: { mode: "zoom", value: PAGE.scale },
    font: {
      loadSystemFonts: false,
      fontFiles: FONT_FILES,
      defaultFontFamily: "DejaVu Sans",
    },
  }).render();
  return {
    svg,
    png: image.asPng(),
    width: image.width,
    height: image.height,
    altText: words,
    chart: timelineChart(picture),
  };
}

/** Title and description for those who have the SVG read aloud. */
function labelled(svg: string, title: string, words: string): string {
  const head = `<title>${escaped(title)}</title><desc>${escaped(words)}</desc>`;
  return svg.replace(/^<svg [^>]*>/u, (tag) => `${tag}${head}`);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
