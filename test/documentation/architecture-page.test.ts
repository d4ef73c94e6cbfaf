import { glob } from "node:fs/promises";
import { expect, test } from "vitest";
import { LAYERS } from "../architecture/layers.ts";
import { codes, page, ROOT, tableRows } from "./pages.ts";

const PAGE = await page("ARCHITECTURE.md");

test("the table of layers is the one that imports are checked against", () => {
  const [, section = ""] = PAGE.split("## Who may import what");
  const rows = tableRows(section).filter(([part]) => part?.startsWith("`"));
  const told = rows.map(([part = "", mayImport = "", packages = ""]) => ({
    path: codes(part)[0],
    mayImport: codes(mayImport).toSorted(),
    packages: codes(packages).toSorted(),
  }));
  const checked = LAYERS.map(({ path, mayImport, packages }) => ({
    path,
    mayImport: mayImport.toSorted(),
    packages: packages.toSorted(),
  }));
  expect(told).toEqual(checked);
});

test("every file that the page names is there", async () => {
  const files: string[] = [];
  for await (const path of glob(["{src,adapters,test,bin,scripts}/**/*.{ts,js}"], { cwd: ROOT })) {
    files.push(path.replaceAll("\\", "/"));
  }
  const packages = new Set(LAYERS.flatMap((layer) => layer.packages));
  const named = codes(PAGE).filter(
    (code) => /^[\w./-]+\.(?:ts|js)$/.test(code) && !packages.has(code),
  );
  expect(named.length).toBeGreaterThan(40);
  const missing = named.filter(
    (name) => !files.some((file) => file === name || file.endsWith(`/${name}`)),
  );
  expect(missing).toEqual([]);
});

test("every folder of the program stands in the tree", async () => {
  const [, tree = ""] = PAGE.split("```");
  const folders: string[] = [];
  for await (const entry of glob(["src/*/", "adapters/*/"], { cwd: ROOT })) {
    folders.push(`${entry.replaceAll("\\", "/").replace(/\/$/, "")}/`);
  }
  expect(folders.length).toBeGreaterThan(10);
  expect(folders.filter((folder) => !tree.includes(`\n${folder} `))).toEqual([]);
});
