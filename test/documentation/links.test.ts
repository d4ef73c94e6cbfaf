import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { page, pages, ROOT } from "./pages.ts";

const LINK = /\[[^\]\n]*\]\(([^)\s]+)\)/g;

/** Links that leave the project are not looked at: tests need no network. */
function isRelative(target: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:/i.test(target);
}

/** The anchors that a renderer of Markdown makes of the headings. */
function anchorsOf(text: string): readonly string[] {
  return text
    .replaceAll(/```[\s\S]*?```/g, "")
    .split("\n")
    .filter((line) => /^#{1,6} /.test(line))
    .map((line) =>
      line
        .replace(/^#+ /, "")
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    );
}

async function isThere(from: string, target: string): Promise<boolean> {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? from : join(dirname(from), path);
  if (!existsSync(`${ROOT}${file}`)) {
    return false;
  }
  return anchor === undefined || anchorsOf(await page(file)).includes(anchor);
}

test.each(await pages())("%s links only to what exists", async (path) => {
  const text = (await page(path)).replaceAll(/```[\s\S]*?```/g, "");
  const targets = [...text.matchAll(LINK)].map(([, target = ""]) => target).filter(isRelative);
  const missing: string[] = [];
  for (const target of targets) {
    if (!(await isThere(path, target))) {
      missing.push(target);
    }
  }
  expect(missing).toEqual([]);
});

test("a link to a page or a heading that is not there is caught", async () => {
  expect(await isThere("README.md", "docs/commands.md#questions")).toBe(true);
  expect(await isThere("README.md", "docs/badger.md")).toBe(false);
  expect(await isThere("docs/commands.md", "#badger")).toBe(false);
});
