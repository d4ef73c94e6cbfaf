import nock from "nock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LogAnalyticsReader, tablePurpose } from "../../src/azure/log-analytics-reader.ts";
import { MOST_ROWS } from "../../src/azure/log-analytics-query.ts";
import { RowIntake } from "../../src/azure/row-intake.ts";
import { RuleInterner } from "../../src/azure/rule-interner.ts";
import { DAY } from "../../src/domain/instant.ts";
import { allowSignIn, connection, LOGIN, TOKEN, WALL } from "./azure-wire.ts";
import { WORKSPACE } from "./fake-table.ts";
import { AZURE_SUBSCRIPTION, START } from "./log-feed.ts";

const SERVICE = "https://api.loganalytics.example.test";
const PATH = `/v1/workspaces/${WORKSPACE}/query`;
const SPAN = { from: START - DAY, to: START };
const NEVER = new AbortController().signal;
const PURPOSE = tablePurpose(WORKSPACE, AZURE_SUBSCRIPTION, "azure.tenants[0]");
const NSG = `/subscriptions/${AZURE_SUBSCRIPTION}/resourcegroups/rg/providers/microsoft.network/networksecuritygroups/nsg`;

const COLUMNS = [
  ["TimeGenerated", "datetime"],
  ["OperationNameValue", "string"],
  ["ActivityStatusValue", "string"],
  ["_ResourceId", "string"],
  ["EventDataId", "string"],
  ["Claims_d", "dynamic"],
  ["Properties_d", "dynamic"],
];

/** An answer of the service with these rows. */
function answer(rows: readonly unknown[], more: object = {}): object {
  const columns = COLUMNS.map(([name, type]) => ({ name, type }));
  return { tables: [{ name: "PrimaryResult", columns, rows }], ...more };
}

/** A row of a write of an NSG. */
function written(id: string): unknown[] {
  return [
    "2026-11-23T11:00:00.1234567Z",
    "MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/WRITE",
    "Success",
    NSG,
    id,
    '{"name":"Alice"}',
    '{"responseBody":"{\\"properties\\":{\\"securityRules\\":[]}}"}',
  ];
}

/** An error beside the rows of an answer. */
function partialError(code: string, message: string): object {
  const innererror = { code, message, severity: 2, severityName: "Error" };
  const detail = { code: "EngineError", message: "Something went wrong.", innererror };
  const words = "There were some errors when processing your query.";
  return { error: { code: "PartialError", message: words, details: [detail] } };
}

function reader(): LogAnalyticsReader {
  const cloud = { authorityHost: LOGIN, resourceManager: SERVICE, audience: SERVICE };
  return new LogAnalyticsReader(WORKSPACE, connection({ cloud }), WALL);
}

function replies(status: number, body: nock.Body, headers: nock.ReplyHeaders = {}): nock.Scope {
  return nock(SERVICE).post(PATH).reply(status, body, headers);
}

beforeEach(() => {
  nock.disableNetConnect();
  allowSignIn();
});

afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

