import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const STATIC_IMPORT = /^import (?!type\b)[^;]*?["'][^"']*\bpicture\/[^"']*["'];/gm;

const CHATS =
  /^import (?!type\b)[^;]*?["'][^"']*(?:\badapters\/(?:slack|teams)\/[^"']*|fflate)["'];/gm;

test("The chats' libraries are loaded where the chat is configured, and nowhere else", async () => {
  const entries = await readdir(`${ROOT}src`, { recursive: true });
  const found: string[] = [];
  for (const file of entries.filter((name) => name.endsWith(".ts"))) {
    const text = await readFile(`${ROOT}src/${file}`, "utf8");
    found.push(...Array.from(text.matchAll(CHATS), ([words]) => `${file}: ${words}`));
  }
  expect(found).toEqual([]);
  const wrong = 'import { createTeamsChat } from "../../adapters/teams/index.ts";';
  expect(wrong.match(CHATS)).toEqual([wrong]);
});

test("What draws pictures is loaded when one is wanted, and never before", async () => {
  const entries = await readdir(`${ROOT}src`, { recursive: true });
  const files = entries.filter((name) => name.endsWith(".ts") && !name.startsWith("picture"));
  const found: string[] = [];
  for (const file of files) {
    const text = await readFile(`${ROOT}src/${file}`, "utf8");
    found.push(...Array.from(text.matchAll(STATIC_IMPORT), ([words]) => `${file}: ${words}`));
  }
  expect(files.length).toBeGreaterThan(50);
  expect(found).toEqual([]);
});
