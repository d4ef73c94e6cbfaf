import { DoorbellError } from "../errors.ts";
import { parseResourceId } from "../domain/resource-id.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import type { Shape } from "./shape.ts";

/**
 * What Doorbell wrote into a database is checked when it is read again: a database may be damaged, or
 * changed by other hands. The checks leave the values as they are, down to the order of their keys, which
 * the correlator's choice between variants of an event rests on.
 */

/** A resource ID is stored as its text, from which the rest follows. */
export type WithText<T> = T extends ResourceId
  ? string
  : T extends readonly (infer Item)[]
    ? readonly WithText<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: WithText<T[Key]> }
      : T;

/** Resource IDs recur by the thousand: each is parsed once, as long as there is room. */
const PARSED = new Map<string, ResourceId>();
const MOST_PARSED = 50_000;

function resourceOf(text: string): ResourceId | null {
  const known = PARSED.get(text);
  if (known !== undefined) {
    return known;
  }
  const parsed = parseResourceId(text);
  if (parsed !== null) {
    if (PARSED.size >= MOST_PARSED) {
      PARSED.clear();
    }
    PARSED.set(text, parsed);
  }
  return parsed;
}

/**
 * The resource ID of its stored text.
 *
 * @throws DoorbellError `store` when it is none.
 */
export function storedResource(text: string): ResourceId {
  const id = resourceOf(text);
  if (id === null) {
    throw damaged("a resource ID");
  }
  return id;
}

/**
 * Reads JSON that Doorbell stored.
 *
 * @param what names it in the error, such as `an opening`.
 * @throws DoorbellError `store` when it is not what Doorbell writes.
 */
export function readStored<T>(shape: Shape<T>, text: string, what: string): T {
  const value = parseJson(text, what);
  if (!shape(value)) {
    throw damaged(what);
  }
  return value;
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(what, error);
  }
}

function damaged(what: string, cause?: unknown): DoorbellError {
  return new DoorbellError(
    "store",
    `The database holds ${what} that Doorbell did not write like this: it is damaged or was changed by other hands. Restore it from a backup, or set store to another database.`,
    { cause },
  );
}
