import type { types } from "@slack/bolt";
import type { Line } from "./rich-text.ts";
import type { LineForm, Part } from "./parts.ts";
import { weightOf } from "./weight.ts";

/** What fits into one message or view. */
export interface Room {
  readonly blocks: number;
  readonly weight: number;
}

/** Blocks page by page, and how many lines have no place on any of them. */
export interface Pages {
  readonly pages: readonly (readonly types.KnownBlock[])[];
  readonly left: number;
}

/** One block of rich text stays below this, so that Slack does not fold it away. */
const MOST_BLOCK_WEIGHT = 2900;
/** What a block and the piece in it weigh without their lines. */
const BLOCK_OVERHEAD = 110;
/** What a line weighs beside its elements. */
const LINE_OVERHEAD = 50;

/** Spreads parts over as many pages as they need and may have; there is one at least, maybe an empty one. */
export function pagesOf(parts: readonly Part[], room: Room, mostPages: number): Pages {
  const filler = new PageFiller(room, mostPages);
  for (const part of parts) {
    if (part.kind === "block") {
      filler.addBlock(part.block);
    } else {
      filler.addLines(part.form, part.lines);
    }
  }
  return filler.finished();
}

class PageFiller {
  readonly #room: Room;
  readonly #mostPages: number;
  readonly #pages: (readonly types.KnownBlock[])[] = [];
  #blocks: types.KnownBlock[] = [];
  #weight = 0;
  #left = 0;

  constructor(room: Room, mostPages: number) {
    this.#room = room;
    this.#mostPages = mostPages;
  }

  addBlock(block: types.KnownBlock): void {
    const weight = weightOf(block) + 1;
    if (!this.#isFull && !this.#fits(weight)) {
      this.#turn();
    }
    if (this.#isFull) {
      this.#left += 1;
    } else {
      this.#put(block, weight);
    }
  }

  /** Lines are made one by one: those behind the last page only count. */
  addLines(form: LineForm, lines: readonly (() => Line)[]): void {
    let open: Line[] = [];
    let weight = BLOCK_OVERHEAD;
    const flush = (): void => {
      if (open.length > 0) {
        const block = richBlock(form, open);
        this.#put(block, weightOf(block) + 1);
        open = [];
        weight = BLOCK_OVERHEAD;
      }
    };
    for (const [index, lineOf] of lines.entries()) {
      if (this.#isFull) {
        this.#left += lines.length - index;
        return;
      }
      const line = lineOf();
      const lineWeight = weightOf(line) + LINE_OVERHEAD;
      if (weight + lineWeight > MOST_BLOCK_WEIGHT || !this.#fits(weight + lineWeight)) {
        flush();
      }
      if (!this.#fits(weight + lineWeight)) {
        this.#turn();
        if (this.#isFull) {
          this.#left += lines.length - index;
          return;
        }
      }
      if (line.length > 0) {
        open.push(line);
        weight += lineWeight;
      }
    }
    flush();
  }

  finished(): Pages {
    if (this.#blocks.length > 0 || this.#pages.length === 0) {
      this.#turn();
    }
    return { pages: this.#pages, left: this.#left };
  }

  get #isFull(): boolean {
    return this.#pages.length >= this.#mostPages;
  }

  #fits(weight: number): boolean {
    return this.#blocks.length < this.#room.blocks && this.#weight + weight <= this.#room.weight;
  }

  #put(block: types.KnownBlock, weight: number): void {
    this.#blocks.push(block);
    this.#weight += weight;
  }

  #turn(): void {
    this.#pages.push(this.#blocks);
    this.#blocks = [];
    this.#weight = 0;
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
