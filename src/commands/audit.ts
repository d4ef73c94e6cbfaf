import { parseLength } from "../ask/time-length.ts";
import { AUDIT_OUTCOMES } from "../domain/audit.ts";
import type { AuditEntry, AuditOutcome, AuditQuery } from "../domain/audit.ts";
import { auditCsvHeader, auditCsvLine, auditRow } from "../domain/audit-row.ts";
import { DAY, durationText, SECOND } from "../domain/instant.ts";
import type { Duration } from "../domain/instant.ts";
import { jsonLine } from "../domain/json-line.ts";
import { DoorbellError } from "../errors.ts";
import { inline, message, table, time } from "../message/build.ts";
import type { Message } from "../message/message.ts";
import type { CommandContext } from "./command-context.ts";
import { requireConfiguration } from "./configuration-file.ts";
import { AUDIT_FORMATS } from "./options.ts";
import type { AuditFormat, AuditOptions } from "./options.ts";
import { readPeriod } from "./period-options.ts";
import { withStore } from "./stored-trail.ts";

const ENTRIES_PER_WRITE = 500;
/** What a table shows of a text. */
const MOST_SHOWN = 60;

/** `doorbell audit`: who asked what, and what became of it, oldest first. */
export async function printAudit(options: AuditOptions, context: CommandContext): Promise<number> {
  const format = oneOf("format", options.format, AUDIT_FORMATS) ?? "text";
  const outcome = oneOf("outcome", options.outcome, AUDIT_OUTCOMES) ?? null;
  const { configuration } = await requireConfiguration(options.config, context);
  const zone = context.zone({ zone: options.zone ?? configuration.zone });
  const query = await queryOf(options, outcome, zone, context);
  await withStore(configuration, context, async (store) => {
    await print(store.audited(query), format, zone, context);
  });
  return 0;
}

async function queryOf(
  { since, until, user, channel }: AuditOptions,
  outcome: AuditOutcome | null,
  zone: string,
  context: CommandContext,
): Promise<AuditQuery> {
  const now = context.surroundings.clock.now();
  const period = await readPeriod({ since: ago(since), until: ago(until) }, zone, now);
  return {
    from: since === undefined ? (until === undefined ? now - DAY : null) : (period?.from ?? null),
    to: period?.to ?? null,
    user: user ?? null,
    channel: channel ?? null,
    outcome,
  };
}

/** `24h` means 24 hours ago. */
function ago(text: string | undefined): string | undefined {
  const length = text === undefined ? null : parseLength(text.toLowerCase());
  return length === null ? text : `${length.count} ${length.unit} ago`;
}

async function print(
  entries: AsyncIterable<AuditEntry>,
  format: AuditFormat,
  zone: string,
  context: CommandContext,
): Promise<void> {
  switch (format) {
    case "text":
      return printTable(entries, zone, context);
    case "csv":
      return writeAll(
        entries,
        context,
        { begin: `${auditCsvHeader()}\r\n`, between: "", end: "" },
        (one) => `${auditCsvLine(one)}\r\n`,
      );
    case "ndjson":
      return writeAll(
        entries,
        context,
        { begin: "", between: "", end: "" },
        (one) => `${jsonLine(auditRow(one))}\n`,
      );
    case "json":
      return writeAll(entries, context, { begin: "[", between: ",\n", end: "]\n" }, (one) =>
        jsonLine(auditRow(one)),
      );
  }
}

/** Writes entries as they come: a year of them does not fit into memory. */
async function writeAll(
  entries: AsyncIterable<AuditEntry>,
  context: CommandContext,
  {
    begin,
    between,
    end,
  }: { readonly begin: string; readonly between: string; readonly end: string },
  written: (entry: AuditEntry) => string,
): Promise<void> {
  await context.write(begin);
  let isFirst = true;
  for await (const part of partsOf(entries)) {
    await context.write(`${isFirst ? "" : between}${part.map(written).join(between)}`);
    isFirst = false;
  }
  await context.write(end);
}

async function printTable(
  entries: AsyncIterable<AuditEntry>,
  zone: string,
  context: CommandContext,
): Promise<void> {
  const { renderMessage } = await import("../../adapters/terminal/index.ts");
  const rendering = context.rendering(zone);
  let isEmpty = true;
  for await (const part of partsOf(entries)) {
    await context.write(renderMessage(tableOf(part, zone), rendering));
    isEmpty = false;
  }
  if (isEmpty) {
    await context.write("Nobody asked anything that fits.\n");
  }
}

function tableOf(entries: readonly AuditEntry[], zone: string): Message {
  const rows = entries.map((entry) => [
    inline(time(entry.at, "exact")),
    inline(entry.user.name),
    inline([entry.channel.platform, entry.channel.channel].filter((part) => part !== "").join(" ")),
    inline(entry.outcome, entry.reason === null ? null : `: ${entry.reason}`),
    inline(tookText(entry.took)),
    inline(shownText(entry)),
  ]);
  return message("info", "Who asked what.", [
    table([`when (${zone})`, "who", "where", "outcome", "took", "what"], rows),
  ]);
}

function tookText(took: Duration | null): string {
  return took === null ? "" : took < SECOND ? `${took} ms` : durationText(took);
}

function shownText({ kind, text }: AuditEntry): string {
  const shown = text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN - 1)}…`;
  return kind === "question" ? shown : `${kind}: ${shown}`;
}

async function* partsOf(
  entries: AsyncIterable<AuditEntry>,
): AsyncGenerator<readonly AuditEntry[], void, undefined> {
  let part: AuditEntry[] = [];
  for await (const entry of entries) {
    part.push(entry);
    if (part.length === ENTRIES_PER_WRITE) {
      yield part;
      part = [];
    }
  }
  if (part.length > 0) {
    yield part;
  }
}

/** @throws DoorbellError `usage` when it is none of them. */
function oneOf<T extends string>(
  name: string,
  given: string | undefined,
  known: readonly T[],
): T | undefined {
  const found = known.find((one) => one === given);
  if (given !== undefined && found === undefined) {
    throw new DoorbellError("usage", `--${name} ${given}: use one of ${known.join(", ")}.`);
  }
  return found;
}
