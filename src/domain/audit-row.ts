import type { AuditEntry, AuditOutcome } from "./audit.ts";
import { csvLine } from "./csv-line.ts";
import { isoUtc } from "./instant.ts";

/**
 * An entry of the audit as `doorbell audit` gives it to programs: a promise, with these keys in this order.
 * `workspace` is a tenant in Microsoft Teams; `tookMs` is in ms.
 */
export interface AuditRow {
  readonly id: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly platform: string;
  readonly workspace: string;
  readonly channel: string;
  readonly userId: string;
  readonly user: string;
  readonly kind: AuditEntry["kind"];
  readonly text: string;
  readonly outcome: AuditOutcome;
  readonly reason: string | null;
  readonly vms: readonly string[];
  readonly openings: number | null;
  readonly tookMs: number | null;
}

const COLUMNS = [
  "id",
  "at",
  "platform",
  "workspace",
  "channel",
  "userId",
  "user",
  "kind",
  "text",
  "outcome",
  "reason",
  "vms",
  "openings",
  "tookMs",
] as const satisfies readonly (keyof AuditRow)[];

/** The entry as programs get it. */
export function auditRow(entry: AuditEntry): AuditRow {
  return {
    id: entry.id,
    at: isoUtc(entry.at),
    platform: entry.channel.platform,
    workspace: entry.channel.workspace,
    channel: entry.channel.channel,
    userId: entry.user.id,
    user: entry.user.name,
    kind: entry.kind,
    text: entry.text,
    outcome: entry.outcome,
    reason: entry.reason,
    vms: entry.vms,
    openings: entry.openings,
    tookMs: entry.took,
  };
}

/** The header line of the CSV form, without a line end. */
export function auditCsvHeader(): string {
  return COLUMNS.join(",");
}

/** One entry as a CSV line without a line end; VMs are joined with `; `, `null` is an empty cell. */
export function auditCsvLine(entry: AuditEntry): string {
  const row = auditRow(entry);
  return csvLine(
    COLUMNS.map((column) => {
      const value = row[column];
      return value === null ? "" : typeof value === "object" ? value.join("; ") : String(value);
    }),
  );
}
