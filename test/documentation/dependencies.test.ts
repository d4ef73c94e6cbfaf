import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { z } from "zod";
import { codes, page, ROOT, tableRows } from "./pages.ts";

const manifest = z.object({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});
const { dependencies, devDependencies } = manifest.parse(
  JSON.parse(await readFile(`${ROOT}package.json`, "utf8")),
);
const [needed = "", forDevelopment = ""] = (await page("docs/dependencies.md")).split(
  "For development only",
);

/** The packages that the first column of the tables names. */
function named(text: string): readonly string[] {
  return tableRows(text)
    .flatMap(([first = ""]) => codes(first))
    .sort();
}

test("the page names every package that the program needs, and no other", () => {
  expect(named(needed)).toEqual(Object.keys(dependencies).sort());
});

test("the page names every package that development needs, and no other", () => {
  expect(named(forDevelopment)).toEqual(Object.keys(devDependencies).sort());
});

test("every package has an exact version", () => {
  const versions = Object.entries({ ...dependencies, ...devDependencies });
  const loose = versions.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version));
  expect(loose).toEqual([]);
});
