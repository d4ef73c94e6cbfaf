import { Buffer } from "node:buffer";
import type { Instant } from "../domain/instant.ts";
import { mayNameRelevantOperation } from "./relevant-operation.ts";
import { isJsonObject } from "./wire-fields.ts";
import { parseWireTime } from "./wire-time.ts";

/** Part of `operationName`, `OperationName` and `OperationNameValue`, whatever their first letter. */
const OPERATION_KEY = Buffer.from("perationName");
const VALUE = Buffer.from("Value");
const TIME_KEYS: ReadonlySet<string> = new Set(["eventtimestamp", "time", "timegenerated"]);
const REGION_LIMIT = 1024;
const TIME_LIMIT = 48;
const TIME_REACH = 1024;

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Tells rows that are clearly irrelevant from their bytes, without decoding or parsing them: nine in
 * ten rows of an export. It may take an irrelevant row for a relevant one, never the other way round.
 * The rows of one export are alike, so it looks for their time under the key that a parsed row had.
 */
export class RowGlance {
  #timeKey: Buffer | null = null;

  /** Remembers under which key a parsed row of this export keeps its time. */
  learn(row: unknown): void {
    const key = isJsonObject(row)
      ? Object.keys(row).find((name) => TIME_KEYS.has(name.toLowerCase()))
      : undefined;
    this.#timeKey = key === undefined ? this.#timeKey : Buffer.from(`"${key}"`);
  }

  /**
   * The time of a row that is clearly irrelevant.
   *
   * @param row the bytes of one JSON object, from its opening to its closing brace.
   * @returns null when only parsing the row can tell.
   */
  irrelevantAt(row: Buffer): Instant | null {
    if (this.#timeKey === null) {
      return null;
    }
    const operation = irrelevantOperationAt(row);
    return operation === -1 ? null : timeUnder(this.#timeKey, row, operation);
  }
}

/** Where the first key of an operation name is, when all of them are irrelevant; otherwise -1. */
function irrelevantOperationAt(row: Buffer): number {
  let found = -1;
  let at = row.indexOf(OPERATION_KEY);
  while (at !== -1) {
    const end = keyEnd(row, at + OPERATION_KEY.length);
    if (end !== -1) {
      const value = textAfterColon(row, end, REGION_LIMIT);
      if (value === null || mayNameRelevantOperation(value.toLowerCase())) {
        return -1;
      }
      found = found === -1 ? at : found;
    }
    at = row.indexOf(OPERATION_KEY, at + OPERATION_KEY.length);
  }
  return found;
}

/** Where the key ends, behind its quote; -1 when this is not the end of a key. */
function keyEnd(row: Buffer, at: number): number {
  if (row[at] === QUOTE) {
    return at + 1;
  }
  const end = at + VALUE.length;
  return row[end] === QUOTE && row.compare(VALUE, 0, VALUE.length, at, end) === 0 ? end + 1 : -1;
}

/** Every feed writes the time shortly before the operation; only odd rows are searched whole. */
function timeUnder(key: Buffer, row: Buffer, operation: number): Instant | null {
  const near = row.subarray(Math.max(0, operation - TIME_REACH), operation);
  const nearAt = near.indexOf(key);
  const at = nearAt === -1 ? row.indexOf(key) : operation - near.length + nearAt;
  const text = at === -1 ? null : textAfterColon(row, at + key.length, TIME_LIMIT);
  return text === null ? null : parseWireTime(text);
}

/**
 * The text or flat object that is a key's value, without decoding.
 *
 * @returns null when it is neither, is longer than the limit, or holds an escape.
 */
function textAfterColon(row: Buffer, afterKey: number, limit: number): string | null {
  const colon = skipSpace(row, afterKey);
  if (row[colon] !== COLON) {
    return null;
  }
  const start = skipSpace(row, colon + 1);
  const first = row[start];
  if (first !== QUOTE && first !== OPEN_BRACE) {
    return null;
  }
  const close = first === QUOTE ? QUOTE : CLOSE_BRACE;
  const stop = Math.min(row.length, start + limit);
  for (let i = start + 1; i < stop; i += 1) {
    const byte = row[i];
    if (byte === BACKSLASH) {
      return null;
    }
    if (byte === close) {
      return row.toString("latin1", start + 1, i);
    }
  }
  return null;
}

function skipSpace(row: Buffer, from: number): number {
  let i = from;
  while (row[i] === 0x20 || row[i] === 0x0a || row[i] === 0x0d || row[i] === 0x09) {
    i += 1;
  }
  return i;
}
