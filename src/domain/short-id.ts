import { createHash } from "node:crypto";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH = 12;

/**
 * A short identity that people can type: the prefix, a dash and 12 characters (60 bits of SHA-256, in
 * an alphabet without look-alikes), the same for the same parts.
 */
export function shortId(prefix: string, parts: readonly string[]): string {
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest();
  let text = "";
  for (let index = 0; index < LENGTH; index += 1) {
    const bit = index * 5;
    const pair = ((digest[bit >> 3] ?? 0) << 8) | (digest[(bit >> 3) + 1] ?? 0);
    text += ALPHABET[(pair >> (11 - (bit & 7))) & 31] ?? "";
  }
  return `${prefix}-${text}`;
}
