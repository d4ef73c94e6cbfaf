import { describe, expect, onTestFinished, test } from "vitest";
import { ActivityLogBackfill } from "../../src/azure/activity-log-backfill.ts";
import { connectAzure } from "../../src/azure/azure-connection.ts";
import type { AzureConnection } from "../../src/azure/azure-connection.ts";
import { LogAnalyticsBackfill } from "../../src/azure/log-analytics-backfill.ts";
import type { TableReach } from "../../src/azure/log-analytics-backfill.ts";
import { LogAnalyticsReader, tablePurpose } from "../../src/azure/log-analytics-reader.ts";
import { logPurpose, MonitorLogReader } from "../../src/azure/monitor-log-reader.ts";
import { Secret } from "../../src/config/secret.ts";
import { Correlator } from "../../src/correlate/correlator.ts";
import type { FeedPage } from "../../src/domain/feed.ts";
import { DAY, MINUTE } from "../../src/domain/instant.ts";
import { trailRow } from "../../src/domain/trail-row.ts";
import { REVEALING_WEEK } from "../../src/sandbox/profiles.ts";
import { QUERY_ACTION } from "../../src/sandbox/http/log-analytics-api.ts";
import { startSandbox } from "../../src/sandbox/http/start-sandbox.ts";
import type { Sandbox, SandboxOptions } from "../../src/sandbox/http/start-sandbox.ts";
import { SYSTEM_CLOCK } from "../../src/system-clock.ts";
import { differences } from "../sandbox/trail-truth.ts";
import { tableParts } from "./fake-table.ts";
import { LeapClock } from "./leap-clock.ts";
import { allPages, eventIds, logParts, START } from "./log-feed.ts";

const YEAR: TableReach = { back: 365 * DAY, recent: 90 * DAY };

interface Watched {
  readonly sandbox: Sandbox;
  readonly clock: LeapClock;
}

/** A sandbox with a week of so many days ago, which stops with the test. */
async function weekAgo(days: number, options: Partial<SandboxOptions> = {}): Promise<Watched> {
  const clock = new LeapClock(START);
  const sandbox = await startSandbox({
    seed: 7,
    profile: REVEALING_WEEK,
    start: START - days * DAY,
    tokenLifetime: Number.POSITIVE_INFINITY,
    workspaceKeeps: 400 * DAY,
    ...options,
    clock,
  });
  onTestFinished(async () => {
    await sandbox.stop();
  });
  return { sandbox, clock };
}

function connectionTo(sandbox: Sandbox): AzureConnection {
  const address = sandbox.resourceManager;
  return connectAzure(
    {
      cloud: { authorityHost: sandbox.authority, resourceManager: address, audience: address },
      tenantId: sandbox.tenantId,
      credential: {
        kind: "client-secret",
        clientId: sandbox.clientId,
        clientSecret: new Secret(sandbox.clientSecret),
      },
      ca: sandbox.ca,
      setting: "azure.tenants[0]",
    },
    SYSTEM_CLOCK,
  );
}

/** A feed for each Azure subscription, through the library and over HTTPS. */
function feeds(
  { sandbox, clock }: Watched,
  reach = YEAR,
  workspace = sandbox.workspace,
): readonly LogAnalyticsBackfill[] {
  const table = new LogAnalyticsReader(workspace, connectionTo(sandbox), clock);
  const shared = tableParts(table, clock, { wall: SYSTEM_CLOCK });
  return sandbox.subscriptions.map((id) => {
    const purpose = tablePurpose(workspace, id, "azure.tenants[0]");
    return new LogAnalyticsBackfill({ ...shared, purpose }, reach);
  });
}

async function pagesOf(
  sources: readonly (LogAnalyticsBackfill | ActivityLogBackfill)[],
  { clock }: Watched,
): Promise<FeedPage[]> {
  const pages = await Promise.all(sources.map(async (one) => allPages(one, clock.signal)));
  return pages.flat();
}

/** The rows of all writes that opened something, in one Azure subscription or all. */
function owed({ sandbox }: Watched, subscription = ""): readonly string[] {
  return sandbox
    .truth()
    .openings.flatMap(({ nsg, writeRows }) => (nsg.includes(subscription) ? writeRows : []));
}

function correlated(pages: readonly FeedPage[]): Correlator {
  const correlator = new Correlator();
  correlator.add(pages.flatMap(({ events }) => events.map(({ event }) => event)));
  return correlator;
}

function trailOf(pages: readonly FeedPage[], asOf: number) {
  return correlated(pages).trail({ asOf, isWorkingTime: null }).openings.map(trailRow);
}

