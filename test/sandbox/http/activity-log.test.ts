import { expect, test } from "vitest";
import { DAY, HOUR, MINUTE, isoUtc } from "../../../src/domain/instant.ts";
import type { Sandbox } from "../../../src/sandbox/http/start-sandbox.ts";
import { ALL, NOON, between, callArm, errorOf, logPath, pageOf, running } from "./running.ts";

type Row = ReturnType<typeof pageOf>["value"][number];

/** Every row that a filter gives, through all pages. */
async function rowsOf(sandbox: Sandbox, filter: string, more = ""): Promise<Row[]> {
  const rows: Row[] = [];
  let path: string | null = logPath(sandbox, filter, more);
  while (path !== null) {
    const page = pageOf(await callArm(sandbox, path));
    rows.push(...page.value);
    path = page.nextLink?.slice(sandbox.resourceManager.length) ?? null;
  }
  return rows;
}

function timeOf(row: Row, name: string): number {
  return Date.parse(String(row[name]));
}

test("Bounds include their own moment, to seven decimals.", async () => {
  const { sandbox } = await running();
  const [newest] = await rowsOf(sandbox, ALL);
  const at = String(newest?.["eventTimestamp"]);
  const exactly = await rowsOf(sandbox, `eventTimestamp ge '${at}' and eventTimestamp le '${at}'`);
  expect(exactly.map((row) => row["eventDataId"])).toContain(newest?.["eventDataId"]);
  const after = `${at.slice(0, 26)}${(Number(at[26]) + 1) % 10}Z`;
  const beyond = at < after ? after : `${isoUtc(Date.parse(at) + 1).slice(0, -1)}0000Z`;
  const later = `eventTimestamp ge '${beyond}' and eventTimestamp le '${isoUtc(NOON)}'`;
  const ids = (await rowsOf(sandbox, later)).map((row) => row["eventDataId"]);
  expect(ids).not.toContain(newest?.["eventDataId"]);
});

