import { Buffer } from "node:buffer";
import { createGunzip } from "node:zlib";

const HEAD_LENGTH = 512;
/** Compressed bytes given to the decompressor at once: at most 1,000 times as many come out. */
const GZIP_STEP = 32 * 1024;
const GZIP_OUTPUT = 512 * 1024;

/** A byte-order mark, and how the text after it is encoded. */
const BYTE_ORDER_MARKS = [
  { bytes: Buffer.from([0xef, 0xbb, 0xbf]), encoding: "utf-8" },
  { bytes: Buffer.from([0xff, 0xfe]), encoding: "utf-16le" },
  { bytes: Buffer.from([0xfe, 0xff]), encoding: "utf-16be" },
] as const;

/**
 * The bytes of an export as UTF-8 without a byte-order mark: decompressed when they are gzip, decoded
 * when they are UTF-16, as Windows PowerShell writes. The first chunk is at least 512 bytes long, unless
 * the export is shorter.
 *
 * @param onDamage told once when the gzip data end in the middle or are damaged; the bytes up to there
 *   have been given.
 */
export async function* readPlainBytes(
  chunks: AsyncIterable<Uint8Array>,
  onDamage: (reason: string) => void,
): AsyncGenerator<Buffer> {
  const raw = withHead(asBuffers(chunks));
  const head = await raw.next();
  if (head.done === true) {
    return;
  }
  const isGzip = head.value[0] === 0x1f && head.value[1] === 0x8b;
  const all = continued(head.value, raw);
  const plain = isGzip ? withHead(gunzip(all, onDamage)) : all;
  const first = await plain.next();
  if (first.done === true) {
    return;
  }
  const mark = BYTE_ORDER_MARKS.find(({ bytes }) =>
    bytes.equals(first.value.subarray(0, bytes.length)),
  );
  const text = continued(first.value.subarray(mark?.bytes.length ?? 0), plain);
  if (mark === undefined || mark.encoding === "utf-8") {
    yield* text;
  } else {
    yield* withHead(transcoded(text, mark.encoding));
  }
}

async function* asBuffers(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
}

/** Joins the first chunks until they are long enough to tell what they are. */
async function* withHead(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const head: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    if (length >= HEAD_LENGTH) {
      yield chunk;
      continue;
    }
    head.push(head.length === 0 && chunk.length >= HEAD_LENGTH ? chunk : Buffer.from(chunk));
    length += chunk.length;
    if (length >= HEAD_LENGTH) {
      yield head.length === 1 ? chunk : Buffer.concat(head);
    }
  }
  if (length > 0 && length < HEAD_LENGTH) {
    yield Buffer.concat(head);
  }
}

async function* continued(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

async function* transcoded(
  chunks: AsyncIterable<Buffer>,
  encoding: "utf-16le" | "utf-16be",
): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) {
    yield Buffer.from(decoder.decode(chunk, { stream: true }));
  }
  yield Buffer.from(decoder.decode());
}

/**
 * Decompresses gzip data of one or several members. The decompressor is driven by hand, because a
 * pipeline throws away what it holds when the data end in the middle.
 */
async function* gunzip(
  chunks: AsyncIterable<Buffer>,
  onDamage: (reason: string) => void,
): AsyncGenerator<Buffer> {
  const stream = createGunzip({ chunkSize: GZIP_OUTPUT });
  let output: Buffer[] = [];
  const isOver = (): boolean => stream.destroyed || stream.readableEnded;
  let wake = (): void => {};
  stream.on("data", (chunk: Buffer) => output.push(chunk));
  stream.on("end", () => wake());
  stream.on("error", () => {
    onDamage("the gzip data end in the middle or are damaged");
    wake();
  });
  const settled = async (act: () => void): Promise<void> => {
    await new Promise<void>((resolve) => {
      wake = resolve;
      act();
    });
  };
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length && !isOver(); at += GZIP_STEP) {
      await settled(() => stream.write(chunk.subarray(at, at + GZIP_STEP), () => wake()));
      yield* output;
      output = [];
    }
    if (isOver()) {
      break;
    }
  }
  if (!isOver()) {
    await settled(() => stream.end());
  }
  yield* output;
}
