import { DoorbellError } from "../errors.ts";

const SETTING = "store.path";

/** Primary result codes of SQLite: https://sqlite.org/rescode.html */
const BUSY = 5;
const LOCKED = 6;

/** Whether another program holds the database: worth another attempt. */
export function isSqliteBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === BUSY || code === LOCKED;
}

/** What SQLite's error means to the person who must act; other errors are given back as they are. */
export function sqliteFault(error: unknown, path: string): unknown {
  const said = wordsOf(primaryCode(error), path);
  return said === null ? error : new DoorbellError(said.code, said.text, { cause: error });
}

function wordsOf(
  code: number | null,
  path: string,
): { readonly code: "store" | "store-full"; readonly text: string } | null {
  const store = (text: string): { readonly code: "store"; readonly text: string } => ({
    code: "store",
    text,
  });
  switch (code) {
    case BUSY:
    case LOCKED:
      return store(
        `The database ${path} is locked by another program: stop that program, or set ${SETTING} to another file.`,
      );
    case 3:
    case 23:
      return store(
        `The database ${path} may not be opened: give Doorbell's user access to it, or set ${SETTING} to another file.`,
      );
    case 8:
      return store(
        `The database ${path} is read-only: let Doorbell's user write it and its folder, or set ${SETTING} to another file.`,
      );
    case 10:
      return store(
        `The disk fails to read or write the database ${path}: check the disk, or set ${SETTING} to a file on another one (a network drive will not do).`,
      );
    case 11:
      return store(
        `The database ${path} is damaged: restore it from a backup, or set ${SETTING} to a new file, which is then filled from what Azure still keeps.`,
      );
    case 13:
      return {
        code: "store-full",
        text: `No space is left for the database ${path}: free some, or set ${SETTING} to a file on a larger disk. What was stored stays.`,
      };
    case 14:
      return store(
        `The database ${path} cannot be opened: ${SETTING} must name a file in a folder that exists and that Doorbell's user may write.`,
      );
    case 26:
      return store(
        `The file ${path} is not a Doorbell database: set ${SETTING} to another file, or restore it from a backup.`,
      );
    default:
      return null;
  }
}

/** Errors of `node:sqlite` carry SQLite's extended result code as `errcode`. */
function primaryCode(error: unknown): number | null {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number"
    ? error.errcode & 0xff
    : null;
}
