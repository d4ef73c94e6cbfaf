import type { BarChart, ChartBar } from "../../../src/domain/bar-chart.ts";
import type { Picture } from "../../../src/ports.ts";
import type {
  AdaptiveCard,
  CardElement,
  CardImage,
  Container,
  HorizontalBarChart,
} from "./card.ts";
import { elementOf } from "./line-forms.ts";
import { isWebAddress, limited, run } from "./rich-text.ts";
import { literalLine } from "./safe-text.ts";
import { fallbackText, summaryText } from "./fallback-text.ts";
import type { Rendered } from "./render.ts";

const MOST_TITLE = 200;
const MOST_ALTERNATIVE_TEXT = 1000;
/** Before a picture's bytes in base64, for a URL that holds them. */
export const DATA_URI = "data:image/png;base64,";
/** Longer labels leave no room for bars. */
const MOST_LABEL = 90;

/** Colours of charts by name; the bars' labels say the same. */
const COLOURS = { info: "good", warning: "warning", critical: "attention" } as const;

/**
 * A picture as a card: its chart where Teams draws one, with the picture itself for clients that do not,
 * and its words where there is no address to load it from.
 *
 * @param imageUrl where Teams can load the picture, an `https:` URL, or the picture itself as a URL that
 *   begins with `DATA_URI`; null when there is none.
 */
export function renderPicture({
  picture,
  imageUrl,
}: {
  readonly picture: Omit<Picture, "png">;
  readonly imageUrl: string | null;
}): Rendered {
  const { chart } = picture;
  const title = literalLine(picture.title, MOST_TITLE) || "Picture";
  const image = imageOf(picture, imageUrl);
  const drawn =
    chart === undefined || chart.bars.length === 0
      ? (image ?? words(picture))
      : chartOf(chart, image ?? chartInWords(chart));
  const said = { severity: "info", summary: title, nodes: [] } as const;
  return {
    card: {
      type: "AdaptiveCard",
      $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
      version: "1.5",
      fallbackText: fallbackText(said),
      body: [
        {
          type: "RichTextBlock",
          inlines: [run(title, { size: "Large", weight: "Bolder" })],
        },
        drawn,
        ...moreBars(chart),
      ],
      msteams: { width: "Full", entities: [] },
    } satisfies AdaptiveCard,
    summary: summaryText(said),
  };
}

function imageOf(
  { alternativeText, title }: Omit<Picture, "png">,
  url: string | null,
): CardImage | null {
  const shown = literalLine(alternativeText, MOST_ALTERNATIVE_TEXT);
  return url === null || !(isWebAddress(url) || url.startsWith(DATA_URI))
    ? null
    : {
        type: "Image",
        url,
        altText: shown === "" ? literalLine(title, MOST_TITLE) || "Picture" : shown,
        size: "Stretch",
      };
}

function chartOf({ title, bars }: BarChart, fallback: CardImage | Container): HorizontalBarChart {
  return {
    type: "Chart.HorizontalBar",
    title: literalLine(title, MOST_TITLE) || "Minutes",
    displayMode: "AbsoluteWithAxis",
    data: bars.map((bar, index) => ({
      // Bars with the same label would become one.
      x: `${index + 1}. ${barLabel(bar)}`,
      y: bar.minutes,
      color: COLOURS[bar.tone],
    })),
    fallback,
  };
}

/** The chart as lines, for clients that draw none. */
function chartInWords({ bars }: BarChart): Container {
  return {
    type: "Container",
    items: bars.map((bar) => ({
      type: "RichTextBlock",
      inlines: [run(`${barLabel(bar)}: ${bar.minutes} min`)],
    })),
  };
}

function words({ alternativeText }: Omit<Picture, "png">): CardElement {
  const shown = literalLine(alternativeText, MOST_ALTERNATIVE_TEXT);
  return elementOf({ kind: "lines", ground: null }, [
    [limited([run(shown === "" ? "The picture cannot be shown here." : shown)])],
  ]);
}

function moreBars(chart: BarChart | undefined): readonly CardElement[] {
  return chart === undefined || chart.bars.length === 0 || chart.left <= 0
    ? []
    : [
        {
          type: "RichTextBlock",
          inlines: [run(`And ${chart.left} more without a bar here.`, { italic: true })],
        },
      ];
}

function barLabel({ label }: ChartBar): string {
  return literalLine(label, MOST_LABEL) || "–";
}
