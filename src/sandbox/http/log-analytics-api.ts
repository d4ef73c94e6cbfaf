import { z } from "zod";
import type { Instant } from "../../domain/instant.ts";
import type { LiveTenant } from "../live-tenant.ts";
import { toLogAnalyticsRow } from "../wire-forms.ts";
import type { WireRecord } from "../wire-forms.ts";
import { wireTime } from "../wire-row.ts";
import type { ArmRequest, Reply } from "./azure-api.ts";
import { armError, queryError, tooLarge } from "./azure-error.ts";
import type { Entra } from "./entra.ts";
import { KqlFault, parseKql, runKql } from "./kql.ts";
import type { KqlRow } from "./kql.ts";
import type { Permissions } from "./permissions.ts";

/** The permission to query a workspace. */
export const QUERY_ACTION = "Microsoft.OperationalInsights/workspaces/query/AzureActivity/read";

const PATH = /^\/v1\/workspaces\/([^/]+)\/query$/i;
const TABLE = "AzureActivity";
/** Dynamic columns stand in answers as the JSON text of what they hold. */
const DYNAMIC: ReadonlySet<string> = new Set(["Claims_d", "Properties_d"]);

const body = z.object({ query: z.string(), timespan: z.string().optional() });

/** How large an answer may be; what is over the limit is left out, with an error beside the rest. */
export interface AnswerLimits {
  readonly rows: number;
  readonly bytes: number;
}

/** Azure's own limits, as its documentation has them. */
export const AZURE_ANSWERS: AnswerLimits = { rows: 500_000, bytes: 64_000_000 };

/**
 * The query service of Log Analytics for one workspace, to which the whole tenant sends its Activity Log.
 *
 * @see https://learn.microsoft.com/azure/azure-monitor/logs/api/overview
 */
export class LogAnalyticsApi {
  readonly #workspace: string;
  readonly #tenant: LiveTenant;
  readonly #entra: Entra;
  readonly #permissions: Permissions;
  readonly #limits: AnswerLimits;

  constructor(
    workspace: string,
    tenant: LiveTenant,
    entra: Entra,
    permissions: Permissions,
    limits: AnswerLimits,
  ) {
    this.#workspace = workspace;
    this.#tenant = tenant;
    this.#entra = entra;
    this.#permissions = permissions;
    this.#limits = limits;
  }

  /**
   * Answers a query; null when the request is for somebody else.
   *
   * @throws AzureError for whatever Azure refuses.
   */
  answer(request: ArmRequest, now: Instant): Reply | null {
    const workspace = PATH.exec(request.url.pathname)?.[1];
    if (workspace === undefined) {
      return null;
    }
    const holder = this.#entra.holderOf(request.authorization, request.url.origin, now);
    if (workspace.toLowerCase() !== this.#workspace) {
      throw armError(404, "WorkspaceNotFoundError", "The workspace could not be found");
    }
    if (this.#permissions.refuses(holder, QUERY_ACTION, null)) {
      throw armError(
        403,
        "InsufficientAccessError",
        "The provided credentials have insufficient access to perform the requested operation",
      );
    }
    if (request.method !== "POST") {
      throw armError(405, "MethodNotAllowed", "The sandbox answers no other method here.", {
        allow: "POST",
      });
    }
    if (request.body === null) {
      throw tooLarge();
    }
    const { query, timespan = "" } = asked(request.body);
    const [from = "", to = ""] = timespan.split("/").map(timeOf);
    const rows = this.#tenant.log.archived(from, to === "" ? wireTime(now, "9999") : to, now);
    return { status: 200, headers: {}, body: this.#table(query, rows.map(toLogAnalyticsRow)) };
  }

  #table(text: string, rows: readonly WireRecord[]): object {
    const found = run(text, rows);
    const columns = [...new Set(found.flatMap((row) => Object.keys(row)))];
    const kept: unknown[][] = [];
    let bytes = 0;
    for (const row of found.slice(0, this.#limits.rows)) {
      const cells = columns.map((name) => cellOf(row[name]));
      bytes += JSON.stringify(cells).length;
      if (bytes > this.#limits.bytes) {
        break;
      }
      kept.push(cells);
    }
    const table = {
      name: "PrimaryResult",
      columns: columns.map((name) => ({ name, type: typeOf(name) })),
      rows: kept,
    };
    return {
      tables: [table],
      ...(kept.length < found.length ? { error: this.#cutError(bytes) } : {}),
    };
  }

  #cutError(bytes: number): object {
    const isLong = bytes > this.#limits.bytes;
    const limit = isLong ? `${this.#limits.bytes} bytes` : `${this.#limits.rows} records`;
    return {
      code: "PartialError",
      message: "There were some errors when processing your query.",
      details: [
        {
          code: "EngineError",
          message: "Something went wrong processing your query on the server.",
          innererror: {
            code: isLong ? "-2133196797" : "-2133196801",
            message: `The results of this query exceed the set limit of ${limit}, so not all records were returned (E_QUERY_RESULT_SET_TOO_LARGE, 0x80DA0003).`,
            severity: 2,
            severityName: "Error",
          },
        },
      ],
    };
  }
}

function asked(text: string): z.infer<typeof body> {
  try {
    return body.parse(JSON.parse(text));
  } catch {
    throw armError(400, "BadArgumentError", "The request had some invalid properties");
  }
}

function run(text: string, rows: readonly KqlRow[]): readonly KqlRow[] {
  try {
    const query = parseKql(text);
    if (query.table !== TABLE) {
      throw queryError(
        "SemanticError",
        "SEM0100",
        `'where' operator: Failed to resolve table or column expression named '${query.table}'`,
      );
    }
    return runKql(query, rows);
  } catch (error) {
    throw error instanceof KqlFault ? queryError("SyntaxError", "SYN0002", error.message) : error;
  }
}

function timeOf(text: string): string {
  const at = Date.parse(text);
  if (Number.isNaN(at)) {
    throw armError(400, "BadArgumentError", "The timespan is not an interval of two times.");
  }
  return wireTime(at, "0000");
}

function cellOf(value: unknown): unknown {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : (value ?? null);
}

function typeOf(column: string): string {
  if (["TimeGenerated", "EventSubmissionTimestamp", "Day", "First", "Last"].includes(column)) {
    return "datetime";
  }
  return DYNAMIC.has(column) ? "dynamic" : "string";
}
