import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument, visit } from "yaml";
import type { Document, ErrorCode, Node } from "yaml";

/** A place in a text, both counted from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** Something wrong with the text itself. */
export interface YamlFault {
  readonly position: TextPosition;
  readonly text: string;
}

/** Names and indexes from the root to a value. */
export type SettingPath = readonly PropertyKey[];

/** A YAML (or JSON) text that was read. */
export interface YamlText {
  /** Plain data; undefined when the text could not be read. */
  readonly value: unknown;
  /** In the order of the text. */
  readonly faults: readonly YamlFault[];
  /** Whether `value` is what the text says, in spite of the faults. */
  readonly trusted: boolean;
  /**
   * Where the value of the path stands, or its key: `key`. What is missing stands where the nearest
   * value around it does.
   */
  readonly position: (path: SettingPath, what: "key" | "value") => TextPosition;
}

/**
 * What to do, by the parser's code. The parser's own messages are not shown: they quote the text, which
 * may hold a secret.
 */
const ADVICE: { readonly [code in ErrorCode]?: string } = {
  ALIAS_PROPS: "an alias (*name) cannot have an anchor or a tag",
  BAD_ALIAS:
    'a value that begins with * is read as a YAML alias: put it in quotes, such as "*" or "*-prod"',
  BAD_DQ_ESCAPE: "not an escape sequence: within double quotes write \\\\ for a backslash",
  BAD_INDENT: "the indentation is wrong, or a bracket above is not closed",
  BAD_SCALAR_START: "a value cannot begin with this character: put it in quotes",
  BLOCK_AS_IMPLICIT_KEY:
    "two keys stand on one line: begin a new line, or put a value that holds ': ' in quotes",
  BLOCK_IN_FLOW: "lines with - or key: cannot stand within { } or [ ]",
  DUPLICATE_KEY: "the key stands here a second time: keep one of them",
  MISSING_CHAR: "a quote, comma, bracket or space is missing here",
  MULTILINE_IMPLICIT_KEY: "a key must stand on one line: a quote or bracket may not be closed",
  MULTIPLE_DOCS: "a second document begins here: remove the line with ---",
  NON_STRING_KEY: "a key must be a text",
  TAB_AS_INDENT: "a tab stands here: indent with spaces",
  TAG_RESOLVE_FAILED: "a value that begins with ! is read as a YAML tag: remove it, or use quotes",
  BAD_COLLECTION_TYPE: "a value that begins with ! is read as a YAML tag: remove it, or use quotes",
  UNEXPECTED_TOKEN: "this does not belong here: look at the indentation, quotes and brackets above",
};

const UNREADABLE = "cannot be read as YAML: look at the indentation, quotes and brackets above";

/** Reads a YAML text, in which JSON may stand too. Never throws. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    logLevel: "error",
  });
  const at = (offset: number): TextPosition => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const faults = [...document.errors, ...document.warnings].map(({ code, pos }) => ({
    position: at(pos[0]),
    text: ADVICE[code] ?? UNREADABLE,
  }));
  const harmless = document.errors.every(({ code }) => code === "DUPLICATE_KEY");
  for (const offset of lostAliases(document)) {
    faults.push({ position: at(offset), text: ADVICE.BAD_ALIAS ?? UNREADABLE });
  }
  const trusted = harmless && faults.length === document.errors.length;
  const value = trusted ? plainValue(document) : { value: undefined };
  if (value === null) {
    faults.push({ position: at(0), text: "aliases (*name) repeat too much of the text" });
  }
  return {
    value: value?.value,
    faults: faults.sort(
      (a, b) => a.position.line - b.position.line || a.position.column - b.position.column,
    ),
    trusted: trusted && value !== null,
    position: (path, what) => at(offsetOf(document, path, what)),
  };
}

function lostAliases(document: Document): readonly number[] {
  const offsets: number[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined) {
        offsets.push(alias.range?.[0] ?? 0);
      }
    },
  });
  return offsets;
}

/** null when aliases would blow it up. */
function plainValue(document: Document): { readonly value: unknown } | null {
  try {
    const value: unknown = document.toJS();
    return { value };
  } catch (error) {
    if (error instanceof ReferenceError) {
      return null;
    }
    throw error;
  }
}

function offsetOf(document: Document, path: SettingPath, what: "key" | "value"): number {
  let node = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    const inner = resolved(node, document);
    if (isSeq(inner)) {
      const item = inner.items[Number(step)];
      node = isNode(item) ? item : null;
    } else if (isMap(inner)) {
      const pair = inner.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(step),
      );
      node = isNode(pair?.value) ? pair.value : null;
      const key = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
      const wantsKey = depth === path.length - 1 && what === "key";
      if (key !== undefined && (wantsKey || node === null || isEmpty(node))) {
        return key;
      }
    } else {
      return offset;
    }
    if (node === null) {
      return offset;
    }
    offset = node.range?.[0] ?? offset;
  }
  return offset;
}

/** `key:` without a value has a value of no length, behind the key. */
function isEmpty(node: Node): boolean {
  return isScalar(node) && node.range !== undefined && node.range !== null
    ? node.range[0] === node.range[1]
    : false;
}

function resolved(node: Node | null, document: Document): Node | null {
  return isAlias(node) ? (node.resolve(document) ?? null) : node;
}

function isNode(value: unknown): value is Node {
  return isAlias(value) || isMap(value) || isScalar(value) || isSeq(value);
}
