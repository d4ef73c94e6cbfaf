import { Buffer } from "node:buffer";
import { readExport } from "../../src/azure/export-reader.ts";
import type { ExportSummary, ReadExportOptions } from "../../src/azure/export-reader.ts";
import type { ActivityEvent } from "../../src/domain/activity-event.ts";
import { inChunks, nsgBody, rowContent, wireRule } from "./row-forms.ts";

/** What a reading gave. */
export interface Read {
  readonly events: readonly ActivityEvent[];
  readonly summary: ExportSummary;
}

/** Reads bytes as an export called `azure.json`, in chunks of a given length. */
export async function read(
  content: string | Uint8Array,
  { chunk = 2 ** 16, ...options }: ReadExportOptions & { readonly chunk?: number } = {},
): Promise<Read> {
  const events: ActivityEvent[] = [];
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const summary = await readExport(
    { name: "azure.json", chunks: inChunks(bytes, chunk) },
    (batch) => {
      events.push(...batch);
    },
    options,
  );
  return { events, summary };
}

/** A row that becomes an event, one of no interest, and a failed write. */
export const relevant = rowContent({ properties: { requestbody: nsgBody(wireRule("a")) } });
export const irrelevant = rowContent({
  eventDataId: "e0000000-0000-0000-0000-000000000002",
  operation: "Microsoft.Compute/virtualMachines/write",
  time: "2026-11-20T00:00:00.0000001Z",
});
export const failed = rowContent({
  eventDataId: "e0000000-0000-0000-0000-000000000003",
  status: "Failed",
  subStatus: "Forbidden",
  time: "2026-11-24T00:00:00.0000001Z",
});
