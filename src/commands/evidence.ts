import { WHOLE_TRAIL } from "../ask/trail-query.ts";
import { isoUtc } from "../domain/instant.ts";
import { jsonLine, rowLine } from "../domain/json-line.ts";
import type { Opening } from "../domain/opening.ts";
import type { Store, TrailReader } from "../ports.ts";
import { DoorbellError } from "../errors.ts";
import type { CommandContext } from "./command-context.ts";
import { requireConfiguration } from "./configuration-file.ts";
import type { EvidenceOptions } from "./options.ts";
import { withStore } from "./stored-trail.ts";

/** Openings that a beginning of an ID fits and that are named. */
const MOST_NAMED = 5;

/**
 * `doorbell evidence`: the rows of the Activity Log behind openings or events, as they were received.
 *
 * @returns the exit status: 1 when something is not in the store.
 * @throws DoorbellError `usage` when nothing, or not one thing, is named; `store`.
 */
export async function printEvidence(
  ids: readonly string[],
  options: EvidenceOptions,
  context: CommandContext,
): Promise<number> {
  if (options.quarantined === ids.length > 0) {
    const text =
      "doorbell evidence: name openings (o-…) or events of the Activity Log by their ID, or give --quarantined alone.";
    throw new DoorbellError("usage", text);
  }
  const { configuration } = await requireConfiguration(options.config, context);
  return withStore(configuration, context, async (store) =>
    options.quarantined
      ? printQuarantine(store, context)
      : printRows(await eventsOf(store, ids), store, context),
  );
}

/** What was asked for, and the events behind it. */
type Named = ReadonlyMap<string, readonly string[]>;

async function eventsOf(store: TrailReader, ids: readonly string[]): Promise<Named> {
  const named = new Map<string, readonly string[]>();
  for (const id of ids) {
    named.set(id, id.startsWith("o-") ? await behindOpening(store, id) : [id]);
  }
  return named;
}

/** The events of an opening, and those of the requests that may be behind it. */
async function behindOpening(store: TrailReader, id: string): Promise<readonly string[]> {
  const { openings, requests } = await store.trail({ ...WHOLE_TRAIL, openingId: id });
  const [opening, other] = openings;
  if (opening === undefined) {
    return [];
  }
  if (other !== undefined && opening.id !== id) {
    throw new DoorbellError("usage", `doorbell evidence ${id}: ${severalOf(openings)}.`);
  }
  return [opening, ...requests].flatMap(({ events }) => events);
}

function severalOf(openings: readonly Opening[]): string {
  const shown = openings.slice(0, MOST_NAMED).map(({ id }) => id);
  const more = openings.length - shown.length;
  return `that may be ${shown.join(", ")}${more > 0 ? ` or ${more} others` : ""}`;
}

async function printRows(
  named: Named,
  store: TrailReader,
  context: CommandContext,
): Promise<number> {
  const printed = new Set<string>();
  let status = 0;
  for (const [id, events] of named) {
    const kept = new Set((await store.evidence(events)).map((event) => event.id));
    const missing = new Set(events).size - kept.size;
    if (kept.size === 0) {
      await context.complain(`${id}: the store keeps no such opening or event.`);
      status = 1;
    } else if (missing > 0) {
      const are = missing === 1 ? "is" : "are";
      await context.complain(`${id}: ${missing} of its events ${are} not in the store any more.`);
      status = 1;
    }
    const rows = await store.rows([...kept].filter((one) => !printed.has(one)));
    await context.write(rows.map((row) => `${rowLine(row)}\n`).join(""));
    for (const one of kept) {
      printed.add(one);
    }
  }
  return status;
}

async function printQuarantine(store: Store, context: CommandContext): Promise<number> {
  for await (const { reason, receivedAt, raw } of store.quarantine()) {
    await context.writeLine(jsonLine({ receivedAt: isoUtc(receivedAt), reason, raw }));
  }
  return 0;
}
