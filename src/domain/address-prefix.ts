import ipaddr from "ipaddr.js";

const TAG = /^[A-Za-z][A-Za-z0-9._-]{0,99}$/;
const PREFIX_LIMIT = 300;
/** An IPv4 address that is already in its normal form, as almost all are. */
const NORMAL_IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** Prefixes and tags that let the whole internet in, as normalised. */
const ANY_SOURCE: ReadonlySet<string> = new Set(["*", "0.0.0.0/0", "::/0", "internet"]);

/**
 * Brings an address prefix of a security rule into one form, so that equal prefixes are equal strings:
 * `*` for any; IPv4 and IPv6 addresses in their shortest form; `/32` and `/128` left out; host bits of a
 * network cleared; service tags and application security group IDs as received.
 *
 * @returns null for text that is none of these (a malformed address, control characters, over 300
 *   characters).
 */
export function normalisePrefix(text: string): string | null {
  const trimmed = text.trim();
  if (NORMAL_IPV4.test(trimmed)) {
    return trimmed;
  }
  if (trimmed === "*" || trimmed.toLowerCase() === "any") {
    return "*";
  }
  if (trimmed.length === 0 || trimmed.length > PREFIX_LIMIT || /[\p{Cc}\s]/u.test(trimmed)) {
    return null;
  }
  if (TAG.test(trimmed) && !trimmed.includes(":") && !/^[0-9a-f]*$/i.test(trimmed)) {
    return trimmed;
  }
  if (trimmed.startsWith("/")) {
    return trimmed;
  }
  const [address, bits, ...rest] = trimmed.split("/");
  if (address === undefined || rest.length > 0) {
    return null;
  }
  if (bits === undefined) {
    const range = normaliseRange(trimmed);
    return range ?? normaliseAddress(address);
  }
  return normaliseNetwork(address, bits);
}

/** Normalises an address such as `203.0.113.7` or `2001:db8::1`; null when it is not one. */
export function normaliseAddress(text: string): string | null {
  if (NORMAL_IPV4.test(text)) {
    return text;
  }
  const parsed = parseAddress(text);
  return parsed === null ? null : parsed.toString();
}

/** Normalises every prefix of a list; drops repetitions and sorts. Unreadable ones are returned apart. */
export function normalisePrefixes(texts: readonly string[]): {
  readonly prefixes: readonly string[];
  readonly unreadable: readonly string[];
} {
  const prefixes = new Set<string>();
  const unreadable: string[] = [];
  for (const text of texts) {
    const prefix = normalisePrefix(text);
    if (prefix === null) {
      unreadable.push(text);
    } else {
      prefixes.add(prefix);
    }
  }
  return { prefixes: [...prefixes].sort(), unreadable };
}

/** Whether a normalised prefix lets any address of the internet in. */
export function isAnySource(prefix: string): boolean {
  return ANY_SOURCE.has(prefix.toLowerCase());
}

/** Whether two normalised lists let the same addresses in; the forms of "anyone" count as equal. */
export function sameSources(a: readonly string[], b: readonly string[]): boolean {
  return sourcesKey(a) === sourcesKey(b);
}

/** A string that is equal for lists that `sameSources` calls the same. */
export function sourcesKey(prefixes: readonly string[]): string {
  if (prefixes.some(isAnySource)) {
    return "*";
  }
  return [...new Set(prefixes.map((prefix) => prefix.toLowerCase()))].sort().join(",");
}

/** Whether the address lies within the normalised prefix; service tags and groups never match. */
export function prefixIncludes(prefix: string, address: string): boolean {
  if (prefix === "*") {
    return true;
  }
  const candidate = parseAddress(address);
  if (candidate === null) {
    return false;
  }
  const [network, bits] = prefix.split("/");
  const base = network === undefined ? null : parseAddress(network);
  if (base === null || base.kind() !== candidate.kind()) {
    return false;
  }
  if (bits === undefined) {
    return base.toString() === candidate.toString();
  }
  return candidate.match(base, Number(bits));
}

function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (text.includes(":")) {
    if (text.includes("%") || !ipaddr.IPv6.isValid(text)) {
      return null;
    }
    return ipaddr.process(text);
  }
  // The library takes octal and short forms, which Azure does not mean.
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) || /(^|\.)0\d/.test(text)) {
    return null;
  }
  return ipaddr.IPv4.parse(text);
}

function normaliseNetwork(address: string, bits: string): string | null {
  const parsed = parseAddress(address);
  if (parsed === null || !/^\d{1,3}$/.test(bits)) {
    return null;
  }
  const width = parsed.kind() === "ipv4" ? 32 : 128;
  const length = Number(bits);
  if (length > width) {
    return null;
  }
  if (length === width) {
    return parsed.toString();
  }
  const base =
    parsed.kind() === "ipv4"
      ? ipaddr.IPv4.networkAddressFromCIDR(`${parsed.toString()}/${length}`)
      : ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${length}`);
  return `${base.toString()}/${length}`;
}

function normaliseRange(text: string): string | null {
  const [from, to, ...rest] = text.split("-");
  if (from === undefined || to === undefined || rest.length > 0) {
    return null;
  }
  const start = normaliseAddress(from);
  const end = normaliseAddress(to);
  return start === null || end === null ? null : `${start}-${end}`;
}
