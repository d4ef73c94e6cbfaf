import { z } from "zod";

/** Failures of the network before a request was on its way. */
const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** Libraries have codes of their own, in small letters. */
const coded = z.object({ code: z.string().regex(/^[A-Z][A-Z\d_]*$/) });
const caused = z.object({ cause: z.unknown() });

/** The code of the network failure behind an error, however deep it lies; else null. */
export function networkCode(error: unknown): string | null {
  let layer: unknown = error;
  for (let depth = 0; depth < 5; depth += 1) {
    const code = coded.safeParse(layer);
    if (code.success) {
      return code.data.code;
    }
    const deeper = caused.safeParse(layer);
    if (!deeper.success) {
      return null;
    }
    layer = deeper.data.cause;
  }
  return null;
}

/** Whether a failure with this code came before a request was on its way. */
export function wasNeverSent(code: string): boolean {
  return NEVER_SENT.has(code);
}
