import type { types } from "@slack/bolt";
import type { Message } from "../../../src/message/message.ts";
import { pageButton } from "./buttons.ts";
import { fallbackText } from "./fallback-text.ts";
import { pagesOf } from "./pages.ts";
import type { Room } from "./pages.ts";
import { partsOf } from "./parts.ts";
import type { Part } from "./parts.ts";
import { limited, plain } from "./rich-text.ts";
import type { Profiles } from "./rich-text.ts";
import { safeText } from "../../chat/safe-text.ts";
import { weightOf } from "./weight.ts";

/** What Slack is given to show. */
export interface Rendered {
  readonly blocks: types.KnownBlock[];
  /** For notifications and screen readers. */
  readonly text: string;
}

/** Where a message is shown. */
export type Surface = "message" | "view";

/**
 * What Slack takes: 50 blocks in a message, 100 in a view, and about 13,200 characters over all blocks of a
 * message, of which a part is kept in reserve.
 */
const ROOM: { readonly [surface in Surface]: Room } = {
  message: { blocks: 50, weight: 12_000 },
  view: { blocks: 100, weight: 60_000 },
};

/** What stands under every page may take this much of it. */
const TAIL_ROOM: Room = { blocks: 20, weight: 5000 };
const MOST_PAGES = 20;
/** For the repeat's warning above, the page's number and the page button below. */
const FRAME_ROOM: Room = { blocks: 4, weight: 900 };

/** What is said about a message beside its content. */
export interface Frame {
  /** Stands above the message, for example that it may be there twice. */
  readonly note: string | null;
  /** What the pages are remembered by; null when there is no turning: then the first page says what is missing. */
  readonly answer: string | null;
}

/**
 * A message as Slack shows it: every page within all of Slack's limits. Texts are literal wherever they
 * stand; whatever is cut or left out is counted.
 */
export function renderPages(
  message: Message,
  profiles: Profiles,
  surface: Surface,
  frame: Frame,
): readonly Rendered[] {
  const { body, tail } = partsOf(message, profiles);
  const under = tailBlocks(tail);
  const room = ROOM[surface];
  const taken = under.reduce((sum, block) => sum + weightOf(block) + 1, 0);
  const { pages, left } = pagesOf(
    body,
    {
      blocks: room.blocks - under.length - FRAME_ROOM.blocks,
      weight: room.weight - taken - FRAME_ROOM.weight,
    },
    frame.answer === null ? 1 : MOST_PAGES,
  );
  const text = fallbackText(message);
  const above = frame.note === null ? [] : [line(frame.note)];
  return pages.map((page, index) => ({
    text,
    blocks: filled(
      [
        ...(index === 0 ? above : []),
        ...page,
        ...pageEnd(index + 1, pages.length, left, frame.answer),
        ...under,
      ],
      message,
    ),
  }));
}

/** What follows a page: the way to the next one, and a count of what no page shows. */
function pageEnd(
  page: number,
  pages: number,
  left: number,
  answer: string | null,
): readonly types.KnownBlock[] {
  return [
    ...(pages === 1 ? [] : [line(`Page ${page} of ${pages}.`)]),
    ...(answer === null || page === pages ? [] : [pageButton(answer, page + 1, pages)]),
    ...(left === 0 || page < pages
      ? []
      : [line(`${left} more lines do not fit here. Ask Doorbell about less at once.`)]),
  ];
}

/** What stands under every page, as far as it fits there. */
function tailBlocks(tail: readonly Part[]): readonly types.KnownBlock[] {
  const { pages, left } = pagesOf(tail, TAIL_ROOM, 1);
  return [
    ...pages.flat(),
    ...(left === 0 ? [] : [line(`(${left} more lines of small print and choices)`)]),
  ];
}

/** A message never is without a block, or Slack would show its fallback text as markup. */
function filled(blocks: readonly types.KnownBlock[], message: Message): types.KnownBlock[] {
  return blocks.length > 0 ? [...blocks] : [line(message.summary)];
}

function line(text: string): types.RichTextBlock {
  const safe = safeText(text);
  const shown = safe.trim() === "" ? "Doorbell" : safe;
  return {
    type: "rich_text",
    elements: [
      { type: "rich_text_section", elements: [...limited([plain(shown, { italic: true })])] },
    ],
  };
}
