/*
 * Fields are read by hand and not by a schema library: loading one takes 40 ms and 15 MB at every start,
 * and checking a row with it as long as parsing the row's JSON.
 */

/** A JSON object as parsed, before any schema. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a parsed JSON value is an object: not null, not an array, not the SDK's `Date`. */
export function isJsonObject(value: unknown): value is JsonObject {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}

/** Text that may be missing; anything that is not text counts as missing. */
export function wireText(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** A time as text or, from the SDK, as a `Date`; anything else counts as missing. */
export function wireTime(value: unknown): string | Date | null {
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? null : value;
  }
  return wireText(value);
}

/** A list; anything else counts as missing. */
export function wireList(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}

/** A list of texts; anything else counts as missing. */
export function wireTexts(value: unknown): readonly string[] | null {
  const list = wireList(value);
  return list?.every((item) => typeof item === "string") === true ? list : null;
}

/** A number, or a number written as text; anything else counts as missing. */
export function wireNumber(value: unknown): number | string | null {
  return typeof value === "number" && Number.isFinite(value) ? value : wireText(value);
}

/**
 * Text that the Activity Log API wraps as `{"value": …, "localizedValue": …}`, or plain text; null when
 * absent or blank.
 */
export function wireLocalised(value: unknown): string | null {
  const text = wireText(isJsonObject(value) ? value["value"] : value);
  return text === "" ? null : text;
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
