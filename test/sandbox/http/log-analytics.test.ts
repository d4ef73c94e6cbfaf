import { LogsQueryClient, LogsQueryResultStatus } from "@azure/monitor-query-logs";
import { expect, test } from "vitest";
import { DAY } from "../../../src/domain/instant.ts";
import type { Sandbox } from "../../../src/sandbox/http/start-sandbox.ts";
import { call, credentialFor, errorOf, NOON, running } from "./running.ts";
import type { Answer } from "./running.ts";

/** The real client of Log Analytics, without retries of its own. */
function logsFor(sandbox: Sandbox): LogsQueryClient {
  return new LogsQueryClient(credentialFor(sandbox), {
    endpoint: `${sandbox.resourceManager}/v1`,
    tlsOptions: { ca: sandbox.ca },
    retryOptions: { maxRetries: 0 },
  });
}

const WEEK = { startTime: new Date(NOON - 7 * DAY), endTime: new Date(NOON) };

async function ask(
  sandbox: Sandbox,
  body: string,
  init: { readonly method?: string; readonly workspace?: string; readonly token?: string } = {},
): Promise<Answer> {
  const { workspace = sandbox.workspace, method = "POST" } = init;
  return call(sandbox, `${sandbox.resourceManager}/v1/workspaces/${workspace}/query`, {
    method,
    body,
    headers: { authorization: `Bearer ${init.token ?? sandbox.tokenFor("alice")}` },
  });
}

test("the real client gets a table, with columns of their types", async () => {
  const { sandbox } = await running();
  const result = await logsFor(sandbox).queryWorkspace(
    sandbox.workspace,
    "AzureActivity\n| where OperationNameValue =~ 'microsoft.network/networksecuritygroups/write'\n| take 5",
    WEEK,
  );
  const [table] = result.status === LogsQueryResultStatus.Success ? result.tables : [];
  expect(table?.name).toBe("PrimaryResult");
  expect(table?.rows).toHaveLength(5);
  const row = new Map(
    table?.columnDescriptors.map(({ name }, index) => [name, table.rows[0]?.[index]]),
  );
  expect(row.get("TimeGenerated")).toBeInstanceOf(Date);
  expect(row.get("OperationNameValue")).toBe("MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/WRITE");
  expect(typeof row.get("Properties_d")).toBe("object");
});

test("the real client is told that rows are missing", async () => {
  const { sandbox } = await running({ answerLimits: { rows: 3 } });
  const result = await logsFor(sandbox).queryWorkspace(sandbox.workspace, "AzureActivity", WEEK);
  expect(result).toMatchObject({
    status: "PartialFailure",
    partialError: { code: "PartialError" },
  });
  const [table] =
    result.status === LogsQueryResultStatus.PartialFailure ? result.partialTables : [];
  expect(table?.rows).toHaveLength(3);
});

async function asked(query: string): Promise<Answer> {
  const { sandbox } = await running();
  return ask(sandbox, JSON.stringify({ query, timespan: "2026-11-16/2026-11-24" }));
}

test.each([
  ["AzureActivity | where Caller == 'Alice@contoso.com'", 0],
  ["AzureActivity | where Caller =~ 'Alice@contoso.com' | take 2", 2],
  ["AzureActivity | where Caller in ('a', 'b|c') or (Caller == 'd' and isempty(Level))", 0],
  ["AzureActivity | where Caller in~ ('ALICE@CONTOSO.COM') | take 1", 1],
])("the query %j gives %j rows", async (query, count) => {
  expect(JSON.parse((await asked(query)).text)).toHaveProperty(
    ["tables", 0, "rows", "length"],
    count,
  );
});

test.each([
  "AzureActivity | where isempty(Caller) and not | take 2",
  "AzureActivity | where Caller",
  "AzureActivity | where Caller == alice",
  "AzureActivity | where (Caller == 'a'",
  "AzureActivity | where Caller has 'a'",
  "AzureActivity | where ; drop",
  "AzureActivity | project Caller",
  ".drop table AzureActivity",
  "",
])("the query %j is refused", async (query) => {
  const answer = await asked(query);
  expect(answer.status).toBe(400);
  expect(errorOf(answer).code).toBe("BadArgumentError");
});

test.each<[string, (sandbox: Sandbox) => Promise<Answer>, number, string]>([
  ["no token", async (sandbox) => ask(sandbox, "{}", { token: "x" }), 401, "InvalidAuthentication"],
  [
    "another workspace",
    async (sandbox) => ask(sandbox, "{}", { workspace: "99999999-0000-0000-0000-000000000000" }),
    404,
    "WorkspaceNotFoundError",
  ],
  ["another method", async (sandbox) => ask(sandbox, "{}", { method: "PUT" }), 405, "MethodNot"],
  ["no query", async (sandbox) => ask(sandbox, "{}"), 400, "BadArgumentError"],
  ["no JSON", async (sandbox) => ask(sandbox, "{"), 400, "BadArgumentError"],
  [
    "no interval",
    async (sandbox) => ask(sandbox, JSON.stringify({ query: "AzureActivity", timespan: "x/y" })),
    400,
    "BadArgumentError",
  ],
  [
    "another table",
    async (sandbox) =>
      ask(sandbox, JSON.stringify({ query: "SigninLogs", timespan: "2026-11-16/2026-11-24" })),
    400,
    "BadArgumentError",
  ],
])("a question with %s is refused", async (_, send, status, code) => {
  const { sandbox } = await running();
  const answer = await send(sandbox);
  expect(answer.status).toBe(status);
  expect(errorOf(answer).code).toContain(code);
});
