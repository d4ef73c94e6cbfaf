import { salvageJson, salvageOpenText } from "./json-salvage.ts";
import { isJsonObject, parseJson, withLowerCaseKeys } from "./wire-fields.ts";
import type { JsonObject } from "./wire-fields.ts";

/** A request or response body of a row. */
export interface RowBody {
  /** What could be read; empty when nothing could. */
  readonly content: JsonObject;
  /** false: the text was cut off or is not JSON. */
  readonly complete: boolean;
}

/** The bodies that a row carries. */
export interface RowBodies {
  readonly request: RowBody | null;
  readonly response: RowBody | null;
  /** The row's `properties` themselves, in which some rows carry a body's content directly. */
  readonly properties: JsonObject;
}

/**
 * Finds the bodies in a row's `properties`: an object or its JSON text, the bodies under
 * `requestbody` and `responseBody` in any casing, as objects or JSON text, possibly one `properties`
 * deeper.
 */
export function readBodies(properties: unknown): RowBodies {
  const outer = readBody(properties)?.content ?? {};
  const members = withLowerCaseKeys(outer);
  const inner = withLowerCaseKeys(readBody(members["properties"])?.content ?? {});
  return {
    request: readBody(members["requestbody"]) ?? readBody(inner["requestbody"]),
    response: readBody(members["responsebody"]) ?? readBody(inner["responsebody"]),
    properties: outer,
  };
}

function readBody(value: unknown): RowBody | null {
  if (isJsonObject(value)) {
    return { content: value, complete: true };
  }
  if (typeof value !== "string" || value.trim() === "") {
    return null;
  }
  const parsed = parseJson(value);
  if (isJsonObject(parsed)) {
    return { content: parsed, complete: true };
  }
  if (parsed === undefined) {
    const salvaged = salvageOpenText(value) ?? salvageJson(value);
    return { content: isJsonObject(salvaged) ? salvaged : {}, complete: false };
  }
  // Some rows carry the body encoded twice; anything else than an object is no body.
  return typeof parsed === "string" ? readBody(parsed) : null;
}