describe("a week of months ago, which only a workspace still holds", () => {
  test("has the trail of the truth, from few queries and nothing else", async () => {
    const watched = await weekAgo(150);
    const pages = await pagesOf(feeds(watched), watched);
    const told = trailOf(pages, START);
    expect(told.length).toBeGreaterThan(100);
    const since = START - 150 * DAY + 10 * MINUTE;
    expect(differences(told, watched.sandbox.truth(), since)).toEqual([]);
    expect(pages.flatMap(({ quarantined }) => quarantined)).toEqual([]);
    const sent = watched.sandbox
      .requestsSeen()
      .filter(({ path }) => !path.startsWith(`/${watched.sandbox.tenantId}`))
      .map(({ method, path, status }) => `${method} ${path} ${status}`);
    expect(new Set(sent)).toEqual(
      new Set([`POST /v1/workspaces/${watched.sandbox.workspace}/query 200`]),
    );
    expect(sent.length).toBeLessThan(10);
  });

  test.each([
    ["rows", { rows: 60 }],
    ["bytes", { bytes: 150_000 }],
  ])("comes whole where an answer holds few %s", async (_, answerLimits) => {
    const watched = await weekAgo(150, { answerLimits });
    const sources = feeds(watched);
    const pages = await pagesOf(sources, watched);
    const ids = new Set(eventIds(pages));
    expect(owed(watched).length).toBeGreaterThan(100);
    expect(owed(watched).filter((id) => !ids.has(id))).toEqual([]);
    expect(pages.length).toBeGreaterThan(20);
    expect(sources.map((feed) => feed.health().problem)).toEqual([null, null]);
  });

  test("comes whole when the program is killed after every page", async () => {
    const watched = await weekAgo(150, { answerLimits: { rows: 60 } });
    const ids = new Set<string>();
    const [first] = watched.sandbox.subscriptions;
    let cursor: string | null = null;
    for (let isOver = false; !isOver;) {
      isOver = true;
      const [feed] = feeds(watched);
      for await (const page of feed?.pages(cursor, watched.clock.signal) ?? []) {
        eventIds([page]).forEach((id) => ids.add(id));
        cursor = page.cursor ?? cursor;
        isOver = false;
        break;
      }
    }
    const rows = owed(watched, first);
    expect(rows.length).toBeGreaterThan(50);
    expect(rows.filter((id) => !ids.has(id))).toEqual([]);
  });
});

test("the same tenant in the Activity Log and in a workspace is the same trail, counted once", async () => {
  const watched = await weekAgo(40);
  const { sandbox, clock } = watched;
  const fromTable = await pagesOf(feeds(watched, { back: 60 * DAY, recent: 0 }), watched);
  const fromLog = await pagesOf(
    sandbox.subscriptions.map((id) => {
      const azure = connectionTo(sandbox);
      const purpose = logPurpose(id, azure.setting);
      const reader = new MonitorLogReader(id, azure, clock);
      return new ActivityLogBackfill(
        logParts(reader, clock, { purpose, wall: SYSTEM_CLOCK }),
        60 * DAY,
      );
    }),
    watched,
  );
  // The table writes the IDs of resources in lower case.
  const told = (pages: readonly FeedPage[]): string[] =>
    trailOf(pages, START).map((row) => JSON.stringify(row).toLowerCase());
  expect(told(fromTable)).toEqual(told(fromLog));
  expect(told([...fromTable, ...fromLog])).toEqual(told(fromLog));
  expect(correlated([...fromTable, ...fromLog]).size).toBe(correlated(fromLog).size);
  expect(correlated(fromTable).size).toBe(correlated(fromLog).size);
});

describe("what the query service does not let the feed do", () => {
  test("a refused permission is named, with the role", async () => {
    const watched = await weekAgo(150);
    const grant = watched.sandbox.refuse(QUERY_ACTION);
    const [feed] = feeds(watched);
    const problems = new Set<string | null>();
    const sleep = watched.clock.sleep.bind(watched.clock);
    watched.clock.sleep = async (duration, signal) => {
      problems.add(feed?.health().problem ?? null);
      if (problems.size > 1) {
        grant();
      }
      await sleep(duration, signal);
    };
    const pages = await pagesOf(feed === undefined ? [] : [feed], watched);
    expect(eventIds(pages).length).toBeGreaterThan(50);
    expect(problems).toContain(
      `Doorbell may not query the Log Analytics workspace ${watched.sandbox.workspace} (HTTP 403, InsufficientAccessError): its identity lacks Microsoft.OperationalInsights/workspaces/query/AzureActivity/read there; the roles Log Analytics Reader and Log Analytics Data Reader have it.`,
    );
  });

  test("a workspace of nobody is told", async () => {
    const watched = await weekAgo(150);
    const stop = new AbortController();
    const [feed] = feeds(watched, YEAR, "99999999-0000-0000-0000-000000000000");
    const sleep = watched.clock.sleep.bind(watched.clock);
    watched.clock.sleep = async (duration, signal) => {
      if (feed?.health().problem !== null) {
        stop.abort();
      }
      await sleep(duration, signal);
    };
    await allPages(feed ?? fail(), stop.signal);
    expect(feed?.health().problem).toContain(
      "There is no Log Analytics workspace 99999999-0000-0000-0000-000000000000 for this identity (HTTP 404, WorkspaceNotFoundError): check azure.tenants[0].log-analytics.workspace",
    );
  });

  test.each([
    ["throttling", { kind: "status", status: 429, retryAfter: 90 }, "Azure asks for fewer calls"],
    ["a service that fails", { kind: "status", status: 504 }, "HTTP 504"],
    ["a connection that is closed", { kind: "close" }, "(ECONNRESET)"],
    ["half an answer", { kind: "half-json" }, "is not an answer of Azure"],
    ["a proxy", { kind: "html" }, "is not an answer of Azure"],
  ] as const)("%s is told and passes", async (_, fault, words) => {
    const watched = await weekAgo(150);
    watched.sandbox.inject({ fault, path: /\/query$/, times: 4 });
    const [feed] = feeds(watched);
    const problems = new Set<string>();
    const sleep = watched.clock.sleep.bind(watched.clock);
    watched.clock.sleep = async (duration, signal) => {
      problems.add(feed?.health().problem ?? "");
      await sleep(duration, signal);
    };
    const pages = await pagesOf(feed === undefined ? [] : [feed], watched);
    expect(eventIds(pages).length).toBeGreaterThan(50);
    expect([...problems].join("\n")).toContain(words);
    expect(feed?.health().problem).toBe(null);
    const asked = fault.kind === "status" && fault.status === 429 ? 90_000 : 0;
    expect(watched.clock.slept.filter((length) => length >= asked).length).toBeGreaterThan(3);
  });
});

function fail(): never {
  throw new Error("The sandbox has no Azure subscription.");
}
