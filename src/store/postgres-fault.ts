import { DatabaseError } from "pg";
import { DoorbellError } from "../errors.ts";

/** Codes of PostgreSQL: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SERIALIZATION_FAILURE = "40001";
const DEADLOCK = "40P01";

const TLS_FAULTS = new Set([
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** Whether two transactions got in each other's way: worth another attempt. */
export function isPostgresCollision(error: unknown): boolean {
  return (
    error instanceof DatabaseError &&
    (error.code === SERIALIZATION_FAILURE || error.code === DEADLOCK)
  );
}

/**
 * What an error of PostgreSQL, or of the way to it, means to the person who must act; other errors are
 * given back as they are.
 *
 * @param where the database, without secrets.
 */
export function postgresFault(error: unknown, where: string): unknown {
  if (!(error instanceof Error) || error instanceof DoorbellError) {
    return error;
  }
  const text =
    error instanceof DatabaseError ? serverWords(error, where) : connectionWords(error, where);
  if (text === null) {
    return error;
  }
  const isFull = error instanceof DatabaseError && error.code === "53100";
  return new DoorbellError(isFull ? "store-full" : "store", text, { cause: error });
}

function serverWords({ code = "" }: DatabaseError, where: string): string | null {
  switch (code) {
    case "28P01":
    case "28000":
      return `${where} refuses the user or the password in store.url: correct them there, or let that user in.`;
    case "3D000":
      return `${where} does not exist: create the database, or name another one in store.url.`;
    case "42501":
      return `${where} does not let the user in store.url create or change Doorbell's tables: grant it CREATE and USAGE on the schema, or name another user in store.url.`;
    case "25006":
      return `${where} is read-only: store.url must name the primary server, not a standby.`;
    case "53100":
      return `No space is left where ${where} keeps its data: free some, or name another server in store.url. What was stored stays.`;
    case "53300":
      return `${where} takes no more connections: raise its max_connections, or let fewer programs connect, or name another server in store.url.`;
    case "XX001":
    case "XX002":
      return `${where} is damaged: restore it from a backup, or name another database in store.url.`;
    default:
      return /^(?:08|53|55000|57P|58)/.test(code)
        ? `${where} is away or fails: start the server, or name another one in store.url.`
        : null;
  }
}

function connectionWords(error: Error, where: string): string | null {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (error.message.startsWith("SASL")) {
    return `${where} asks for a password, and store.url has none that it accepts: put the right one into store.url.`;
  }
  if (TLS_FAULTS.has(code) || /SSL|certificate/i.test(error.message)) {
    return `The TLS connection to ${where} fails (${code === "" ? "no TLS there" : code}): correct sslmode and the certificates in store.url.`;
  }
  const isAway =
    /^(?:ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|ENET|EPIPE|ENOENT)/.test(code) ||
    /connection terminated|timeout exceeded|connection timeout|connection error/i.test(
      error.message,
    );
  return isAway
    ? `${where} cannot be reached${code === "" ? "" : ` (${code})`}: start the server, or correct host and port in store.url.`
    : null;
}
