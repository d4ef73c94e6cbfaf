import type { Transaction } from "kysely";
import type { DatabaseKind, Schema } from "./schema.ts";

/** What is done within one transaction. It may be run again when the first run could not be finished. */
export type Work<T> = (db: Transaction<Schema>) => Promise<T>;

/**
 * One of the two databases, open and with the newest schema. Whatever goes wrong comes out as a
 * `DoorbellError` that names the setting; what may pass (a lock, a deadlock) is tried again inside.
 */
export interface Database {
  readonly kind: DatabaseKind;
  /** Which database it is, without secrets. */
  readonly description: string;
  /** Runs the work in one transaction; all that it reads is of one moment. */
  read<T>(work: Work<T>): Promise<T>;
  /** Runs the work in one transaction that may run beside others. */
  write<T>(work: Work<T>): Promise<T>;
  /** Runs the work in one transaction that runs beside no other of these, in whatever process. */
  writeAlone<T>(work: Work<T>): Promise<T>;
  readonly close: () => Promise<void>;
}
