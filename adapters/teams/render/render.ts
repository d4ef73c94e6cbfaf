import type { Message } from "../../../src/message/message.ts";
import { REPEAT_TEXT } from "../../../src/message/repeat-notice.ts";
import { pageButton } from "./buttons.ts";
import type { AdaptiveCard, CardElement, RichTextBlock } from "./card.ts";
import { fallbackText, summaryText } from "./fallback-text.ts";
import { mentionsOf, NO_MENTIONS } from "./mentions.ts";
import type { Mentions } from "./mentions.ts";
import { pagesOf } from "./pages.ts";
import { partsOf } from "./parts.ts";
import type { Part } from "./parts.ts";
import { limited, run } from "./rich-text.ts";
import { safeText } from "../../chat/safe-text.ts";
import { MOST_CARD, weightOf } from "./weight.ts";

/** What Teams is given to show. */
export interface Rendered {
  /** The attachment's content, of type `CARD_CONTENT_TYPE`; it carries its mentions itself. */
  readonly card: AdaptiveCard;
  /** For the activity's `summary`: notifications and lists of chats. */
  readonly summary: string;
}

/** What is said about a message beside its content. */
export interface RenderOptions {
  /** The key of a notification, which the card carries as the `id` of its first element. */
  readonly key: string | null;
  /** Whether the message may stand there twice: it says so. */
  readonly maybeRepeated: boolean;
  /**
   * Whether its people are mentioned. A mention in a new post rings for the person; one in an edit does
   * not, so that an edit keeps what the post had.
   */
  readonly mentions: boolean;
}

/** What stands under every page may take this much of it. */
const TAIL_ROOM = 4000;
const MOST_PAGES = 20;
/** For the repeat's warning above, the page's number and the page button below. */
const FRAME_ROOM = 1200;

/** A message on one card: what has no place is counted at its end. */
export function renderMessage(message: Message, options: RenderOptions): Rendered {
  const [only] = renderPages(message, options, null);
  return only ?? rendered(message, options, NO_MENTIONS, []);
}

/**
 * A message as Teams shows it: every page a card within all limits. Texts are literal wherever they
 * stand; whatever is cut or left out is counted. There is at least one page.
 *
 * @param answer what the pages are remembered by; null when there is no turning: then the first page says
 *   what is missing.
 */
export function renderPages(
  message: Message,
  options: RenderOptions,
  answer: string | null,
): readonly Rendered[] {
  const { body, tail } = partsOf(message);
  const mentions = options.mentions ? mentionsOf(message) : NO_MENTIONS;
  const under = [...(mentions.line === null ? [] : [mentions.line]), ...tailElements(tail)];
  const taken = weightOf(rendered(message, options, mentions, under).card);
  const { pages, left } = pagesOf(
    body,
    MOST_CARD - taken - FRAME_ROOM,
    answer === null ? 1 : MOST_PAGES,
  );
  const above = options.maybeRepeated ? [line(REPEAT_TEXT)] : [];
  return pages.map((page, index) =>
    rendered(message, options, mentions, [
      ...(index === 0 ? above : []),
      ...page,
      ...pageEnd(index + 1, pages.length, left, answer),
      ...under,
    ]),
  );
}

function rendered(
  message: Message,
  { key }: RenderOptions,
  { entities }: Mentions,
  elements: readonly CardElement[],
): Rendered {
  const [first, ...others] = elements.length === 0 ? [line(message.summary)] : elements;
  return {
    card: {
      type: "AdaptiveCard",
      $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
      version: "1.5",
      fallbackText: fallbackText(message),
      body: first === undefined ? [] : [key === null ? first : { ...first, id: key }, ...others],
      msteams: { width: "Full", entities },
    },
    summary: summaryText(message),
  };
}

/** What follows a page: the way to the next one, and a count of what no page shows. */
function pageEnd(
  page: number,
  pages: number,
  left: number,
  answer: string | null,
): readonly CardElement[] {
  return [
    ...(pages === 1 ? [] : [line(`Page ${page} of ${pages}.`)]),
    ...(answer === null || page === pages ? [] : [pageButton(answer, page + 1, pages)]),
    ...(left === 0 || page < pages
      ? []
      : [line(`And ${left} more: they do not fit here. Ask Doorbell about less at once.`)]),
  ];
}

/** What stands under every page, as far as it fits there. */
function tailElements(tail: readonly Part[]): readonly CardElement[] {
  const { pages, left } = pagesOf(tail, TAIL_ROOM, 1);
  return [
    ...pages.flat(),
    ...(left === 0 ? [] : [line(`(${left} more lines of small print and choices)`)]),
  ];
}

function line(text: string): RichTextBlock {
  const safe = safeText(text);
  const shown = safe.trim() === "" ? "Doorbell" : safe;
  return { type: "RichTextBlock", inlines: limited([run(shown, { italic: true })]) };
}
