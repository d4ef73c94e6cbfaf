import type { types } from "@slack/bolt";
import type { Line } from "./rich-text.ts";
import type { LineForm, Part } from "./parts.ts";
import { weightOf } from "./weight.ts";

/** What fits into one message or view. */
export interface Room {
  readonly blocks: number;
  readonly weight: number;
}

/** A page: blocks, and how many lines of the message they show. */
export interface Page {
  readonly blocks: readonly types.KnownBlock[];
  readonly lines: number;
}

/** One block of rich text stays below this, so that Slack does not fold it away. */
const MOST_BLOCK_WEIGHT = 2900;
/** What a block and the piece in it weigh without their lines. */
const BLOCK_OVERHEAD = 110;
/** What a line weighs beside its elements. */
const LINE_OVERHEAD = 50;

/** Spreads parts over as many pages as they need; at least one, which may be empty. */
export function pagesOf(parts: readonly Part[], room: Room): readonly Page[] {
  const pages = new PageFiller(room);
  for (const part of parts) {
    if (part.kind === "block") {
      pages.addBlock(part.block);
    } else {
      pages.addLines(part.form, part.lines);
    }
  }
  return pages.finished();
}

class PageFiller {
  readonly #room: Room;
  readonly #pages: Page[] = [];
  #blocks: types.KnownBlock[] = [];
  #weight = 0;
  #lines = 0;

  constructor(room: Room) {
    this.#room = room;
  }

  addBlock(block: types.KnownBlock): void {
    const weight = weightOf(block) + 1;
    if (!this.#fits(weight)) {
      this.#turn();
    }
    this.#blocks.push(block);
    this.#weight += weight;
    this.#lines += 1;
  }

  addLines(form: LineForm, lines: readonly Line[]): void {
    let open: Line[] = [];
    let weight = BLOCK_OVERHEAD;
    const flush = (): void => {
      if (open.length > 0) {
        const block = richBlock(form, open);
        this.#blocks.push(block);
        this.#weight += weightOf(block) + 1;
        this.#lines += open.length;
        open = [];
        weight = BLOCK_OVERHEAD;
      }
    };
    for (const line of lines) {
      const lineWeight = weightOf(line) + LINE_OVERHEAD;
      if (open.length > 0 && weight + lineWeight > MOST_BLOCK_WEIGHT) {
        flush();
      }
      if (!this.#fits(weight + lineWeight)) {
        flush();
        if (!this.#fits(weight + lineWeight)) {
          this.#turn();
        }
      }
      open.push(line);
      weight += lineWeight;
    }
    flush();
  }

  finished(): readonly Page[] {
    if (this.#blocks.length > 0 || this.#pages.length === 0) {
      this.#turn();
    }
    return this.#pages;
  }

  #fits(weight: number): boolean {
    return this.#blocks.length < this.#room.blocks && this.#weight + weight <= this.#room.weight;
  }

  #turn(): void {
    this.#pages.push({ blocks: this.#blocks, lines: this.#lines });
    this.#blocks = [];
    this.#weight = 0;
    this.#lines = 0;
  }
}

function richBlock(form: LineForm, lines: readonly Line[]): types.RichTextBlock {
  switch (form) {
    case "section":
      return {
        type: "rich_text",
        elements: [{ type: "rich_text_section", elements: joined(lines) }],
      };
    case "list":
      return {
        type: "rich_text",
        elements: [
          {
            type: "rich_text_list",
            style: "bullet",
            elements: lines.map((line) => ({ type: "rich_text_section", elements: [...line] })),
          },
        ],
      };
    case "preformatted":
      return {
        type: "rich_text",
        elements: [
          {
            type: "rich_text_preformatted",
            elements: joined(lines).filter(
              (element) => element.type === "text" || element.type === "link",
            ),
          },
        ],
      };
  }
}

/** Lines under each other in one piece. */
function joined(lines: readonly Line[]): types.RichTextElement[] {
  return lines.flatMap((line, index) =>
    index === 0 ? [...line] : [{ type: "text" as const, text: "\n" }, ...line],
  );
}
