import { expect, test } from "vitest";
import { HOUR } from "../../../src/domain/instant.ts";
import type { FaultRule } from "../../../src/sandbox/http/faults.ts";
import {
  ALL,
  between,
  callArm,
  firstSubscription,
  logPath,
  monitorFor,
  running,
} from "./running.ts";

const LOG = /eventtypes/;

async function read(rule: FaultRule): Promise<unknown> {
  const { sandbox } = await running();
  sandbox.inject({ path: LOG, ...rule });
  return monitorFor(sandbox).activityLogs.list(between(HOUR)).byPage().next();
}

test.each([500, 502, 503])("A failure of the server comes as status %i.", async (status) => {
  await expect(read({ fault: { kind: "status", status } })).rejects.toMatchObject({
    statusCode: status,
  });
});

test("A server that is busy says when to come back.", async () => {
  const { sandbox } = await running();
  sandbox.inject({ fault: { kind: "status", status: 429, retryAfter: 17 } });
  expect(await callArm(sandbox, logPath(sandbox, ALL))).toMatchObject({
    status: 429,
    headers: { "retry-after": "17" },
  });
});

test("A connection may be closed before the answer.", async () => {
  await expect(read({ fault: { kind: "close" } })).rejects.toMatchObject({ code: "ECONNRESET" });
});

test("A connection may be closed in the middle of the answer.", async () => {
  await expect(read({ fault: { kind: "cut-off" } })).rejects.toThrow(/aborted|PARSE|JSON|socket/i);
});

test("An answer may be half a JSON document.", async () => {
  await expect(read({ fault: { kind: "half-json" } })).rejects.toThrow(/JSON/);
});

test("An answer may be a page of somebody in between.", async () => {
  const { sandbox } = await running();
  sandbox.inject({ fault: { kind: "html" } });
  const { status, text } = await callArm(sandbox, logPath(sandbox, ALL));
  expect(status).toBe(200);
  expect(text).toContain("<!doctype html>");
});

test("An answer may never come.", async () => {
  const { sandbox } = await running();
  sandbox.inject({ path: LOG, fault: { kind: "stall" } });
  const abort = new AbortController();
  const reading = monitorFor(sandbox)
    .activityLogs.list(ALL, { abortSignal: abort.signal })
    .byPage()
    .next();
  await expect.poll(() => sandbox.requestsSeen().at(-1)?.path).toMatch(LOG);
  abort.abort();
  await expect(reading).rejects.toThrow(/abort/i);
  expect(sandbox.requestsSeen().at(-1)).toMatchObject({ status: null });
});

test("A fault meets only its requests, as often as it was told, until it is taken away.", async () => {
  const { sandbox } = await running();
  const [path, other] = [logPath(sandbox, ALL), logPath(sandbox, between(HOUR))];
  const status = async (path: string) => (await callArm(sandbox, path)).status;
  sandbox.inject({ fault: { kind: "status", status: 500 }, times: 2, path: LOG });
  const takeAway = sandbox.inject({ fault: { kind: "status", status: 503 }, path: /vm-/ });
  const vm = `${sandbox.model.vms[0]?.id}?api-version=2024-07-01`;
  expect([await status(path), await status(other), await status(path)]).toEqual([500, 500, 200]);
  expect([await status(vm), await status(vm)]).toEqual([503, 503]);
  takeAway();
  expect(await status(vm)).toBe(200);
});

test("One Azure subscription may fail while another answers.", async () => {
  const { sandbox } = await running({
    profile: { kind: "generated", size: "small", traps: {} },
  });
  const [first = "", second = ""] = sandbox.subscriptions;
  expect(first).toBe(firstSubscription(sandbox));
  sandbox.inject({ fault: { kind: "status", status: 500 }, path: new RegExp(first) });
  const read = async (subscription: string) =>
    monitorFor(sandbox, subscription).activityLogs.list(between(HOUR)).byPage().next();
  await expect(read(first)).rejects.toMatchObject({ statusCode: 500 });
  await expect(read(second)).resolves.toMatchObject({ done: false });
});
