import type { CardElement } from "./card.ts";
import { elementOf, frameWeight, isEmpty, rowWeight } from "./line-forms.ts";
import type { LineForm, Row } from "./line-forms.ts";
import type { Part } from "./parts.ts";
import { weightOf } from "./weight.ts";

/** Elements page by page, and how many rows have no place on any of them. */
export interface Pages {
  readonly pages: readonly (readonly CardElement[])[];
  readonly left: number;
}

/**
 * Spreads parts over as many pages as they need and may have; there is one at least, maybe an empty one.
 *
 * @param room what the elements of one page may weigh together.
 */
export function pagesOf(parts: readonly Part[], room: number, mostPages: number): Pages {
  const filler = new PageFiller(room, mostPages);
  for (const part of parts) {
    if (part.kind === "element") {
      filler.addElement(part.element);
    } else {
      filler.addRows(part.form, part.rows);
    }
  }
  return filler.finished();
}

class PageFiller {
  readonly #room: number;
  readonly #mostPages: number;
  readonly #pages: (readonly CardElement[])[] = [];
  #elements: CardElement[] = [];
  #weight = 0;
  #left = 0;

  constructor(room: number, mostPages: number) {
    this.#room = room;
    this.#mostPages = mostPages;
  }

  addElement(element: CardElement): void {
    const weight = weightOf(element) + 1;
    if (!this.#isFull && !this.#fits(weight)) {
      this.#turn();
    }
    if (this.#isFull) {
      this.#left += 1;
    } else {
      this.#put(element, weight);
    }
  }

  /** Rows are made one by one: those behind the last page only count. */
  addRows(form: LineForm, rows: readonly (() => Row)[]): void {
    const frame = frameWeight(form);
    let open: Row[] = [];
    let weight = frame;
    const flush = (): void => {
      if (open.length > 0) {
        this.#put(elementOf(form, open), weight);
        open = [];
        weight = frame;
      }
    };
    for (const [index, rowOf] of rows.entries()) {
      if (this.#isFull) {
        this.#left += rows.length - index;
        return;
      }
      const row = rowOf();
      if (!isEmpty(row)) {
        const more = rowWeight(form, row);
        if (!this.#fits(weight + more)) {
          flush();
          this.#turn();
          if (this.#isFull || !this.#fits(frame + more)) {
            this.#left += rows.length - index;
            return;
          }
        }
        open.push(row);
        weight += more;
      }
    }
    flush();
  }

  finished(): Pages {
    if (this.#elements.length > 0 || this.#pages.length === 0) {
      this.#turn();
    }
    return { pages: this.#pages, left: this.#left };
  }

  get #isFull(): boolean {
    return this.#pages.length >= this.#mostPages;
  }

  #fits(weight: number): boolean {
    return this.#weight + weight <= this.#room;
  }

  #put(element: CardElement, weight: number): void {
    this.#elements.push(element);
    this.#weight += weight;
  }

  #turn(): void {
    this.#pages.push(this.#elements);
    this.#elements = [];
    this.#weight = 0;
  }
}
