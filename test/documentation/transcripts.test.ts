import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TRANSCRIPT = /```console\n\$ npx doorbell (.*)\n([\s\S]*?)\n```/g;

interface Transcript {
  readonly page: string;
  readonly command: string;
  readonly output: string;
}

async function transcripts(): Promise<Transcript[]> {
  const docs = (await readdir(`${ROOT}docs`)).filter((name) => name.endsWith(".md"));
  const pages = ["README.md", ...docs.map((name) => `docs/${name}`)];
  const found: Transcript[] = [];
  for (const page of pages) {
    const text = await readFile(`${ROOT}${page}`, "utf8");
    for (const [, command = "", output = ""] of text.matchAll(TRANSCRIPT)) {
      found.push({ page, command, output });
    }
  }
  return found;
}

/** Splits a command at blanks outside of quotes: all that the transcripts need of a shell. */
function argumentsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? "",
  );
}

const ALL = await transcripts();

test("the README shows transcripts", () => {
  expect(ALL.filter(({ page }) => page === "README.md").length).toBeGreaterThanOrEqual(2);
});

test.each(ALL)("$page: doorbell $command prints what the page shows", async (transcript) => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["bin/doorbell.js", ...argumentsOf(transcript.command)],
    {
      cwd: ROOT,
      env: { ...process.env, TZ: "UTC", COLUMNS: "", NO_COLOR: "1", FORCE_COLOR: "" },
    },
  );
  expect(stdout.trimEnd()).toBe(transcript.output);
});
