import { normalisePrefixes } from "../domain/address-prefix.ts";
import { parsePortRange } from "../domain/security-rule.ts";
import type { PortRange } from "../domain/security-rule.ts";

const PROTOCOLS: ReadonlySet<string> = new Set(["*", "TCP", "UDP", "ICMP", "ESP", "AH"]);
const QUOTE_LIMIT = 60;

/** A part of a body that cannot be understood; the message says why, to follow "because". */
export class PartFault extends Error {}

/** Runs a reading; what `PartFault` it throws is given to `report`, and the reading is null. */
export function unlessFaulty<T>(read: () => T, report: (reason: string) => void): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof PartFault) {
      report(error.message);
      return null;
    }
    throw error;
  }
}

/**
 * Reads a list of ports and ranges: ascending and free of repetitions.
 *
 * @throws PartFault when one is not a port, or when there is none.
 */
export function readPorts(texts: readonly (string | number)[]): readonly PortRange[] {
  const ranges = new Map<string, PortRange>();
  for (const text of texts) {
    const range = parsePortRange(String(text));
    if (range === null) {
      throw new PartFault(`${quoted(String(text))} is not a port or a port range`);
    }
    ranges.set(`${range.from}-${range.to}`, range);
  }
  if (ranges.size === 0) {
    throw new PartFault("it names no destination port");
  }
  return [...ranges.values()].sort((a, b) => a.from - b.from || a.to - b.to);
}

/**
 * Reads address prefixes, service tags and group IDs; `side` says whose.
 *
 * @throws PartFault when one is malformed, or when there is none.
 */
export function readPrefixes(
  texts: readonly string[],
  side: "source" | "destination",
): readonly string[] {
  const { prefixes, unreadable } = normalisePrefixes(texts);
  const [first] = unreadable;
  if (first !== undefined) {
    throw new PartFault(`${quoted(first)} is not a ${side} address prefix or a service tag`);
  }
  if (prefixes.length === 0) {
    throw new PartFault(`it names no ${side}`);
  }
  return prefixes;
}

/**
 * Reads a protocol into the form that rules carry.
 *
 * @throws PartFault when it is none.
 */
export function readProtocol(text: string): string {
  const upper = text.trim().toUpperCase();
  const protocol = upper === "ANY" ? "*" : upper;
  if (!PROTOCOLS.has(protocol)) {
    throw new PartFault(`${quoted(text)} is not a protocol`);
  }
  return protocol;
}

/** The fields that exist once as a single value and once as a list, as one list. */
export function singleAndList<T extends string | number>(
  one: T | null | undefined,
  list: readonly T[] | null | undefined,
): readonly T[] {
  return one === null || one === undefined || one === "" ? (list ?? []) : [one, ...(list ?? [])];
}

/** Hostile text made fit to stand in a sentence. */
export function quoted(text: string): string {
  const shown = text.slice(0, QUOTE_LIMIT).replaceAll(/[\p{C}\u2028\u2029]/gu, "\uFFFD");
  return `"${shown}${text.length > QUOTE_LIMIT ? "\u2026" : ""}"`;
}