const NARROWINGS = [
  ["resourceProvider eq 'Microsoft.Network'", /\/providers\/Microsoft\.Network\//i],
  ["resourceProvider eq 'microsoft.security'", /\/providers\/Microsoft\.Security\//i],
  ["resourceGroupName eq 'RG-TEST'", /\/resourceGroups\/rg-test\//i],
] as const;

test.each(NARROWINGS)("The filter may add %s.", async (narrowing, resource) => {
  const { sandbox } = await running();
  const all = await rowsOf(sandbox, ALL);
  const wanted = all.filter((row) => resource.test(String(row["resourceId"])));
  expect(wanted.length).toBeGreaterThan(0);
  expect(wanted.length).toBeLessThan(all.length);
  expect(await rowsOf(sandbox, `${ALL} and ${narrowing}`)).toEqual(wanted);
});

test.each(["resourceId", "resourceUri", "correlationId"])(
  "The filter may add %s, which compares without regard to case.",
  async (name) => {
    const { sandbox } = await running();
    const all = await rowsOf(sandbox, ALL);
    const field = name === "resourceUri" ? "resourceId" : name;
    const value = String(all[0]?.[field]).toUpperCase();
    const found = await rowsOf(sandbox, `${ALL} and ${name} eq '${value}'`);
    expect(found).toEqual(all.filter((row) => String(row[field]).toUpperCase() === value));
  },
);

const AT = isoUtc(NOON - HOUR);
const REFUSED = [
  ["no filter", ""],
  ["no bounds", "resourceGroupName eq 'rg'"],
  ["no upper bound", `eventTimestamp ge '${AT}'`],
  ["no lower bound", `eventTimestamp le '${AT}'`],
  ["two narrowings", `${ALL} and resourceGroupName eq 'a' and resourceProvider eq 'b'`],
  ["the operation", `${ALL} and operationName eq 'x'`],
  ["the caller", `${ALL} and caller eq 'alice@contoso.com'`],
  ["channels", `${ALL} and eventChannels eq 'Admin, Operation'`],
  ["a property of every object", `${ALL} and constructor eq 'x'`],
  ["or", `${ALL} or resourceGroupName eq 'a'`],
  ["another operator", `eventTimestamp gt '${AT}' and eventTimestamp lt '${AT}'`],
  ["one bound twice", `${ALL} and eventTimestamp ge '${AT}'`],
  ["no time at all", "eventTimestamp ge 'yesterday' and eventTimestamp le 'today'"],
  ["a day that is not", "eventTimestamp ge '2026-13-45' and eventTimestamp le '2026-13-46'"],
  ["an open quote", `${ALL} and resourceGroupName eq 'a`],
  ["an and without an end", `${ALL} and `],
  ["more than 90 days", between(91 * DAY)],
] as const;

test.each(REFUSED)("A filter with %s is a bad request.", async (_, filter) => {
  const { sandbox } = await running();
  const answer = await callArm(sandbox, logPath(sandbox, filter));
  expect(answer.status).toBe(400);
  expect(errorOf(answer).code).toBe("BadRequest");
});

test("Times may come without quotes, as a day, and with an offset.", async () => {
  const { sandbox } = await running();
  const whole = await rowsOf(sandbox, between(12 * HOUR, 0));
  expect(whole.length).toBeGreaterThan(0);
  for (const filter of [
    "eventTimestamp ge 2026-11-23 and eventTimestamp le 2026-11-23T12:00:00Z",
    "eventTimestamp ge '2026-11-23T01:00:00+01:00' and eventTimestamp le '2026-11-23 12:00:00'",
    "EventTimestamp GE '2026-11-23T00:00:00.0000000Z' AND eventtimestamp le '2026-11-23T12:00:00.000Z'",
  ]) {
    const answer = await rowsOf(sandbox, filter);
    expect(answer).toEqual(whole);
  }
});

test("$select gives only the properties that it names.", async () => {
  const { sandbox } = await running();
  const [row] = await rowsOf(sandbox, ALL, "&$select=eventDataId,%20operationName,caller");
  expect(Object.keys(row ?? {}).sort()).toEqual(["caller", "eventDataId", "operationName"]);
  const answer = await callArm(sandbox, logPath(sandbox, ALL, "&$select=eventDataId,password"));
  expect(errorOf(answer).message).toContain("'password'");
});

test("A row is readable from its submission on, three to twenty minutes late, and out of order.", async () => {
  const { sandbox, clock } = await running();
  const known = new Set((await rowsOf(sandbox, ALL)).map((row) => row["eventDataId"]));
  const arrivals: Row[] = [];
  const waits: number[] = [];
  for (let minute = 0; minute < 240; minute += 1) {
    clock.pass(MINUTE);
    for (const row of (await rowsOf(sandbox, between(HOUR, DAY))).toReversed()) {
      if (!known.has(row["eventDataId"])) {
        known.add(row["eventDataId"]);
        arrivals.push(row);
        waits.push(clock.now() - timeOf(row, "submissionTimestamp"));
      }
    }
  }
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...waits)).toBeLessThan(MINUTE);
  const delays = arrivals.map(
    (row) => timeOf(row, "submissionTimestamp") - timeOf(row, "eventTimestamp"),
  );
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(3 * MINUTE);
  expect(Math.max(...delays)).toBeLessThanOrEqual(20 * MINUTE);
  const times = arrivals.map((row) => timeOf(row, "eventTimestamp"));
  expect(times.length).toBeGreaterThan(20);
  expect(times).not.toEqual(times.toSorted((a, b) => a - b));
});

test("Delays can be set, and change nothing else.", async () => {
  const { sandbox: late } = await running();
  const { sandbox: prompt } = await running({ delays: { from: 0, to: 0 } });
  const filter = between(7 * DAY, -HOUR);
  const facts = async (sandbox: Sandbox) =>
    (await rowsOf(sandbox, filter)).map((row) => ({ ...row, submissionTimestamp: null }));
  expect(await facts(prompt)).toEqual(await facts(late));
  const [row] = await rowsOf(prompt, filter);
  expect(row?.["submissionTimestamp"]).toBe(row?.["eventTimestamp"]);
});

test("Rows that arrive while somebody pages neither repeat nor displace others.", async () => {
  const { sandbox, clock } = await running({ pageSizes: { rows: 50 } });
  const before = await rowsOf(sandbox, ALL);
  const first = pageOf(await callArm(sandbox, logPath(sandbox, ALL)));
  clock.pass(3 * HOUR);
  const rest: Row[] = [];
  let next = first.nextLink;
  while (next !== undefined) {
    const page = pageOf(await callArm(sandbox, next.slice(sandbox.resourceManager.length)));
    rest.push(...page.value);
    next = page.nextLink;
  }
  const ids = [...first.value, ...rest].map((row) => row["eventDataId"]);
  expect(new Set(ids).size).toBe(ids.length);
  const wanted = before.map((row) => row["eventDataId"]);
  expect(wanted.filter((id) => !ids.includes(id))).toEqual([]);
});

test("A skip token that the sandbox never gave is a bad request.", async () => {
  const { sandbox } = await running();
  for (const token of ["x", "YXQ6LTE", "YXQ6MTAwMDAwMDAwMDAwMDAwMDAwMA"]) {
    const answer = await callArm(sandbox, logPath(sandbox, ALL, `&$skiptoken=${token}`));
    expect(answer.status).toBe(400);
  }
});

test("Only the documented API version exists.", async () => {
  const { sandbox } = await running();
  const path = logPath(sandbox, ALL);
  const other = await callArm(sandbox, path.replace("2015-04-01", "2014-04-01"));
  expect(other.status).toBe(400);
  const none = await callArm(sandbox, path.replace("api-version=2015-04-01&", ""));
  expect(errorOf(none).code).toBe("MissingApiVersionParameter");
});
