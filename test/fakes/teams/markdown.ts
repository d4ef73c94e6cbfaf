import { DateTime } from "luxon";

/** A way in which Markdown makes text look. */
export type Formatting =
  | "bold"
  | "italic"
  | "struck"
  | "code"
  | "list"
  | "heading"
  | "quote"
  | "rule"
  | "picture";

/** What a client makes of a text with Markdown. */
export interface ReadMarkdown {
  /** What stands there, without the markup. */
  readonly shown: string;
  readonly links: readonly { readonly url: string; readonly label: string }[];
  readonly formatted: readonly { readonly kind: Formatting; readonly text: string }[];
  /** Mentions, as `<at>…</at>`. */
  readonly mentions: readonly string[];
}

/** Characters that an escape takes their meaning from stand in the private use area meanwhile. */
const HIDDEN = 0xe000;

/**
 * Reads Markdown as Teams' clients do, and also what only some of them draw, such as headings: text from
 * elsewhere must cause none of it. Nesting is read as far as it makes a difference to that.
 * Source: https://learn.microsoft.com/en-us/adaptive-cards/authoring-cards/text-features
 */
export function readMarkdown(text: string, zone: string): ReadMarkdown {
  const links: { url: string; label: string }[] = [];
  const formatted: { kind: Formatting; text: string }[] = [];
  const mentions: string[] = [];
  const format = (kind: Formatting, inner: string): string => {
    formatted.push({ kind, text: plain(inner) });
    return inner;
  };
  let left = hideEscapes(withDates(text, zone));
  left = left.replaceAll(/<at(?:\s[^<>]*)?>(.*?)<\/at>/gs, (whole: string, name: string) => {
    mentions.push(plain(whole));
    return plain(name);
  });
  left = left.replaceAll(/(`+)([^`]+)\1/g, (_, _ticks: string, inner: string) =>
    hidden(format("code", inner)),
  );
  left = left.replaceAll(
    /(!?)\[([^\]]*)\]\(\s*<?([^)\s>]+)>?(?:\s[^)]*)?\)/g,
    (_, bang: string, label: string, url: string) => {
      links.push({ url: plain(url), label: plain(label) });
      return bang === "" ? label : format("picture", label);
    },
  );
  left = left.replaceAll(/^ {0,3}\[[^\]]+\]:\s*(\S+).*$/gm, (_, url: string) => {
    links.push({ url: plain(url), label: "" });
    return "";
  });
  left = left.replaceAll(/<([a-z][a-z0-9+.-]{1,31}:[^\s<>]*)>/gi, (_, url: string) => {
    links.push({ url: plain(url), label: plain(url) });
    return url;
  });
  for (const [kind, lines] of LINES) {
    left = left.replaceAll(lines, (_, inner: string) => format(kind, inner));
  }
  for (const [kind, run] of RUNS) {
    left = left.replaceAll(run, (_, inner: string) => format(kind, inner));
  }
  return { shown: plain(left), links, formatted, mentions };
}

const LINES: readonly (readonly [Formatting, RegExp])[] = [
  ["rule", /^ {0,3}((?:[-*_] *){3,})$/gm],
  ["list", /^ {0,3}(?:[-*+]|\d{1,9}[.)])[ \t]+(.*)$/gm],
  ["heading", /^ {0,3}#{1,6}[ \t]+(.*)$/gm],
  ["heading", /^(.+)\n {0,3}(?:=+|-{2,}) *$/gm],
  ["quote", /^ {0,3}>[ \t]?(.*)$/gm],
];

const RUNS: readonly (readonly [Formatting, RegExp])[] = [
  ["bold", /\*\*(?=\S)(.+?)(?<=\S)\*\*/gs],
  ["bold", /(?<![\p{L}\p{N}])__(?=\S)(.+?)(?<=\S)__(?![\p{L}\p{N}])/gsu],
  ["struck", /~~(?=\S)(.+?)(?<=\S)~~/gs],
  ["italic", /\*(?=\S)([^*]+?)(?<=\S)\*/gs],
  ["italic", /(?<![\p{L}\p{N}])_(?=\S)([^_]+?)(?<=\S)_(?![\p{L}\p{N}])/gsu],
];

/** Takes the meaning of characters behind a backslash, and of those written as HTML entities. */
function hideEscapes(text: string): string {
  return text
    .replaceAll(/\\([!-/:-@[-`{-~])/g, (_, escaped: string) => hidden(escaped))
    .replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
      const known = ENTITIES[String(name).toLowerCase()];
      if (known !== undefined) {
        return hidden(known);
      }
      const point =
        decimal === undefined ? Number.parseInt(String(hex), 16) : Number(String(decimal));
      return Number.isNaN(point) || point > 0x10_ff_ff
        ? whole
        : hidden(String.fromCodePoint(point));
    });
}

const ENTITIES: Readonly<Record<string, string | undefined>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
};

function hidden(text: string): string {
  return text.replaceAll(/[!-/:-@[-`{-~]/g, (one) =>
    String.fromCodePoint(HIDDEN + (one.codePointAt(0) ?? 0)),
  );
}

function plain(text: string): string {
  return text.replaceAll(/[\ue021-\ue07e]/g, (one) =>
    String.fromCodePoint((one.codePointAt(0) ?? HIDDEN) - HIDDEN),
  );
}

const DATES =
  /\{\{(DATE|TIME)\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d))(?:, ?(SHORT|LONG|COMPACT))?\)\}\}/g;

const DATE_FORMATS: Readonly<Record<string, string>> = {
  SHORT: "ccc, LLL d, yyyy",
  LONG: "cccc, LLLL d, yyyy",
  COMPACT: "M/d/yyyy",
};

/**
 * The card's own dates and times, in the reader's zone, as English clients show them.
 * Source: https://learn.microsoft.com/en-us/adaptive-cards/authoring-cards/text-features#datetime-function-rules
 */
export function withDates(text: string, zone: string): string {
  return text.replaceAll(DATES, (whole, what: string, instant: string, form?: string) => {
    const at = DateTime.fromISO(instant, { zone, locale: "en-US" });
    if (!at.isValid || (what === "TIME" && form !== undefined)) {
      return whole;
    }
    return at.toFormat(
      what === "TIME" ? "h:mm a" : (DATE_FORMATS[form ?? "COMPACT"] ?? "M/d/yyyy"),
    );
  });
}
