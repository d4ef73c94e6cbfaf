import { Buffer } from "node:buffer";
import { readSync } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { DoorbellError } from "../errors.ts";

/** An export that can be read. */
export interface ExportFile {
  /** What to call it. */
  readonly name: string;
  /** Its bytes; a chunk may be overwritten as soon as the next one is asked for. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

const CHUNK_LENGTH = 2 ** 18;

/**
 * Opens an export for reading.
 *
 * @param path a file, or `-` for standard input.
 * @param standardInput the bytes that `-` stands for; each chunk is given away with its memory.
 * @throws DoorbellError `unreadable-file` when there is no such file, or it is a folder, or it may not
 *   be read; also while reading.
 */
export async function openExport(
  path: string,
  standardInput: AsyncIterable<Uint8Array>,
): Promise<ExportFile> {
  if (path === "-") {
    return { name: "standard input", chunks: givenBack(standardInput) };
  }
  let file: FileHandle | null = null;
  try {
    file = await open(path, "r");
    if ((await file.stat()).isDirectory()) {
      throw Object.assign(new Error("is a directory"), { code: "EISDIR" });
    }
    return { name: path, chunks: readChunks(path, file) };
  } catch (error) {
    await file?.close();
    throw unreadableFile(path, error);
  }
}

/**
 * A pipe brings each chunk in memory of its own, and the collector does not run for that: without being
 * given back at once it would pile up to 60 MB.
 */
async function* givenBack(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    const { buffer } = chunk;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === chunk.byteLength) {
      buffer.transfer(0);
    }
  }
}

/**
 * Reads into one buffer, over and over. Handing each reading to another thread costs more than it takes,
 * and a small buffer is still in the processor's cache when it is searched.
 */
async function* readChunks(path: string, file: FileHandle): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(CHUNK_LENGTH);
  try {
    for (;;) {
      const length = readSync(file.fd, buffer, 0, CHUNK_LENGTH, null);
      if (length === 0) {
        return;
      }
      yield buffer.subarray(0, length);
    }
  } catch (error) {
    throw unreadableFile(path, error);
  } finally {
    await file.close();
  }
}

/** The error to show for a failure of the file system, in words that say what to do. */
export function unreadableFile(path: string, cause: unknown): DoorbellError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return new DoorbellError("unreadable-file", `Cannot read ${path}: ${reasonFor(code)}`, { cause });
}

function reasonFor(code: string): string {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "there is no such file. Check the path.";
    case "EISDIR":
      return "it is a folder. Name the files in it instead.";
    case "EACCES":
    case "EPERM":
      return "permission denied. Run as a user who may read it, or change its permissions.";
    default:
      return `the system reports ${code === "" ? "an unknown error" : code}.`;
  }
}
