import type { Buffer } from "node:buffer";

const SIGNATURES = [
  { bytes: "PK\u0003\u0004", what: "a ZIP archive. Unpack it first" },
  { bytes: "\u0089PNG", what: "a PNG picture" },
  { bytes: "\u007fELF", what: "a program" },
  { bytes: "%PDF", what: "a PDF document" },
] as const;

const NUL = 0;

/**
 * Says what the beginning of a file is when it cannot be an export, to follow "it looks like".
 *
 * @returns null for text that may be JSON.
 */
export function foreignContent(head: Buffer): string | null {
  const start = head.toString("latin1", 0, 512);
  const signature = SIGNATURES.find(({ bytes }) => start.startsWith(bytes));
  if (signature !== undefined) {
    return signature.what;
  }
  if (head.subarray(0, 512).includes(NUL)) {
    return "a binary file";
  }
  const text = start.trimStart();
  if (/^<(?:!doctype\s+html|html|head|body)\b/i.test(text)) {
    return "an HTML page, perhaps a sign-in or an error page. Download the export again";
  }
  return text.startsWith("<") ? "an XML document" : null;
}
