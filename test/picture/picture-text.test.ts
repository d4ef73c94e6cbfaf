import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isolated, pictureText, shortened } from "../../src/picture/picture-text.ts";
import { fitted, textWidth, wrapped } from "../../src/picture/text-width.ts";

const TEXTS: readonly (readonly [string, string, string])[] = [
  ["plain text as it is", "alice@contoso.com", "alice@contoso.com"],
  ["line breaks as blanks", "a\r\n\tb", "a b"],
  ["control characters as replacements", "a\u0000\u001B[31mb", "a\uFFFD\uFFFD[31mb"],
  [
    "characters that turn the direction as replacements",
    "a\u202Egnp.exe\u2066",
    "a\uFFFDgnp.exe\uFFFD",
  ],
  ["characters without width as replacements", "al\u200Bice\uFEFF", "al\uFFFDice"],
  ["lone surrogates and noncharacters as replacements", "a\uD800b\uFFFE", "a\uFFFDb\uFFFD"],
  ["towers of marks cut down", `e${"\u0301".repeat(40)}`, "\u00E9\u0301\u0301"],
  ["letters of all scripts as they are", "Zoë Ωμέγα Дарья שלום", "Zoë Ωμέγα Дарья שלום"],
];

test.each(TEXTS)("The picture shows %s.", (_, text, shown) => {
  expect(pictureText(text)).toBe(shown);
});

test("Whatever the text: one line, short, nothing unseen, nothing that XML forbids", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 2000 }), (text) => {
      const shown = pictureText(text);
      expect(Array.from(shown).length).toBeLessThanOrEqual(300);
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\uFFFE\uFFFF]/u);
    }),
  );
});

test("A name that runs from right to left is kept apart from what stands beside it", () => {
  expect(isolated("שלום")).toBe("\u2066שלום\u2069");
  expect(isolated("alice")).toBe("alice");
});

test("A text that is too long ends in an ellipsis, and one that is not stays whole", () => {
  expect(shortened("abcdef", 6)).toBe("abcdef");
  expect(shortened("abcdef", 5)).toBe("abcd…");
});

test("A name that does not fit keeps its beginning and its end", () => {
  const name = "alice@contoso.com.account.recovery.evil.example";
  const shown = fitted(name, 150, 12);
  expect(textWidth(shown, 12)).toBeLessThanOrEqual(150);
  expect(shown).toMatch(/^alice@.*…/u);
  expect(shown).toMatch(/vil\.example$/u);
});

test("Text is wrapped at blanks, and what needs more lines than there are ends in an ellipsis", () => {
  const words = "The rule still stands, five hours past its promised end, and nobody knows why.";
  const lines = wrapped(words, 150, 12, 2);
  expect(lines).toHaveLength(2);
  expect(lines.every((line) => textWidth(line, 12) <= 150)).toBe(true);
  expect(lines[1]).toMatch(/…$/u);
  expect(wrapped(words, 1000, 12, 2)).toEqual([words]);
});
