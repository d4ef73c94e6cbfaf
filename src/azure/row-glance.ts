import { Buffer } from "node:buffer";
import type { Instant } from "../domain/instant.ts";
import { mayNameRelevantOperation } from "./relevant-operation.ts";
import { isJsonObject } from "./wire-fields.ts";
import { parseWireTime, plainTimeIn } from "./wire-time.ts";

/**
 * What is searched for: of `operationName`, `OperationName` and `OperationNameValue` the part that
 * begins with a rare letter. Every byte of an export is searched, and a short text with a rare first
 * letter is found several times faster than a whole key.
 */
const NAME = Buffer.from("Name");
const BEFORE_NAME = Buffer.from("peration");
const VALUE = Buffer.from("Value");
const TIME_KEYS: ReadonlySet<string> = new Set(["eventtimestamp", "time", "timegenerated"]);
const REGION_LIMIT = 1024;
const TIME_LIMIT = 48;
const PART_LIMIT = 7;
const KNOWN_LIMIT = 1000;

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
  #timeKeyName = "";
  #timeKey: SoughtKey | null = null;
  /** From `#searchedFrom` on, the next `Name` in these bytes is at `#nextName`. */
  #searched: Buffer | null = null;
  #searchedFrom = 0;
  #nextName = 0;
  /** Values of operation names that proved irrelevant: an export repeats a few hundred of them. */
  readonly #irrelevant = new Set<string>();

  /** Remembers under which key a parsed row of this export keeps its time. */
  learn(row: unknown): void {
    const key = isJsonObject(row)
      ? Object.keys(row).find((name) => TIME_KEYS.has(name.toLowerCase()))
      : undefined;
    if (key !== undefined && key !== this.#timeKeyName) {
      this.#timeKeyName = key;
      this.#timeKey = soughtKey(key);
    }
  }

  /**
   * The time of a row that is clearly irrelevant.
   *
   * @param bytes hold the JSON object, from its opening brace at `start` to its closing one before `end`;
   *   rows within the same bytes are given in their order.
   * @returns null when only parsing the row can tell.
   */
  irrelevantAt(bytes: Buffer, start: number, end: number): Instant | null {
    if (this.#timeKey === null) {
      return null;
    }
    const operation = this.#irrelevantOperationAt(bytes, start, end);
    return operation === -1 ? null : timeUnder(this.#timeKey, bytes, start, end, operation);
  }

  /** Where the first operation name is, when all of them are irrelevant; otherwise -1. */
  #irrelevantOperationAt(bytes: Buffer, start: number, end: number): number {
    let found = -1;
    let at = this.#nameFrom(bytes, start);
    while (at < end) {
      const keyEnd = operationKeyEnd(bytes, at);
      if (keyEnd !== -1) {
        const value = textAfterColon(bytes, keyEnd, end, REGION_LIMIT);
        if (value === null || !this.#isIrrelevant(value)) {
          return -1;
        }
        found = found === -1 ? at : found;
      }
      at = this.#nameFrom(bytes, at + NAME.length);
    }
    return found;
  }

  /** Where the next `Name` is, in this row or a later one; what lies between is searched once only. */
  #nameFrom(bytes: Buffer, from: number): number {
    const isKnown =
      bytes === this.#searched && from >= this.#searchedFrom && from <= this.#nextName;
    if (!isKnown) {
      const at = bytes.indexOf(NAME, from);
      this.#searched = bytes;
      this.#searchedFrom = from;
      this.#nextName = at === -1 ? Number.POSITIVE_INFINITY : at;
    }
    return this.#nextName;
  }

  #isIrrelevant(value: string): boolean {
    if (this.#irrelevant.has(value)) {
      return true;
    }
    if (mayNameRelevantOperation(value.toLowerCase())) {
      return false;
    }
    if (this.#irrelevant.size < KNOWN_LIMIT) {
      this.#irrelevant.add(value);
    }
    return true;
  }
}

/** Where the key ends, behind its quote, of whose name `Name` is a part; -1 when it is another key. */
function operationKeyEnd(row: Buffer, name: number): number {
  if (!holdsAt(row, BEFORE_NAME, name - BEFORE_NAME.length)) {
    return -1;
  }
  const end = name + NAME.length;
  if (row[end] === QUOTE) {
    return end + 1;
  }
  return holdsAt(row, VALUE, end) && row[end + VALUE.length] === QUOTE
    ? end + VALUE.length + 1
    : -1;
}

function holdsAt(row: Buffer, part: Buffer, at: number): boolean {
  // From the end, where keys such as `displayName` and `operationName` differ at once.
  for (let i = part.length - 1; i >= 0; i -= 1) {
    if (row[at + i] !== part[i]) {
      return false;
    }
  }
  return true;
}

/** A key in its quotes, and the part of it by which it is found fast. */
interface SoughtKey {
  readonly whole: Buffer;
  readonly part: Buffer;
  /** Where the part begins in the whole. */
  readonly partAt: number;
}

function soughtKey(name: string): SoughtKey {
  const whole = Buffer.from(`"${name}"`);
  const partAt = 1 + Math.max(0, name.search(/[A-Z]/));
  return { whole, part: whole.subarray(partAt, partAt + PART_LIMIT), partAt };
}

/** Every feed writes the time shortly before the operation; only odd rows are searched whole. */
function timeUnder(
  key: SoughtKey,
  bytes: Buffer,
  start: number,
  end: number,
  operation: number,
): Instant | null {
  const near = bytes.lastIndexOf(key.part, operation) - key.partAt;
  const isNear = near > start && holdsAt(bytes, key.whole, near);
  const at = isNear ? near : bytes.indexOf(key.whole, start);
  if (at === -1 || at >= end) {
    return null;
  }
  const afterKey = at + key.whole.length;
  const plain =
    bytes[afterKey] === COLON && bytes[afterKey + 1] === QUOTE
      ? plainTimeIn(bytes, afterKey + 2)
      : null;
  if (plain !== null) {
    return plain;
  }
  const text = textAfterColon(bytes, afterKey, end, TIME_LIMIT);
  return text === null ? null : parseWireTime(text);
}

/**
 * The text or flat object that is a key's value, without decoding.
 *
 * @returns null when it is neither, is longer than the limit, or holds an escape.
 */
function textAfterColon(
  bytes: Buffer,
  afterKey: number,
  end: number,
  limit: number,
): string | null {
  const colon = skipSpace(bytes, afterKey);
  if (bytes[colon] !== COLON) {
    return null;
  }
  const start = skipSpace(bytes, colon + 1);
  const first = bytes[start];
  if (first !== QUOTE && first !== OPEN_BRACE) {
    return null;
  }
  const close = first === QUOTE ? QUOTE : CLOSE_BRACE;
  const stop = Math.min(end, start + limit);
  for (let i = start + 1; i < stop; i += 1) {
    const byte = bytes[i];
    if (byte === BACKSLASH) {
      return null;
    }
    if (byte === close) {
      return bytes.toString("latin1", start + 1, i);
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
