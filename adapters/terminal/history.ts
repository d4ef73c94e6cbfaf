import { appendFile, chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { safeText } from "./safe-text.ts";

/** Lines that are kept; the file may grow to twice as many before it is cut. */
const MOST_LINES = 500;
const LONGEST_LINE = 1000;
const OWN_FILE = 0o600;
const OWN_FOLDER = 0o700;

/**
 * The lines of earlier runs, the newest first. A file that is not there or cannot be read gives none;
 * lines that could steer the terminal are passed over.
 */
export async function readHistory(path: string): Promise<readonly string[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    return [];
  }
  const lines = text.split("\n").filter(isKept);
  const latest = lines.slice(-MOST_LINES);
  if (lines.length > 2 * MOST_LINES) {
    await harmlessly(writeFile(path, latest.map((line) => `${line}\n`).join("")));
  }
  return latest.reverse();
}

/** Adds a line; only its owner may read the file. A failure loses the line and nothing else. */
export async function appendHistory(path: string, line: string): Promise<void> {
  if (!isKept(line)) {
    return;
  }
  await harmlessly(
    (async () => {
      await mkdir(dirname(path), { recursive: true, mode: OWN_FOLDER });
      await appendFile(path, `${line}\n`, { mode: OWN_FILE });
      // The mode above counts for a new file alone.
      await chmod(path, OWN_FILE);
    })(),
  );
}

function isKept(line: string): boolean {
  return line !== "" && line.length <= LONGEST_LINE && line === safeText(line);
}

async function harmlessly(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch {
    // The history is a convenience: a full disk or a read-only home must not end a conversation.
  }
}