describe("a query of a workspace through the library", () => {
  test("names the Azure subscription, the operations and, beside it, the time", async () => {
    let query = "";
    let timespan = "";
    nock(SERVICE, { reqheaders: { authorization: `Bearer ${TOKEN}`, prefer: "wait=120" } })
      .post(PATH, (body: { readonly query: string; readonly timespan: string }) => {
        ({ query, timespan } = body);
        return true;
      })
      .reply(200, answer([]));
    await reader().rows(PURPOSE, SPAN, NEVER);
    expect(query).toMatch(
      /^AzureActivity\n\| where SubscriptionId =~ '11111111-2222-3333-4444-555555555555'\n\| where OperationNameValue in~ \('microsoft\.security\/[^|]+\n\| take 2001$/,
    );
    expect(timespan).toBe("2026-11-22T12:00:00.000Z/2026-11-23T12:00:00.000Z");
  });

  test("rows come as they were sent, also those the library would choke on", async () => {
    replies(200, answer([written("a"), null, 7, ["2026-11-23T11:00:00Z"], written("b")]));
    const { rows, isCut } = await reader().rows(PURPOSE, SPAN, NEVER);
    expect(isCut).toBe(false);
    expect(rows[0]).toMatchObject({ TimeGenerated: "2026-11-23T11:00:00.1234567Z" });
    const taken = new RowIntake(new RuleInterner()).take(rows, START);
    expect(taken.events.map(({ event }) => [event.id, event.principal.displayName])).toEqual([
      ["a", "Alice"],
      ["b", "Alice"],
    ]);
    expect(taken.quarantined.map(({ reason, raw }) => [raw, reason])).toEqual([
      ["null", "it is not a JSON object"],
      ["7", "it is not a JSON object"],
      ['{"TimeGenerated":"2026-11-23T11:00:00Z"}', "it has no operation name"],
    ]);
  });

  test("one row more than are taken tells that there are more", async () => {
    const rows = Array.from({ length: MOST_ROWS + 1 }, (_, index) => written(`row-${index}`));
    replies(200, answer(rows));
    expect(await reader().rows(PURPOSE, SPAN, NEVER)).toMatchObject({ isCut: true });
  });

  test.each([
    ["-2133196797", "The results of this query exceed the set limit of 64000000 bytes, so not all"],
    ["-2133196801", "The results of this query exceed the set limit of 500000 records, so not all"],
    ["E_QUERY_RESULT_SET_TOO_LARGE", "Query result set has exceeded the internal data size limit"],
  ])("an answer that is too large, %s, is known for one", async (code, message) => {
    replies(200, answer([written("a")], partialError(code, message)));
    expect(await reader().rows(PURPOSE, SPAN, NEVER)).toMatchObject({ isCut: true });
  });

  test("an answer that lacks rows for another reason is none", async () => {
    const words = "Cluster away\u0007 for now";
    replies(200, answer([written("a")], partialError("-1", words)));
    await expect(reader().rows(PURPOSE, SPAN, NEVER)).rejects.toMatchObject({
      kind: "unreachable",
      message: `Azure answered only a part of the question for the Log Analytics workspace ${WORKSPACE} (Cluster away for now); it is asked again.`,
    });
  });

  test.each<[string, number, nock.Body, string, string]>([
    [
      "a workspace that never had the table",
      400,
      {
        error: {
          code: "BadArgumentError",
          message: "The request had some invalid properties",
          innererror: {
            code: "SemanticError",
            message: "A semantic error occurred.",
            innererror: {
              code: "SEM0100",
              message:
                "'where' operator: Failed to resolve table or column expression named 'AzureActivity'",
            },
          },
        },
      },
      "not-found",
      "has no table AzureActivity (HTTP 400, BadArgumentError): send the Activity Log there with a diagnostic setting, or take azure.tenants[0].log-analytics out.",
    ],
    [
      "a token of another service",
      401,
      { error: { code: "InvalidTokenError", message: "The provided token is invalid" } },
      "credentials",
      "Azure refuses the token of azure.tenants[0].credential (HTTP 401, InvalidTokenError)",
    ],
    ["a gateway that gives up", 504, "<html>", "unreachable", "(HTTP 504); it is tried again."],
    ["a success that is none", 200, { tables: [] }, "unreachable", "is not an answer of Azure"],
    [
      "text in place of rows",
      200,
      { tables: [{ columns: [], rows: "x" }] },
      "unreachable",
      "is not",
    ],
  ])("%s is told", async (_, status, body, kind, words) => {
    replies(status, body);
    const asking = reader().rows(PURPOSE, SPAN, NEVER);
    await expect(asking).rejects.toMatchObject({ kind });
    await expect(asking).rejects.toThrow(words);
  });

  test("throttling says how long to wait", async () => {
    replies(429, { error: { code: "ThrottledError", message: "slow" } }, { "Retry-After": "7" });
    await expect(reader().rows(PURPOSE, SPAN, NEVER)).rejects.toMatchObject({
      kind: "throttled",
      retryAfter: 7000,
    });
  });

  test("days without times in them are no answer", async () => {
    replies(200, { tables: [{ columns: [{ name: "First" }], rows: [["soon"]] }] });
    await expect(reader().days(PURPOSE, SPAN, NEVER)).rejects.toMatchObject({
      kind: "unreachable",
    });
  });
});
