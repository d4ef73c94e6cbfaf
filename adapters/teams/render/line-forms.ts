import type { CardElement, Container, RichTextBlock, TableRow } from "./card.ts";
import { run } from "./rich-text.ts";
import type { Line } from "./rich-text.ts";
import { weightOf } from "./weight.ts";

/** One line, or the cells of one row of a table. */
export type Row = readonly Line[];

/** What lines stand on; null for the card's own ground. */
export type Ground = Exclude<Container["style"], undefined> | null;

/** How rows are shown. */
export type LineForm =
  | { readonly kind: "lines"; readonly ground: Ground }
  | { readonly kind: "list" }
  | { readonly kind: "table"; readonly titles: readonly Line[] };

/** Rows as one element. */
export function elementOf(form: LineForm, rows: readonly Row[]): CardElement {
  switch (form.kind) {
    case "lines": {
      const items = rows.flat().map((line, index) => block(line, index));
      const [only] = items;
      return form.ground === null && only !== undefined && items.length === 1
        ? only
        : { type: "Container", ...(form.ground === null ? {} : { style: form.ground }), items };
    }
    case "list":
      return {
        type: "Container",
        items: rows.flat().map((line, index) => block([run("• "), ...line], index)),
      };
    case "table":
      return {
        type: "Table",
        firstRowAsHeaders: true,
        columns: form.titles.map(() => ({ width: 1 })),
        rows: [tableRow(form.titles), ...rows.map(tableRow)],
      };
  }
}

/** What the element weighs without its rows. */
export function frameWeight(form: LineForm): number {
  return weightOf(elementOf(form, [])) + 1;
}

/** What a row weighs in the element. */
export function rowWeight(form: LineForm, row: Row): number {
  return (
    (form.kind === "table"
      ? weightOf(tableRow(row))
      : weightOf(row.map((line) => block([run("• "), ...line], 1)))) + 1
  );
}

/** Whether a row shows anything. */
export function isEmpty(row: Row): boolean {
  return row.every((line) => line.length === 0);
}

function block(inlines: Line, index: number): RichTextBlock {
  return { type: "RichTextBlock", ...(index === 0 ? {} : { spacing: "Small" }), inlines };
}

function tableRow(cells: Row): TableRow {
  return {
    type: "TableRow",
    cells: cells.map((line) => ({
      type: "TableCell",
      items: [{ type: "RichTextBlock", inlines: line.length === 0 ? [run("–")] : line }],
    })),
  };
}
