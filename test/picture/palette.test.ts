import { expect, test } from "vitest";
import { PALETTE, paintOf } from "../../src/picture/palette.ts";
import type { Paint } from "../../src/picture/palette.ts";
import { MOST_PEOPLE } from "../../src/picture/who.ts";

/** WCAG 2.2, success criterion 1.4.3: the contrast of text of this size. */
const READABLE = 4.5;

const people = Array.from({ length: MOST_PEOPLE }, (_, index) => paintOf(index));

test.each<Paint>([
  ...people,
  paintOf("other"),
  paintOf("nobody"),
  PALETTE.critical,
  PALETTE.warning,
  { fill: PALETTE.page, text: PALETTE.text },
  { fill: PALETTE.page, text: PALETTE.quiet },
  { fill: PALETTE.unknown, text: PALETTE.text },
])("$text can be read on $fill", ({ fill, text }) => {
  expect(contrast(fill, text)).toBeGreaterThanOrEqual(READABLE);
});

test("Everybody with a letter has a colour of their own", () => {
  const fills = [...people, paintOf("other"), paintOf("nobody")].map(({ fill }) => fill);
  expect(new Set(fills).size).toBe(MOST_PEOPLE + 2);
});

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const share = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
