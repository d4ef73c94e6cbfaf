import { readFile, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { LAYERS } from "./layers.ts";
import { violationsIn } from "./violations.ts";
import type { SourceFile } from "./violations.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

async function sourceFiles(): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for (const folder of ["src", "adapters"]) {
    const entries = await readdir(`${ROOT}${folder}`, { recursive: true });
    for (const entry of entries.filter((name) => name.endsWith(".ts"))) {
      const path = `${folder}/${entry.replaceAll("\\", "/")}`;
      files.push({ path, text: await readFile(`${ROOT}${path}`, "utf8") });
    }
  }
  return files;
}

test("no file imports what its layer may not, or reaches for the outside world itself", async () => {
  const files = await sourceFiles();
  expect(files.length).toBeGreaterThan(50);
  expect(files.flatMap(violationsIn)).toEqual([]);
});

test("every layer has files", async () => {
  const paths = (await sourceFiles()).map((file) => file.path);
  const empty = LAYERS.filter(({ path }) => !paths.some((file) => file.startsWith(path)));
  expect(empty).toEqual([]);
});

const PLANTED: readonly (readonly [string, SourceFile, string])[] = [
  [
    "the domain importing a chat adapter",
    {
      path: "src/domain/opening.ts",
      text: 'import { x } from "../../adapters/terminal/index.ts";',
    },
    "src/domain/opening.ts may not import adapters/terminal/index.ts",
  ],
  [
    "the correlator importing the Azure edge in several lines",
    {
      path: "src/correlate/openings.ts",
      text: 'import {\n  readExport,\n} from "../azure/export-reader.ts";',
    },
    "src/correlate/openings.ts may not import src/azure/export-reader.ts",
  ],
  [
    "a type import that crosses layers",
    { path: "src/message/message.ts", text: 'import type { Q } from "../ask/ask.ts";' },
    "src/message/message.ts may not import src/ask/ask.ts",
  ],
  [
    "an export from another layer",
    { path: "src/ask/ask.ts", text: 'export { readExport } from "../azure/export-reader.ts";' },
    "src/ask/ask.ts may not import src/azure/export-reader.ts",
  ],
  [
    "a dynamic import",
    { path: "src/ask/ask.ts", text: 'const a = await import("../app/demo.ts");' },
    "src/ask/ask.ts may not import src/app/demo.ts",
  ],
  [
    "a vendor package in the core",
    { path: "src/correlate/actors.ts", text: 'import { z } from "zod";' },
    "src/correlate/actors.ts may not import the package zod",
  ],
  [
    "the clock in the core",
    { path: "src/correlate/actors.ts", text: "const now = Date.now();" },
    "src/correlate/actors.ts reaches for the process, the clock, a timer or chance itself",
  ],
  [
    "the environment outside the entry",
    { path: "src/app/demo.ts", text: 'const token = process.env["TOKEN"];' },
    "src/app/demo.ts reaches for the process, the clock, a timer or chance itself",
  ],
  [
    "a file named after nothing",
    { path: "src/domain/utils.ts", text: "" },
    "src/domain/utils.ts is named after no thing that it holds",
  ],
  [
    "a file in no layer",
    { path: "src/stray/thing.ts", text: "" },
    "src/stray/thing.ts belongs to no layer",
  ],
];

test.each(PLANTED)("a planted violation is caught: %s", (_, file, complaint) => {
  expect(violationsIn(file)).toEqual([complaint]);
});
