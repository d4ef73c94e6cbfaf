import { Buffer, isUtf8 } from "node:buffer";
import { RecordScanner } from "./record-scanner.ts";
import { parseJson } from "./wire-fields.ts";

/** What the body of an event holds. */
export interface BodyContent {
  /** Rows as they were parsed from JSON; whether they are rows of the Activity Log is not known yet. */
  readonly rows: readonly unknown[];
  /** What could not be read as rows, from the first place on; null when all could. */
  readonly broken: { readonly reason: string; readonly raw: string } | null;
}

/** Event Hubs takes events of 1 MB, in dedicated clusters of 20 MB. */
const ROW_LIMIT = 32 * 2 ** 20;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const GZIP = Buffer.from([0x1f, 0x8b]);
/** So many bytes are kept of what is not text. */
const BINARY_LIMIT = 32 * 2 ** 10;

/**
 * Cuts the body of an event into rows. Diagnostic settings send `{"records":[…]}`; rows one per line, one
 * after the other, or in an array are taken too, with line ends or commas behind them.
 * https://learn.microsoft.com/azure/azure-monitor/platform/stream-monitoring-data-event-hubs
 *
 * @param body bytes of an AMQP data section; of a value section whatever was sent.
 */
export function readBody(body: unknown): BodyContent {
  const bytes = bytesOf(body);
  return bytes === null ? readSent(body) : readBytes(withoutBom(bytes));
}

function readSent(body: unknown): BodyContent {
  const text = textOf(body);
  return text === null
    ? { rows: [], broken: { reason: "the event holds neither bytes nor text", raw: "null" } }
    : readBytes(Buffer.from(text));
}

function readBytes(bytes: Buffer): BodyContent {
  if (bytes.subarray(0, GZIP.length).equals(GZIP)) {
    return { rows: [], broken: { reason: "the event is compressed", raw: rawOf(bytes) } };
  }
  const rows: unknown[] = [];
  let first: { readonly reason: string; readonly offset: number } | null = null;
  const broken = (reason: string, offset: number): void => {
    first ??= { reason, offset };
  };
  const scanner = new RecordScanner(
    {
      record: (offset, chunk, start, end) => {
        const json = parseJson(chunk.toString("utf8", start, end));
        if (json === undefined) {
          broken("it is not valid JSON", offset);
        } else {
          rows.push(json);
          lastEnd = offset + end - start;
        }
      },
      broken,
    },
    ROW_LIMIT,
  );
  let lastEnd = 0;
  scanner.push(bytes);
  if (scanner.end().truncated) {
    broken("the event ends in the middle of a row or a list", lastEnd);
  }
  return { rows, broken: brokenPart(bytes, first) };
}

function brokenPart(
  bytes: Buffer,
  first: { readonly reason: string; readonly offset: number } | null,
): BodyContent["broken"] {
  return first === null ? null : { reason: first.reason, raw: rawOf(bytes.subarray(first.offset)) };
}

/** Bytes that are no text are kept as Base64 in a JSON text. */
function rawOf(bytes: Buffer): string {
  return isUtf8(bytes)
    ? bytes.toString("utf8")
    : JSON.stringify(`base64:${bytes.subarray(0, BINARY_LIMIT).toString("base64")}`);
}

function bytesOf(body: unknown): Buffer | null {
  if (body instanceof Uint8Array) {
    return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  }
  // Several data sections of one message are one body.
  if (Array.isArray(body) && body.length > 0 && body.every((part) => part instanceof Uint8Array)) {
    return Buffer.concat(body);
  }
  return null;
}

function textOf(body: unknown): string | null {
  if (typeof body === "string") {
    return body;
  }
  try {
    return JSON.stringify(body) ?? null;
  } catch {
    return null;
  }
}

function withoutBom(bytes: Buffer): Buffer {
  return bytes.subarray(0, BOM.length).equals(BOM) ? bytes.subarray(BOM.length) : bytes;
}
