import { z } from "zod";

/** A JSON object as parsed, before any schema. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a parsed JSON value is an object: not null, not an array, not the SDK's `Date`. */
export function isJsonObject(value: unknown): value is JsonObject {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}

/** Text that may be missing; anything that is not text counts as missing. */
export const wireText = z.string().nullish().catch(null);

/** A time as text or, from the SDK, as a `Date`. */
export const wireTime = z.union([z.string(), z.date()]).nullish().catch(null);

/** A list of texts; anything else counts as missing. */
export const wireTexts = z.array(z.string()).nullish().catch(null);

/** A number, or a number written as text. */
export const wireNumber = z.union([z.number(), z.string()]).nullish().catch(null);

/** Text that the Activity Log API wraps as `{"value": …, "localizedValue": …}`, or plain text. */
export const wireLocalised = z
  .union([z.object({ value: z.string().nullish() }), z.string()])
  .nullish()
  .catch(null);

/** The text of a `wireLocalised` field; null when absent or blank. */
export function localisedText(field: z.infer<typeof wireLocalised>): string | null {
  const text = typeof field === "string" ? field : field?.value;
  return text === undefined || text === null || text === "" ? null : text;
}

/** An object, or the JSON text of one, as the flat exports carry it; null for anything else. */
export function objectOrJsonText(value: unknown): JsonObject | null {
  const parsed = typeof value === "string" ? parseJson(value) : value;
  return isJsonObject(parsed) ? parsed : null;
}

/** Parses JSON text; undefined, which JSON cannot express, when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** No value that Azure writes nests deeper; a hostile one is not compared below that. */
const COMPARED_DEPTH = 8;

/**
 * Whether two parsed JSON values are equal, with their keys in the same order. It may call equal values
 * different, never the other way round.
 */
export function sameJson(a: unknown, b: unknown, depth = 0): boolean {
  if (a === b) {
    return true;
  }
  if (typeof a !== "object" || typeof b !== "object" || depth > COMPARED_DEPTH) {
    return false;
  }
  if (Array.isArray(a)) {
    return Array.isArray(b) && sameItems(a, b, depth);
  }
  return isJsonObject(a) && isJsonObject(b) && sameMembers(a, b, depth);
}

function sameItems(a: readonly unknown[], b: readonly unknown[], depth: number): boolean {
  if (a.length !== b.length) {
    return false;
  }
  for (let i = 0; i < a.length; i += 1) {
    if (!sameJson(a[i], b[i], depth + 1)) {
      return false;
    }
  }
  return true;
}

function sameMembers(a: JsonObject, b: JsonObject, depth: number): boolean {
  const keys = Object.keys(a);
  const others = Object.keys(b);
  if (keys.length !== others.length) {
    return false;
  }
  for (let i = 0; i < keys.length; i += 1) {
    const key = keys[i] ?? "";
    if (key !== others[i] || !sameJson(a[key], b[key], depth + 1)) {
      return false;
    }
  }
  return true;
}

/** A copy of an object with its own keys lower-cased: Azure's feeds differ in the casing of keys. */
export function withLowerCaseKeys(object: JsonObject): JsonObject {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(object)) {
    const lower = lowerCased(key);
    // An assignment to this one key would change what the object is.
    if (lower !== "__proto__") {
      copy[lower] = object[key];
    }
  }
  return copy;
}

const LOWER_CASED = new Map<string, string>();
const LOWER_CASED_LIMIT = 1000;

/** Rows repeat the same few keys; a known string is a much faster key than a new one. */
function lowerCased(key: string): string {
  const known = LOWER_CASED.get(key);
  if (known !== undefined) {
    return known;
  }
  const lower = key.toLowerCase();
  if (LOWER_CASED.size < LOWER_CASED_LIMIT) {
    LOWER_CASED.set(key, lower);
  }
  return lower;
}

const CONTROLS = /[\p{Cc}\u2028\u2029]/u;

/**
 * Brings text from Azure into one line: line breaks and tabs become spaces, other control characters
 * are removed, and what is over the limit is cut.
 *
 * @returns null when nothing is left.
 */
export function singleLine(text: string | null | undefined, limit: number): string | null {
  if (text === null || text === undefined) {
    return null;
  }
  // Cutting first keeps a hostile text of many megabytes cheap.
  const start = text.slice(0, limit * 4);
  const clean = CONTROLS.test(start)
    ? start.replaceAll(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, " ").replaceAll(/\p{Cc}/gu, "")
    : start;
  const line = clean.trim().slice(0, limit);
  return line === "" ? null : line;
}
