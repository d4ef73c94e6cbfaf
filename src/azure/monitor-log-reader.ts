import { AsyncLocalStorage } from "node:async_hooks";
import type { MonitorClient } from "@azure/arm-monitor";
import type { PipelinePolicy } from "@azure/core-rest-pipeline";
import { z } from "zod";
import { isoUtc } from "../domain/instant.ts";
import type { Clock } from "../ports.ts";
import type { LogPage, LogQuery, LogReader } from "./activity-log-page.ts";
import { armFault } from "./arm-fault.ts";
import { unreadableFault } from "./arm-reader.ts";
import type { AzureConnection } from "./azure-connection.ts";
import type { CallPurpose } from "./azure-fault.ts";
import { readOnlyPolicy, remainingReads } from "./read-only-policy.ts";
import { parseJson } from "./wire-fields.ts";

const BEARER_POLICY = "bearerTokenAuthenticationPolicy";

/** One page's call: what goes in, and what the answer held. */
interface PageCall {
  readonly signal: AbortSignal;
  rows: readonly unknown[];
  remainingReads: number | null;
}

const pageBody = z.object({ value: z.array(z.unknown()), nextLink: z.string().nullish() });

/** What the Activity Log needs, for the words of faults. */
export function logPurpose(azureSubscription: string, setting: string): CallPurpose {
  return {
    what: "the Activity Log",
    action: "Microsoft.Insights/eventtypes/management/values/read",
    azureSubscription,
    setting,
  };
}

/**
 * Reads the Activity Log with `@azure/arm-monitor` (API 2015-04-01).
 *
 * The library builds the query, pages and authenticates. The rows are taken as Azure sent them, before
 * the library turns them into its objects: it drops what it does not know and the digits below the
 * millisecond, and one row of an unexpected form would cost the whole page. All fields are read:
 * `caller` is not among those that `$select` is documented to give.
 */
export class MonitorLogReader implements LogReader {
  readonly #azureSubscription: string;
  readonly #connection: AzureConnection;
  readonly #clock: Clock;
  readonly #calls = new AsyncLocalStorage<PageCall>();
  #client: MonitorClient | null = null;

  /** @param azureSubscription lower-cased ID. */
  constructor(azureSubscription: string, connection: AzureConnection, clock: Clock) {
    this.#azureSubscription = azureSubscription;
    this.#connection = connection;
    this.#clock = clock;
  }

  async page(query: LogQuery, link: string | null, signal: AbortSignal): Promise<LogPage> {
    this.#client ??= await this.#open();
    const call: PageCall = { signal, rows: [], remainingReads: null };
    const pages = this.#client.activityLogs
      .list(filterText(query))
      .byPage(link === null ? {} : { continuationToken: link });
    // Pages behind the first are fetched without the options of the first.
    const page = await this.#calls.run(call, () => pages.next());
    const next = page.done === true ? undefined : page.value.continuationToken;
    return { rows: call.rows, next: next ?? null, remainingReads: call.remainingReads };
  }

  /** The library is loaded only here, because it is large. */
  async #open(): Promise<MonitorClient> {
    const { MonitorClient } = await import("@azure/arm-monitor");
    const { credential, resourceManager, transport, authorise } = this.#connection;
    const client = new MonitorClient(credential, this.#azureSubscription, {
      ...transport,
      endpoint: resourceManager,
    });
    client.pipeline.removePolicy({ name: BEARER_POLICY });
    client.pipeline.addPolicy(authorise);
    client.pipeline.addPolicy(this.#takeRows(), { phase: "Serialize" });
    client.pipeline.addPolicy(readOnlyPolicy(resourceManager), { phase: "Serialize" });
    return client;
  }

  #takeRows(): PipelinePolicy {
    const purpose = logPurpose(this.#azureSubscription, this.#connection.setting);
    return {
      name: "doorbellRows",
      sendRequest: async (request, next) => {
        const call = this.#calls.getStore();
        if (call === undefined) {
          return next(request);
        }
        request.abortSignal = call.signal;
        const response = await next(request);
        const { status, headers } = response;
        const body = response.bodyAsText ?? "";
        if (status !== 200) {
          const retryAfter = headers.get("Retry-After") ?? null;
          throw armFault({ status, body, retryAfter }, purpose, this.#clock.now());
        }
        const page = pageBody.safeParse(parseJson(body));
        if (!page.success) {
          throw unreadableFault(purpose);
        }
        call.rows = page.data.value;
        call.remainingReads = remainingReads(response);
        headers.set("Content-Type", "application/json");
        response.bodyAsText = JSON.stringify({ value: [], nextLink: page.data.nextLink });
        return response;
      },
    };
  }
}

/** The form that the API prescribes; it takes no other. */
function filterText({ provider, from, to }: LogQuery): string {
  return `eventTimestamp ge '${isoUtc(from)}' and eventTimestamp le '${isoUtc(to)}' and resourceProvider eq '${provider}'`;
}
