import { createHttpHeaders, createPipelineRequest } from "@azure/core-rest-pipeline";
import type { HttpMethods } from "@azure/core-rest-pipeline";
import nock from "nock";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ActivityLogBackfill } from "../../src/azure/activity-log-backfill.ts";
import { ArmReader } from "../../src/azure/arm-reader.ts";
import { LiveFeed } from "../../src/azure/live-feed.ts";
import { AzureLiveState } from "../../src/azure/live-state.ts";
import { MonitorLogReader } from "../../src/azure/monitor-log-reader.ts";
import { queryOnlyPolicy, readOnlyPolicy } from "../../src/azure/read-only-policy.ts";
import { DAY, HOUR, SECOND } from "../../src/domain/instant.ts";
import { parseResourceId } from "../../src/domain/resource-id.ts";
import { allowSignIn, ARM, connection } from "./azure-wire.ts";
import { LeapClock } from "./leap-clock.ts";
import { allPages, AZURE_SUBSCRIPTION, logFeed, logParts, START } from "./log-feed.ts";
import { NSG_ID } from "./row-forms.ts";

beforeEach(() => {
  nock.disableNetConnect();
  allowSignIn();
});

afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

test("hours of all feeds, and of live state, send nothing but GET, and few of them", async () => {
  const methods: string[] = [];
  nock(ARM)
    .persist()
    .intercept(/.*/, "GET")
    .query(true)
    .reply(200, { value: [] })
    .on("request", ({ method }: { readonly method: string }) => methods.push(method));
  const others: string[] = [];
  nock.emitter.on("no match", (request: { readonly method?: string }) => {
    others.push(request.method ?? "unknown");
  });
  const clock = new LeapClock(START, START + 2 * HOUR - 1);
  const azure = connection();
  const parts = logParts(new MonitorLogReader(AZURE_SUBSCRIPTION, azure, clock), clock);
  const feed = logFeed(parts.reader, clock, parts);
  await allPages(feed, clock.signal);

  const second = new LeapClock(START, START + 2 * HOUR - 1);
  const reader = new ArmReader(azure, second);
  const live = new LiveFeed({
    ...logParts(parts.reader, second),
    reader,
    azureSubscription: AZURE_SUBSCRIPTION,
  });
  await allPages(live, second.signal);
  expect(feed.health().callsLastHour + live.health().callsLastHour).toBeLessThan(150);
  expect(methods.length).toBeGreaterThan(250);

  const third = new LeapClock(START);
  const backfill = new ActivityLogBackfill(logParts(parts.reader, third), 2 * DAY);
  await allPages(backfill, third.signal);
  const state = new AzureLiveState(
    new Map([[AZURE_SUBSCRIPTION, { ...logParts(parts.reader, third), reader }]]),
    parts.rules,
  );
  const nsg = parseResourceId(NSG_ID);
  if (nsg !== null) {
    await state.nsg(nsg, SECOND);
  }
  expect(new Set(methods)).toEqual(new Set(["GET"]));
  expect(others).toEqual([]);
});

test.each<[HttpMethods, string]>([
  ["POST", `${ARM}/subscriptions/x`],
  ["PUT", `${ARM}/subscriptions/x`],
  ["PATCH", `${ARM}/subscriptions/x`],
  ["DELETE", `${ARM}/subscriptions/x`],
  ["HEAD", `${ARM}/subscriptions/x`],
  ["GET", "https://management.example.test.evil.test/subscriptions/x"],
  ["GET", "https://management.example.test:8443/subscriptions/x"],
  ["GET", "http://management.example.test/subscriptions/x"],
])("%s to %s is never sent", async (method, url) => {
  const sent: string[] = [];
  const policy = readOnlyPolicy(ARM);
  const send = policy.sendRequest(createPipelineRequest({ method, url }), async (request) => {
    sent.push(request.url);
    return { request, status: 200, headers: createHttpHeaders() };
  });
  await expect(send).rejects.toMatchObject({ kind: "rejected" });
  expect(sent).toEqual([]);
});

const WORKSPACE = "77777777-0000-0000-0000-000000000001";
const SERVICE = "https://api.loganalytics.example.test";

test.each<[HttpMethods, string, boolean]>([
  ["POST", `${SERVICE}/v1/workspaces/${WORKSPACE}/query`, true],
  ["POST", `${SERVICE}/v1/workspaces/${WORKSPACE}/query/../purge`, false],
  ["POST", `${SERVICE}/v1/workspaces/88888888-0000-0000-0000-000000000001/query`, false],
  ["POST", `${ARM}/v1/workspaces/${WORKSPACE}/query`, false],
  ["DELETE", `${SERVICE}/v1/workspaces/${WORKSPACE}/query`, false],
])("whether %s to %s is sent to Log Analytics: %s", async (method, url, isSent) => {
  const sent: string[] = [];
  const policy = queryOnlyPolicy(SERVICE, WORKSPACE);
  const send = policy.sendRequest(createPipelineRequest({ method, url }), async (request) => {
    sent.push(request.url);
    return { request, status: 200, headers: createHttpHeaders() };
  });
  const result = await send.then(
    () => true,
    () => false,
  );
  expect([result, sent.length]).toEqual([isSent, isSent ? 1 : 0]);
});
