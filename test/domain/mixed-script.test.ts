import { expect, test } from "vitest";
import { mixesScripts, shownName } from "../../src/domain/mixed-script.ts";
import { openedWords } from "../../src/message/opening-words.ts";
import { inline } from "../../src/message/build.ts";
import { plainText } from "../../src/message/plain.ts";
import { attribution, opening } from "../ask/trail-builder.ts";

test.each([
  ["\u0430lice@contoso.com", true],
  ["alice@c\u043Entoso.com", true],
  ["\u0441\u043E\u0441\u043E@contoso.com", true],
  ["al\u03B9ce", true],
  ["\uFF41lice@contoso.com", true],
  ["\u{1D41A}lice", true],
  ["alice@contoso.com", false],
  ["Zoë O’Neil-Müller", false],
  ["Анна Петрова", false],
  ["Анна Smith", false],
  ["山田太郎 Yamada", false],
  ["مريم", false],
  ["", false],
])("%j mixes alphabets: %j", (name, mixes) => {
  expect(mixesScripts(name)).toBe(mixes);
  expect(shownName(name)).toBe(mixes ? `${name} (mixed alphabets!)` : name);
});

test("a notification says that a person's name mixes alphabets", () => {
  const name = "\u0430lice@contoso.com";
  const actor = { key: `name:${name}`, name, objectId: null, kind: "user" } as const;
  const words = openedWords(opening({ attribution: attribution({ actor }) }), ["RDP"]);
  expect(plainText(inline(...words), "UTC")).toBe(`${name} (mixed alphabets!) opened RDP`);
});
