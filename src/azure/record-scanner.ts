import { Buffer } from "node:buffer";

/** What the scanner tells of the bytes that it is given. */
export interface RecordSink {
  /**
   * One JSON object that is a record, from brace to brace: balanced, but not proven to be valid. Its
   * bytes are only good until the call returns.
   *
   * @param offset where it begins in the whole stream.
   * @param bytes hold the record, from `start` up to `end`; records that follow one another within the
   *   same bytes come in their order.
   */
  record(offset: number, bytes: Buffer, start: number, end: number): void;
  /** Bytes that are no record, and why, in words. */
  broken(reason: string, offset: number): void;
}

type Mode =
  /** Between two records: in a list or at the top. */
  | "between"
  /** Inside an object, outside of texts. */
  | "object"
  /** Inside a text of an object. */
  | "text"
  /** Behind a backslash in a text. */
  | "escape"
  /** In something that cannot begin a record. */
  | "stray";

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** The keys under which an API page and a diagnostic-settings object hold their list of records. */
const LIST_KEY = /"(?:value|records)"\s*:\s*$/i;
const LIST_KEY_REACH = 64;
/** How an object with such a list may begin; elsewhere an object on one line is a record. */
const LIST_START = /^\{\s*"(?:value|records|nextLink)"/i;
const LIST_START_REACH = 32;
const LIST_LETTERS: ReadonlySet<number> = new Set(Buffer.from("vVrRnN"));

/** The next byte that means something inside a text; `length` when there is none. */
function nextMarkInText(chunk: Buffer, from: number, length: number): number {
  for (let i = from; i < length; i += 1) {
    const byte = chunk[i];
    if (byte === QUOTE || byte === BACKSLASH || byte === NEWLINE) {
      return i;
    }
  }
  return length;
}

/** The next byte that means something outside of texts; `length` when there is none. */
function nextMarkOutside(chunk: Buffer, from: number, length: number): number {
  for (let i = from; i < length; i += 1) {
    const byte = chunk[i];
    if (
      byte === QUOTE ||
      byte === NEWLINE ||
      byte === OPEN_BRACE ||
      byte === CLOSE_BRACE ||
      byte === OPEN_BRACKET ||
      byte === CLOSE_BRACKET
    ) {
      return i;
    }
  }
  return length;
}

function beginsList(chunk: Buffer, brace: number): boolean {
  // Rows begin with a key whose first letter is none of v, r and n: most need not be decoded.
  if (chunk[brace + 1] === QUOTE && !LIST_LETTERS.has(chunk[brace + 2] ?? 0)) {
    return false;
  }
  return LIST_START.test(chunk.toString("latin1", brace, brace + LIST_START_REACH));
}

/**
 * Cuts a stream of JSON bytes into records, whatever holds them: one per line, one after the other, in
 * an array, or in the list of an API page or of a diagnostic-settings object. It looks at brackets and
 * texts only and holds no more than one record. Records that stand one per line are found by their line
 * ends, which is several times faster; anything irregular goes the slow way.
 */
export class RecordScanner {
  readonly #sink: RecordSink;
  readonly #recordLimit: number;
  /** The lists and the objects around them that are open, outermost first. */
  readonly #open: ("list" | "object")[] = [];
  #mode: Mode = "between";
  /** Open brackets of the object being scanned. */
  #depth = 0;
  /** Whether that object holds a list of records, and so is no record. */
  #isHolder = false;
  /** Whether it began with a key on the line of its brace, as records on one line do. */
  #beganInline = false;
  #hasLineEnd = false;
  /** Whether the last byte was a line end inside the object. */
  #afterLineEnd = false;
  #offsetOfObject = 0;
  /** Where it begins in the current chunk. */
  #start = 0;
  /** Its bytes from earlier chunks; empty when it is too long to keep. */
  #pieces: Buffer[] = [];
  #piecesLength = 0;
  #tooLong = false;
  /** The beginning of a line in an export of one record per line; what follows has not come yet. */
  #line: Buffer[] = [];
  #lineLength = 0;
  /** Whether a line that does not end in the current chunk may be kept until it does. */
  #mayKeepLine = true;
  /** Bytes before the current chunk, or before the line that is kept. */
  #offset = 0;
  #oneRecordPerLine = false;
  #lists = 0;

  /** @param recordLimit the length in bytes above which a record is passed over, unread. */
  constructor(sink: RecordSink, recordLimit: number) {
    this.#sink = sink;
    this.#recordLimit = recordLimit;
  }

  /** How many lists of records were begun. */
  get lists(): number {
    return this.#lists;
  }

  /** Takes the next bytes; they may be overwritten afterwards. */
  push(chunk: Buffer): void {
    if (this.#lineLength === 0) {
      this.#scan(chunk, true);
      return;
    }
    const lineEnd = chunk.indexOf(NEWLINE);
    const rest = chunk.subarray(0, lineEnd === -1 ? chunk.length : lineEnd + 1);
    this.#keepLine(rest);
    if (lineEnd !== -1 || this.#lineLength > this.#recordLimit) {
      this.#scanLine();
      this.#scan(chunk.subarray(rest.length), true);
    }
  }

  /** Takes what was kept of a line as all that there is of it. */
  #scanLine(): void {
    const line = Buffer.concat(this.#line);
    this.#line = [];
    this.#lineLength = 0;
    this.#scan(line, false);
  }

  #scan(chunk: Buffer, mayKeepLine: boolean): void {
    this.#mayKeepLine = mayKeepLine;
    let i = 0;
    this.#start = 0;
    while (i < chunk.length) {
      if (this.#mode === "between") {
        i = this.#between(chunk, i);
      } else if (this.#mode === "stray") {
        i = this.#stray(chunk, i);
      } else {
        i = this.#object(chunk, i);
      }
    }
    if (this.#isInObject()) {
      this.#keep(chunk.subarray(this.#start));
    }
    this.#offset += chunk.length - this.#lineLength;
  }

  /**
   * Says that no more bytes come, which may bring a last record.
   *
   * @returns whether they ended in the middle of a record or a list.
   */
  end(): { readonly truncated: boolean } {
    this.#scanLine();
    return { truncated: this.#isInObject() || this.#open.length > 0 };
  }

  #isInObject(): boolean {
    return this.#mode === "object" || this.#mode === "text" || this.#mode === "escape";
  }

  #between(chunk: Buffer, at: number): number {
    switch (chunk[at]) {
      case SPACE:
      case TAB:
      case NEWLINE:
      case CARRIAGE_RETURN:
      case COMMA:
        return at + 1;
      case OPEN_BRACE: {
        const next = this.#oneRecordPerLine ? this.#lines(chunk, at) : at;
        if (next === at) {
          this.#beginObject(at);
        }
        return next;
      }
      case OPEN_BRACKET:
        this.#open.push("list");
        this.#lists += 1;
        return at + 1;
      case CLOSE_BRACKET:
        if (this.#open.at(-1) === "list") {
          this.#endList(at);
          return at + 1;
        }
        break;
      default:
    }
    this.#sink.broken("it is not a JSON object", this.#offset + at);
    this.#mode = "stray";
    return at;
  }

  /** Emits records as long as each is one line; returns where that ends. */
  #lines(chunk: Buffer, from: number): number {
    let at = from;
    while (chunk[at] === OPEN_BRACE) {
      const lineEnd = chunk.indexOf(NEWLINE, at);
      if (lineEnd === -1 && this.#mayKeepLine) {
        this.#keepLine(chunk.subarray(at));
        return chunk.length;
      }
      let end = lineEnd;
      while (chunk[end - 1] === CARRIAGE_RETURN || chunk[end - 1] === SPACE) {
        end -= 1;
      }
      if (lineEnd === -1 || chunk[end - 1] !== CLOSE_BRACE || beginsList(chunk, at)) {
        break;
      }
      this.#emit(this.#offset + at, chunk, at, end);
      at = lineEnd + 1;
    }
    return at;
  }

  #keepLine(part: Buffer): void {
    this.#line.push(Buffer.from(part));
    this.#lineLength += part.length;
  }

  #beginObject(at: number): void {
    this.#mode = "object";
    this.#depth = 0;
    this.#isHolder = false;
    this.#beganInline = false;
    this.#hasLineEnd = false;
    this.#startAt(at);
  }

  #endList(at: number): void {
    this.#open.pop();
    if (this.#open.at(-1) === "object") {
      this.#mode = "object";
      this.#depth = 1;
      this.#isHolder = true;
      this.#beganInline = false;
      this.#hasLineEnd = true;
      this.#startAt(at + 1);
    }
  }

  #startAt(at: number): void {
    this.#start = at;
    this.#offsetOfObject = this.#offset + at;
    this.#afterLineEnd = false;
    this.#forget();
  }

  /** Scans an object until it ends, a list of records begins in it, or the chunk ends. */
  #object(chunk: Buffer, from: number): number {
    let i = from;
    if (this.#afterLineEnd) {
      this.#afterLineEnd = false;
      if (this.#breaksOff(chunk, i)) {
        return i;
      }
    }
    if (this.#mode === "escape") {
      this.#mode = "text";
      i += 1;
    }
    let inText = this.#mode === "text";
    const { length } = chunk;
    while (i < length) {
      i = inText ? nextMarkInText(chunk, i, length) : nextMarkOutside(chunk, i, length);
      const byte = chunk[i];
      i += 1;
      if (byte === undefined) {
        break;
      }
      if (byte === QUOTE) {
        inText = !inText;
        this.#beganInline ||= !this.#hasLineEnd;
      } else if (byte === BACKSLASH) {
        if (i === chunk.length) {
          this.#mode = "escape";
          return i;
        }
        i += 1;
      } else if (byte === NEWLINE) {
        this.#hasLineEnd = true;
        this.#afterLineEnd = i === chunk.length;
        if (this.#breaksOff(chunk, i)) {
          return i;
        }
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (byte === OPEN_BRACKET && this.#depth === 1 && this.#isListKeyBefore(chunk, i - 1)) {
          this.#open.push(...(this.#isHolder ? [] : ["object" as const]), "list");
          this.#lists += 1;
          this.#mode = "between";
          return i;
        }
        this.#depth += 1;
      } else {
        this.#depth -= 1;
        if (this.#depth === 0) {
          this.#endObject(chunk, i);
          return i;
        }
      }
    }
    this.#mode = inText ? "text" : "object";
    return i;
  }

  /**
   * Whether a record that began on one line goes on with a new object at the start of the next line:
   * then its line was cut, and the next record begins.
   */
  #breaksOff(chunk: Buffer, at: number): boolean {
    if (!this.#beganInline || this.#isHolder || chunk[at] !== OPEN_BRACE) {
      return false;
    }
    this.#sink.broken("its line ends in the middle", this.#offsetOfObject);
    this.#mode = "between";
    this.#forget();
    return true;
  }

  #isListKeyBefore(chunk: Buffer, at: number): boolean {
    let before = chunk.toString("latin1", Math.max(this.#start, at - LIST_KEY_REACH), at);
    for (let i = this.#pieces.length - 1; i >= 0 && before.length < LIST_KEY_REACH; i -= 1) {
      before = (this.#pieces[i]?.toString("latin1") ?? "").slice(-LIST_KEY_REACH) + before;
    }
    return LIST_KEY.test(before);
  }

  #endObject(chunk: Buffer, end: number): void {
    this.#mode = "between";
    if (this.#isHolder) {
      this.#open.pop();
    } else if (this.#tooLong) {
      this.#refuse(this.#offsetOfObject);
    } else {
      this.#emitPieces(chunk, end);
    }
    this.#oneRecordPerLine = this.#open.length === 0 && !this.#isHolder && !this.#hasLineEnd;
    this.#forget();
  }

  #emitPieces(chunk: Buffer, end: number): void {
    if (this.#pieces.length === 0) {
      this.#emit(this.#offsetOfObject, chunk, this.#start, end);
    } else {
      const bytes = Buffer.concat([...this.#pieces, chunk.subarray(this.#start, end)]);
      this.#emit(this.#offsetOfObject, bytes, 0, bytes.length);
    }
  }

  #emit(offset: number, bytes: Buffer, start: number, end: number): void {
    if (end - start > this.#recordLimit) {
      this.#refuse(offset);
    } else {
      this.#sink.record(offset, bytes, start, end);
    }
  }

  #refuse(offset: number): void {
    const mebibytes = Math.floor(this.#recordLimit / 2 ** 20);
    this.#sink.broken(`it is longer than ${mebibytes} MiB`, offset);
  }

  #keep(bytes: Buffer): void {
    this.#piecesLength += bytes.length;
    if (this.#piecesLength > this.#recordLimit) {
      this.#tooLong = true;
      this.#pieces = [];
    } else if (bytes.length > 0) {
      this.#pieces.push(Buffer.from(bytes));
    }
  }

  #forget(): void {
    this.#pieces = [];
    this.#piecesLength = 0;
    this.#tooLong = false;
  }

  /** Passes over what cannot begin a record: to the line's end, in a list to the next element. */
  #stray(chunk: Buffer, from: number): number {
    let i = from;
    const inList = this.#open.length > 0;
    while (i < chunk.length) {
      const byte = chunk[i];
      if (byte === NEWLINE || (inList && (byte === COMMA || byte === CLOSE_BRACKET))) {
        this.#mode = "between";
        return i;
      }
      i += 1;
    }
    return i;
  }
}
