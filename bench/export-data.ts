import { createReadStream, existsSync } from "node:fs";
import { mkdir, open, readFile, stat, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { createInterface } from "node:readline";
import { z } from "zod";
import { operationKind } from "../src/azure/relevant-operation.ts";
import { writeExport } from "../src/sandbox/write-export.ts";

/** A generated export. */
export interface ExportData {
  readonly path: string;
  readonly bytes: number;
  readonly rows: number;
  /** Rows that have to do with ports. */
  readonly relevantRows: number;
}

const FOLDER = new URL("data/", import.meta.url);
const SEED = 1;
const START = Date.UTC(2026, 8, 1);
const WRITE_AT_ONCE = 2 ** 20;

const KNOWN = z.object({ bytes: z.number(), rows: z.number(), relevantRows: z.number() });

/**
 * The export to read: generated once, then kept.
 *
 * @param fresh whether to generate it again, after the generator changed.
 */
export async function exportData(rows: number, fresh: boolean): Promise<ExportData> {
  const file = new URL(`export-${rows}.jsonl`, FOLDER);
  const notes = new URL(`export-${rows}.notes.json`, FOLDER);
  if (!fresh && existsSync(file) && existsSync(notes)) {
    const known = KNOWN.safeParse(JSON.parse(await readFile(notes, "utf8")));
    const { size } = await stat(file);
    if (known.success && known.data.bytes === size && known.data.rows === rows) {
      return { path: file.pathname, ...known.data };
    }
  }
  await mkdir(FOLDER, { recursive: true });
  const data = await generate(file, rows);
  await writeFile(notes, `${JSON.stringify(data)}\n`);
  return { path: file.pathname, ...data };
}

async function generate(file: URL, rows: number): Promise<z.infer<typeof KNOWN>> {
  let relevantRows = 0;
  const lines = writeExport({
    seed: SEED,
    rows,
    start: START,
    onEnd: (summary) => {
      relevantRows = summary.relevantRows;
    },
  });
  const handle = await open(file, "w");
  try {
    let text = "";
    for (const line of lines) {
      text += line;
      if (text.length >= WRITE_AT_ONCE) {
        await handle.write(text);
        text = "";
      }
    }
    await handle.write(text);
  } finally {
    await handle.close();
  }
  return { bytes: (await stat(file)).size, rows, relevantRows };
}

const ROW = z.object({ operationName: z.object({ value: z.string() }) });

/** The export with each irrelevant row `times` over: more bytes, and the same openings. */
export function withMoreNoise(path: string, times: number): Readable {
  return Readable.from(repeatNoise(path, times));
}

async function* repeatNoise(path: string, times: number): AsyncGenerator<string> {
  const lines = createInterface({ input: createReadStream(path, { highWaterMark: 2 ** 20 }) });
  for await (const line of lines) {
    const { operationName } = ROW.parse(JSON.parse(line));
    const isRelevant = operationKind(operationName.value.toLowerCase()) !== null;
    yield `${line}\n`.repeat(isRelevant ? 1 : times);
  }
}
