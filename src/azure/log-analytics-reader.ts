import { AsyncLocalStorage } from "node:async_hooks";
import type { PipelinePolicy } from "@azure/core-rest-pipeline";
import type { LogsQueryClient } from "@azure/monitor-query-logs";
import type { ReadSpan } from "../domain/feed.ts";
import type { Clock } from "../ports.ts";
import { unreadableFault } from "./arm-reader.ts";
import type { AzureConnection } from "./azure-connection.ts";
import type { CallPurpose } from "./azure-fault.ts";
import { errorWords, isTooLarge, logAnalyticsFault, partialFault } from "./log-analytics-fault.ts";
import { daysQuery, MOST_ROWS, rowsQuery, tableRows } from "./log-analytics-query.ts";
import type { Metered } from "./metered-calls.ts";
import { queryOnlyPolicy } from "./read-only-policy.ts";
import { isJsonObject, parseJson, wireText } from "./wire-fields.ts";
import { parseWireTime } from "./wire-time.ts";

const BEARER_POLICY = "bearerTokenAuthenticationPolicy";
/** How long Azure may work on a query, in seconds; it grants ten minutes at most. */
const SERVER_LIMIT_S = 120;

/** Rows of a stretch of time. */
export interface TableAnswer extends Metered {
  /** As received, before any schema, under the names of their columns. */
  readonly rows: readonly unknown[];
  /** Whether there are more rows than an answer can hold. */
  readonly isCut: boolean;
}

/** When the table has rows. */
export interface TableDays extends Metered {
  /** From the first row of a day to its last one, in order; days without a row are not there. */
  readonly days: readonly ReadSpan[];
}

/** Reads the table `AzureActivity` of a Log Analytics workspace. */
export interface ActivityTable {
  /** The workspace's ID, a GUID. */
  readonly workspace: string;
  /**
   * Rows with a time from `from` to `to`, those at both ends included, that can tell of an opening.
   *
   * @throws AzureFault, or the library's error when there was no answer.
   */
  rows(purpose: CallPurpose, span: ReadSpan, signal: AbortSignal): Promise<TableAnswer>;
  /** When there are rows, of whatever operation. Throws as `rows` does. */
  days(purpose: CallPurpose, span: ReadSpan, signal: AbortSignal): Promise<TableDays>;
}

/** What a workspace's table needs, for the words of faults. */
export function tablePurpose(
  workspace: string,
  azureSubscription: string,
  setting: string,
): CallPurpose {
  return {
    what: `the Log Analytics workspace ${workspace}`,
    action: "Microsoft.OperationalInsights/workspaces/query/AzureActivity/read",
    azureSubscription,
    setting,
  };
}

/** One query: what goes in, and what the answer held. */
interface QueryCall {
  readonly purpose: CallPurpose;
  readonly signal: AbortSignal;
  body: unknown;
}

/**
 * Queries a workspace with `@azure/monitor-query-logs` (API v1). The library builds the request. The
 * rows are taken as Azure sent them, before the library turns them into its objects: it drops the digits
 * below the millisecond, and one row of an unexpected form would cost the whole answer.
 */
export class LogAnalyticsReader implements ActivityTable {
  readonly workspace: string;
  readonly #connection: AzureConnection;
  readonly #clock: Clock;
  readonly #calls = new AsyncLocalStorage<QueryCall>();
  #client: LogsQueryClient | null = null;

  /**
   * @param workspace lower-cased ID.
   * @param connection to the query service, whose tokens are not those of Azure Resource Manager.
   */
  constructor(workspace: string, connection: AzureConnection, clock: Clock) {
    this.workspace = workspace;
    this.#connection = connection;
    this.#clock = clock;
  }

  async rows(purpose: CallPurpose, span: ReadSpan, signal: AbortSignal): Promise<TableAnswer> {
    const body = await this.#query(rowsQuery(purpose.azureSubscription), purpose, span, signal);
    const rows = tableRows(body);
    if (rows === null) {
      throw unreadableFault(purpose);
    }
    const isPartial = isJsonObject(body) && isJsonObject(body["error"]);
    if (isPartial && !isTooLarge(errorWords(body))) {
      throw partialFault(errorWords(body), purpose);
    }
    return { rows, isCut: isPartial || rows.length > MOST_ROWS, remainingReads: null };
  }

  async days(purpose: CallPurpose, span: ReadSpan, signal: AbortSignal): Promise<TableDays> {
    const body = await this.#query(daysQuery(purpose.azureSubscription), purpose, span, signal);
    const rows = tableRows(body);
    if (rows === null) {
      throw unreadableFault(purpose);
    }
    if (isJsonObject(body) && isJsonObject(body["error"])) {
      throw partialFault(errorWords(body), purpose);
    }
    const days = rows.map(dayOf);
    if (!days.every((day) => day !== null)) {
      throw unreadableFault(purpose);
    }
    return { days: days.toSorted((a, b) => a.from - b.from), remainingReads: null };
  }

  /** The answer's JSON; undefined when it is none. */
  async #query(
    query: string,
    purpose: CallPurpose,
    { from, to }: ReadSpan,
    signal: AbortSignal,
  ): Promise<unknown> {
    const client = (this.#client ??= await this.#open());
    const call: QueryCall = { purpose, signal, body: undefined };
    const timespan = { startTime: new Date(from), endTime: new Date(to) };
    await this.#calls.run(call, async () =>
      client.queryWorkspace(this.workspace, query, timespan, {
        serverTimeoutInSeconds: SERVER_LIMIT_S,
      }),
    );
    return call.body;
  }

  /** The library is loaded only here, because it is large. */
  async #open(): Promise<LogsQueryClient> {
    const { LogsQueryClient } = await import("@azure/monitor-query-logs");
    const { credential, resourceManager: endpoint, transport, authorise } = this.#connection;
    const client = new LogsQueryClient(credential, { ...transport, endpoint: `${endpoint}/v1` });
    client.pipeline.removePolicy({ name: BEARER_POLICY });
    client.pipeline.addPolicy(authorise);
    client.pipeline.addPolicy(this.#takeBody(), { phase: "Serialize" });
    client.pipeline.addPolicy(queryOnlyPolicy(endpoint, this.workspace), { phase: "Serialize" });
    return client;
  }

  #takeBody(): PipelinePolicy {
    return {
      name: "doorbellTable",
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
          const refusal = { status, body, retryAfter };
          throw logAnalyticsFault(refusal, this.workspace, call.purpose, this.#clock.now());
        }
        call.body = parseJson(body);
        headers.set("Content-Type", "application/json");
        response.bodyAsText = JSON.stringify({ tables: [] });
        return response;
      },
    };
  }
}

function dayOf(row: unknown): ReadSpan | null {
  const first = isJsonObject(row) ? parseWireTime(wireText(row["First"]) ?? "") : null;
  const last = isJsonObject(row) ? parseWireTime(wireText(row["Last"]) ?? "") : null;
  return first === null || last === null ? null : { from: first, to: last };
}
