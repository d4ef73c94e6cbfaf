import { constants } from "node:fs";
import { access, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DoorbellError } from "../errors.ts";
import type { RandomSource } from "../ports.ts";

/**
 * Tells before any work is done whether the file of `--out` can be written.
 *
 * @throws DoorbellError `unwritable-file` when there is no such folder, or the system does not let us write.
 */
export async function checkOutputFile(path: string): Promise<void> {
  const folder = dirname(path);
  try {
    const found = await stat(folder);
    if (!found.isDirectory()) {
      throw new DoorbellError("unwritable-file", `--out ${path}: ${folder} is not a folder.`);
    }
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unwritable(path, error);
  }
  await checkOldFile(path);
}

/** A file of that name gives way, unless it is a folder or write-protected. */
async function checkOldFile(path: string): Promise<void> {
  const old = await stat(path).catch(() => null);
  if (old === null) {
    return;
  }
  if (!old.isFile()) {
    throw new DoorbellError("unwritable-file", `--out ${path}: that is not a file.`);
  }
  try {
    await access(path, constants.W_OK);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Writes the file as a whole or not at all: what stood there before stays until the new one is complete.
 *
 * @throws DoorbellError `unwritable-file`.
 */
export async function writeOutputFile(
  path: string,
  content: Uint8Array,
  random: RandomSource,
): Promise<void> {
  const mark = random.next().toString(36).slice(2, 12);
  const part = join(dirname(path), `.doorbell-${mark}.part`);
  try {
    const file = await open(part, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => {
      // The first failure is the one that helps.
    });
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): DoorbellError {
  if (error instanceof DoorbellError) {
    return error;
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const options = { cause: error };
  return new DoorbellError("unwritable-file", `--out ${path}: ${reason(path, code)}`, options);
}

function reason(path: string, code: string): string {
  switch (code) {
    case "ENOENT":
      return `there is no folder ${dirname(path)}, or it takes no files.`;
    case "ENOTDIR":
      return `${dirname(path)} is not a folder.`;
    case "EACCES":
    case "EPERM":
      return "no permission to write there.";
    case "EROFS":
      return "the disk there can only be read.";
    case "ENOSPC":
      return "no space is left there.";
    case "ENAMETOOLONG":
      return "that name is too long.";
    default:
      return `cannot be written; the system says ${code === "" ? "no more" : code}.`;
  }
}
