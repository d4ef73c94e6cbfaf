import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { page, ROOT, tableRows } from "./pages.ts";

/** The threats of the page with the test that covers each: its file, and its title where one is named. */
async function threats(): Promise<readonly (readonly [string, string, string | null])[]> {
  const rows = tableRows((await page("docs/security.md")).split("## Threats")[1] ?? "");
  return rows
    .filter(([threat]) => threat !== "threat")
    .map(([threat = "", , shown = ""]) => {
      const [, file = "", title = null] = /^`(test\/[\w./-]+)`(?:: (.+))?$/.exec(shown) ?? [];
      return [threat, file, title];
    });
}

test("every threat names a test that exists, with its title", async () => {
  const all = await threats();
  expect(all.length).toBeGreaterThan(30);
  const missing: string[] = [];
  for (const [threat, file, title] of all) {
    const text = await readFile(`${ROOT}${file}`, "utf8").catch(() => "");
    const isThere = title === null ? text !== "" : text.includes(`"${title}"`);
    if (!isThere) {
      missing.push(`${threat}: ${file}: ${title ?? ""}`);
    }
  }
  expect(missing).toEqual([]);
});

test("every suite of hostile hands is named", async () => {
  const named = new Set((await threats()).map(([, file]) => file));
  for (const suite of ["chats", "text-forms", "requests", "secrets"]) {
    expect(named).toContain(`test/hostile/${suite}.test.ts`);
  }
});
