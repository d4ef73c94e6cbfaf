import { Buffer } from "node:buffer";
import type { RuleInterner } from "./rule-interner.ts";
import type { NamedReading } from "./rule-set-body.ts";
import { readSecurityRule } from "./security-rule-body.ts";
import { isJsonObject, parseJson } from "./wire-fields.ts";

/*
 * An NSG write carries every rule of the NSG as JSON text within JSON, and nine in ten of them as they
 * were written before. Parsing that twice and comparing it took half of the time of reading an export,
 * so rules are recognised by their text, and the row is parsed without them.
 *
 * Nothing else changes: what is cut out is proven to be valid JSON within the text of a body, so the
 * rest is valid exactly when the whole is; and whoever reads the rest must come upon each list where a
 * rule list belongs, or else parse the whole.
 */

/** How a rule list that is not empty begins in the text of a row. */
const LIST = String.raw`\"securityRules\":[{`;
const KEY_LENGTH = LIST.length - 2;
/** What stands in a list's place. */
const TOKEN = "cut-rule-list-";

/** In the text of a row, a plain character of a text in a body. */
const PLAIN = String.raw`[^"\\\x00-\x1f]`;
/** Such a text; the only escape in it may be that of a quote, as in an `etag`. */
const TEXT = String.raw`\\"${PLAIN}*(?:\\\\\\"${PLAIN}*)*\\"`;
const NAME = String.raw`\\"name\\":\\"(${PLAIN}*)\\"`;
/** Members on which the reading of a rule does not depend. */
const MEMBER = String.raw`\\"(?:id|etag|type)\\":${TEXT}`;
const BEFORE_PROPERTIES = new RegExp(
  String.raw`\{(?:${MEMBER},)*(?:${NAME},)?(?:${MEMBER},)*\\"properties\\":(?=\{)`,
  "y",
);
const AFTER_PROPERTIES = new RegExp(String.raw`(?:,${MEMBER})*(?:,${NAME})?(?:,${MEMBER})*\}`, "y");

/** Texts of properties that are remembered; when there are more, the memory starts anew. */
const DEFAULT_LIMIT = 20_000;
/** Rules of the same properties under different names that are remembered. */
const NAMES_LIMIT = 16;
/** Braces within the properties of a rule: of application security groups, of texts. */
const BRACE_LIMIT = 16;

/** The text of a row without its rule lists. */
export class CutRow {
  /** JSON exactly when the whole is, with a token in each list's place. */
  readonly text: string;
  readonly #lists: Map<unknown, readonly NamedReading[]>;

  constructor(text: string, lists: Map<unknown, readonly NamedReading[]>) {
    this.text = text;
    this.#lists = lists;
  }

  /** Whether each list was taken: otherwise what was read of the text is not what the row says. */
  get isUsedUp(): boolean {
    return this.#lists.size === 0;
  }

  /** The list whose token stands where a rule list belongs; null for any other value. */
  take(token: unknown): readonly NamedReading[] | null {
    const list = this.#lists.get(token) ?? null;
    this.#lists.delete(token);
    return list;
  }
}

/** A rule in a list: where its text ends, and its reading. */
interface Element {
  readonly end: number;
  readonly reading: NamedReading;
}

/** Takes the rule lists out of the texts of rows, and remembers what they looked like. */
export class RuleListCutter {
  readonly #rules: RuleInterner;
  /** By the text of a rule's properties: the rules of all names that have these. */
  readonly #known = new Map<string, NamedReading[]>();
  readonly #limit: number;

  constructor(rules: RuleInterner, limit: number = DEFAULT_LIMIT) {
    this.#rules = rules;
    this.#limit = limit;
  }

  /**
   * @param text the JSON of one row.
   * @returns null when there is no rule list, or one that is written in an unusual way.
   */
  cut(text: string): CutRow | null {
    const lists = new Map<unknown, readonly NamedReading[]>();
    let rest = "";
    let from = 0;
    for (let at = text.indexOf(LIST); at !== -1; at = text.indexOf(LIST, from)) {
      const readings: NamedReading[] = [];
      const end = this.#readList(text, at + KEY_LENGTH, readings);
      if (end === -1) {
        return null;
      }
      const token = `${TOKEN}${lists.size}`;
      lists.set(token, readings);
      rest += String.raw`${text.slice(from, at + KEY_LENGTH)}\"${token}\"`;
      from = end;
    }
    rest += text.slice(from);
    return lists.size === 0 || mayForge(rest, lists.size) ? null : new CutRow(rest, lists);
  }

  /** Reads a list into `readings`; returns where it ends, or -1. */
  #readList(text: string, start: number, readings: NamedReading[]): number {
    let at = start;
    do {
      const element = this.#elementAt(text, at + 1);
      if (element === null) {
        return -1;
      }
      readings.push(element.reading);
      at = element.end;
    } while (text[at] === ",");
    return text[at] === "]" ? at + 1 : -1;
  }

  #elementAt(text: string, start: number): Element | null {
    BEFORE_PROPERTIES.lastIndex = start;
    const before = BEFORE_PROPERTIES.exec(text);
    if (before === null) {
      return null;
    }
    const from = BEFORE_PROPERTIES.lastIndex;
    let close = from;
    for (let braces = 0; braces < BRACE_LIMIT; braces += 1) {
      close = text.indexOf("}", close + 1);
      const properties = close === -1 ? "" : text.slice(from, close + 1);
      const known = this.#known.get(properties);
      const parsed = known === undefined ? parseProperties(properties) : null;
      if (known !== undefined || parsed !== null) {
        AFTER_PROPERTIES.lastIndex = close + 1;
        const after = AFTER_PROPERTIES.exec(text);
        const name = after?.[1] ?? before[1];
        if (after === null || name === undefined) {
          return null;
        }
        const seen = known?.find(({ label }) => label === name);
        const reading = seen ?? this.#read(name, parsed ?? parseProperties(properties), properties);
        return { end: AFTER_PROPERTIES.lastIndex, reading };
      }
    }
    return null;
  }

  #read(name: string, properties: unknown, text: string): NamedReading {
    const label = detached(name);
    const reading = { label, reading: readSecurityRule({ name: label, properties }, this.#rules) };
    if (this.#known.size >= this.#limit) {
      this.#known.clear();
    }
    const known = this.#known.get(text);
    if (known === undefined || known.length >= NAMES_LIMIT) {
      this.#known.set(detached(text), [reading]);
    } else {
      known.push(reading);
    }
    return reading;
  }
}

/** null when the text is not a whole object. */
function parseProperties(text: string): unknown {
  const body = parseJson(`"${text}"`);
  const properties = typeof body === "string" ? parseJson(body) : null;
  return isJsonObject(properties) ? properties : null;
}

/** Whether a token may stand in the row itself, plainly or in escapes. */
function mayForge(text: string, tokens: number): boolean {
  return text.includes(String.raw`\u`) || text.split(TOKEN).length - 1 !== tokens;
}

/** A part of a text keeps the whole text in memory; this does not. */
function detached(text: string): string {
  return Buffer.from(text).toString();
}
