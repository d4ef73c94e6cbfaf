/** The cells of CSV text as spreadsheets read it (RFC 4180), row by row, for any separator. */
export function cellsOf(text: string, separator: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  let at = 0;
  for (;;) {
    const { cell, end } = cellAt(text, at, separator);
    rows.at(-1)?.push(cell);
    if (end >= text.length) {
      return rows;
    }
    if (text[end] !== separator) {
      rows.push([]);
    }
    at = end + (text.startsWith("\r\n", end) ? 2 : 1);
  }
}

/** A cell that begins in quotes ends with them; elsewhere quotes are characters like others. */
function cellAt(text: string, start: number, separator: string): { cell: string; end: number } {
  let cell = "";
  let at = start;
  if (text[at] === '"') {
    at += 1;
    while (at < text.length) {
      if (text[at] === '"' && text[at + 1] !== '"') {
        at += 1;
        break;
      }
      cell += text[at] ?? "";
      at += text[at] === '"' ? 2 : 1;
    }
  }
  while (at < text.length && text[at] !== separator && text[at] !== "\n" && text[at] !== "\r") {
    cell += text[at] ?? "";
    at += 1;
  }
  return { cell, end: at };
}
