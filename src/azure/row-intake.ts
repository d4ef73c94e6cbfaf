import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import type { QuarantinedRow, ReceivedEvent } from "../domain/feed.ts";
import type { Instant } from "../domain/instant.ts";
import { parseActivityRow } from "./activity-row.ts";
import { RecentKeys } from "./recent-keys.ts";
import type { RuleInterner } from "./rule-interner.ts";
import { isJsonObject } from "./wire-fields.ts";

/** What became of the rows of a page, without those that came before. */
export interface TakenRows {
  readonly events: readonly ReceivedEvent[];
  readonly quarantined: readonly QuarantinedRow[];
  /** Rows of operations that neither open, close nor request a port. */
  readonly irrelevant: number;
}

const RAW_LIMIT_BYTES = 64 * 2 ** 10;
const ID_LIMIT = 128;
/** Azure's rows are nearly flat; a hostile one is read, but cannot be written down. */
const UNWRITABLE = JSON.stringify("(nested too deep to be kept)");

/** Reads the rows of live pages, each once: overlapping windows show the same rows again and again. */
export class RowIntake {
  readonly #rules: RuleInterner;
  readonly #recent = new RecentKeys();

  constructor(rules: RuleInterner) {
    this.#rules = rules;
  }

  take(rows: readonly unknown[], receivedAt: Instant): TakenRows {
    const events: ReceivedEvent[] = [];
    const quarantined: QuarantinedRow[] = [];
    let irrelevant = 0;
    for (const row of rows) {
      const key = keyOf(row);
      if (key !== null && !this.#recent.add(key)) {
        continue;
      }
      const outcome = parseActivityRow(row, this.#rules);
      if (outcome.kind === "irrelevant") {
        irrelevant += 1;
        continue;
      }
      if (outcome.kind !== "event") {
        quarantined.push(quarantinedRow(row, outcome.reason, receivedAt));
        continue;
      }
      events.push({ event: outcome.event, raw: textOf(row) ?? UNWRITABLE });
      if (outcome.faults.length > 0) {
        quarantined.push(quarantinedRow(row, outcome.faults.join("; "), receivedAt));
      }
    }
    return { events, quarantined, irrelevant };
  }
}

/** A row, or a part of one, that could not be understood. */
export function quarantinedRow(row: unknown, reason: string, receivedAt: Instant): QuarantinedRow {
  return quarantinedText(textOf(row) ?? UNWRITABLE, reason, receivedAt);
}

/** The same from the row's text. */
export function quarantinedText(raw: string, reason: string, receivedAt: Instant): QuarantinedRow {
  return { digest: hash("sha256", raw), reason, raw: cut(raw), receivedAt };
}

/** Azure's identity of the row; where it has none, what it says; null when that cannot be told. */
function keyOf(row: unknown): string | null {
  const id = isJsonObject(row) ? row["eventDataId"] : null;
  if (typeof id === "string" && id !== "" && id.length <= ID_LIMIT) {
    return id.toLowerCase();
  }
  const text = textOf(row);
  return text === null ? null : hash("sha256", text);
}

function textOf(row: unknown): string | null {
  try {
    return JSON.stringify(row);
  } catch {
    return null;
  }
}

/** At most so many bytes, without half a character at the end. */
function cut(raw: string): string {
  if (raw.length * 3 <= RAW_LIMIT_BYTES) {
    return raw;
  }
  const bytes = Buffer.from(raw);
  return bytes.length <= RAW_LIMIT_BYTES
    ? raw
    : bytes
        .subarray(0, RAW_LIMIT_BYTES)
        .toString("utf8")
        .replace(/\uFFFD$/, "");
}
