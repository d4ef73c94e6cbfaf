import { AzureFault } from "./azure-fault.ts";
import { singleLine } from "./wire-fields.ts";

const HOST_UNKNOWN: ReadonlySet<string> = new Set(["ENOTFOUND", "EAI_AGAIN", "ENODATA"]);
const TLS_CODE = /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|EPROTO$)/;
const WORDS_LIMIT = 240;
const CODE_FORM = /^[A-Z][A-Z0-9_]{2,60}$/;
/** What the libraries call a failure that has no code. */
const NO_CODES: ReadonlySet<string> = new Set(["REQUEST_SEND_ERROR", "PARSE_ERROR"]);

/** The code of a failure of the network or of TLS, such as `ENOTFOUND`; null when it has none. */
export function networkCode(error: unknown): string | null {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; depth += 1) {
    const code = "code" in cause ? cause.code : null;
    if (typeof code === "string" && CODE_FORM.test(code) && !NO_CODES.has(code)) {
      return code;
    }
    cause = cause.cause;
  }
  return null;
}

/**
 * A request that got no answer.
 *
 * @param url where it went, of which only the host is told; null when it was never sent.
 * @param what was to be read.
 */
export function networkFault(url: string | null, what: string, error: unknown): AzureFault {
  const words =
    url === null
      ? `Reading ${what} failed: ${wordsOf(error)}`
      : networkWords(hostOf(url), networkCode(error));
  return new AzureFault("unreachable", words, { cause: error });
}

function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return singleLine(words, WORDS_LIMIT) ?? "no reason given";
}

/** An answer that took too long. */
export function timeoutFault(what: string, seconds: number): AzureFault {
  return new AzureFault(
    "unreachable",
    `Azure did not let Doorbell read ${what} within ${seconds} s; check the network and azure.cloud if that goes on.`,
  );
}

function networkWords(host: string, code: string | null): string {
  const shown = code === null ? "" : ` (${code})`;
  if (code !== null && HOST_UNKNOWN.has(code)) {
    return `The host ${host} cannot be found${shown}: check the network, its DNS, and azure.cloud.`;
  }
  if (code !== null && TLS_CODE.test(code)) {
    return `The TLS certificate of ${host} is not accepted${shown}: where a proxy or a private cloud has an authority of its own, name its certificate in NODE_EXTRA_CA_CERTS.`;
  }
  return `${host} cannot be reached${shown}: check the network, its proxy settings, and azure.cloud.`;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "Azure";
}
