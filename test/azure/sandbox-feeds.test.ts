import { describe, expect, onTestFinished, test } from "vitest";
import { ActivityLogBackfill } from "../../src/azure/activity-log-backfill.ts";
import { ActivityLogFeed } from "../../src/azure/activity-log-feed.ts";
import { ArmReader } from "../../src/azure/arm-reader.ts";
import { connectAzure } from "../../src/azure/azure-connection.ts";
import type { AzureConnection } from "../../src/azure/azure-connection.ts";
import { LiveFeed } from "../../src/azure/live-feed.ts";
import { AzureLiveState } from "../../src/azure/live-state.ts";
import { MonitorLogReader } from "../../src/azure/monitor-log-reader.ts";
import { Secret } from "../../src/config/secret.ts";
import { Correlator } from "../../src/correlate/correlator.ts";
import type { FeedPage } from "../../src/domain/feed.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/domain/instant.ts";
import type { Duration } from "../../src/domain/instant.ts";
import { parseResourceId } from "../../src/domain/resource-id.ts";
import { trailRow } from "../../src/domain/trail-row.ts";
import { historyOf, REVEALING_WEEK } from "../../src/sandbox/profiles.ts";
import { startSandbox } from "../../src/sandbox/http/start-sandbox.ts";
import type { Sandbox, SandboxOptions } from "../../src/sandbox/http/start-sandbox.ts";
import { SYSTEM_CLOCK } from "../../src/system-clock.ts";
import { differences } from "../sandbox/trail-truth.ts";
import { LeapClock } from "./leap-clock.ts";
import { allPages, eventIds, lastCursor, logParts, SCHEDULE, START } from "./log-feed.ts";

interface Running {
  readonly sandbox: Sandbox;
  readonly azure: AzureConnection;
  readonly first: string;
  /** A clock for a feed, which the sandbox lives by while it is the newest. */
  readonly clockFor: (time: Duration) => LeapClock;
}

/** A sandbox that stops with the test, and the sign-in of the program to it. */
async function running(options: Partial<SandboxOptions> = {}): Promise<Running> {
  let clock = new LeapClock(START);
  const sandbox = await startSandbox({
    seed: 7,
    tokenLifetime: Number.POSITIVE_INFINITY,
    ...options,
    clock: {
      now: () => clock.now(),
      sleep: async (duration, signal) => clock.sleep(duration, signal),
    },
  });
  onTestFinished(async () => {
    await sandbox.stop();
  });
  return {
    sandbox,
    azure: connectionTo(sandbox),
    first: sandbox.subscriptions[0] ?? "",
    clockFor: (time) => {
      clock = new LeapClock(clock.now(), clock.now() + time);
      return clock;
    },
  };
}

function connectionTo(sandbox: Sandbox, secret = sandbox.clientSecret): AzureConnection {
  return connectAzure(
    {
      cloud: {
        authorityHost: sandbox.authority,
        resourceManager: sandbox.resourceManager,
        audience: sandbox.resourceManager,
      },
      tenantId: sandbox.tenantId,
      credential: {
        kind: "client-secret",
        clientId: sandbox.clientId,
        clientSecret: new Secret(secret),
      },
      ca: sandbox.ca,
      setting: "azure.tenants[0]",
    },
    SYSTEM_CLOCK,
  );
}

function partsOf(azure: AzureConnection, id: string, clock: LeapClock) {
  return logParts(new MonitorLogReader(id, azure, clock), clock, {
    purpose: {
      what: "the Activity Log",
      action: "Microsoft.Insights/eventtypes/management/values/read",
      azureSubscription: id,
      setting: azure.setting,
    },
    wall: SYSTEM_CLOCK,
  });
}

function feedOf(azure: AzureConnection, id: string, clock: LeapClock): ActivityLogFeed {
  return new ActivityLogFeed(partsOf(azure, id, clock), SCHEDULE);
}

function liveFeedOf(azure: AzureConnection, id: string, clock: LeapClock): LiveFeed {
  const reader = new ArmReader(azure, clock);
  return new LiveFeed({ ...partsOf(azure, id, clock), reader, azureSubscription: id });
}

function trailOf(pages: readonly FeedPage[], asOf: number) {
  const correlator = new Correlator();
  correlator.add(pages.flatMap(({ events }) => events.map(({ event }) => event)));
  return correlator.trail({ asOf, isWorkingTime: null }).openings.map(trailRow);
}

describe("the Activity Log of the sandbox", () => {
  test("backfill and live feed, stopped again and again, tell all that happened", async () => {
    const { sandbox, azure, first, clockFor } = await running({ pageSizes: { rows: 50 } });
    const pages: FeedPage[] = [];
    let cursor: string | null = null;
    for (const [time, away] of [
      [5 * MINUTE, 3 * HOUR],
      [40 * MINUTE, 30 * HOUR],
      [2 * HOUR, 0],
    ] as const) {
      const clock = clockFor(time);
      const told = await allPages(feedOf(azure, first, clock), clock.signal, cursor);
      cursor = lastCursor(told) ?? cursor;
      pages.push(...told);
      clock.advance(away);
    }
    const clock = clockFor(Number.POSITIVE_INFINITY);
    const backfill = new ActivityLogBackfill(partsOf(azure, first, clock), 90 * DAY);
    pages.push(...(await allPages(backfill, clock.signal)));
    // What happened in the last minutes is not readable yet.
    const settled = clock.now() - HOUR;
    const truth = sandbox.truth();
    const ids = new Set(eventIds(pages));
    const owed = truth.openings
      .filter(({ nsg, openedAt }) => nsg.includes(first) && openedAt < settled)
      .flatMap(({ writeRows }) => writeRows);
    expect(owed.length).toBeGreaterThan(100);
    expect(owed.filter((id) => !ids.has(id))).toEqual([]);
    expect(
      new Set(sandbox.requestsSeen().map(({ method, path }) => `${method} ${path.slice(0, 15)}`)),
    ).toEqual(
      new Set([
        "GET /subscriptions/",
        "GET " + `/${sandbox.tenantId}`.slice(0, 15),
        "POST " + `/${sandbox.tenantId}`.slice(0, 15),
      ]),
    );
  });

  test("a week that is read live has the trail of the truth", async () => {
    const { sandbox, azure, clockFor } = await running({ profile: REVEALING_WEEK });
    const pages: FeedPage[] = [];
    const clock = clockFor(8 * DAY);
    // One clock for both: each feed's minutes pass for the other, too.
    const schedule = { poll: HOUR, overlap: 30 * MINUTE, sweep: 4 * HOUR };
    await Promise.all(
      sandbox.subscriptions.map(async (id) => {
        const feed = new ActivityLogFeed(partsOf(azure, id, clock), schedule);
        pages.push(...(await allPages(feed, clock.signal)));
      }),
    );
    const told = trailOf(pages, clock.now());
    expect(told.length).toBeGreaterThan(100);
    expect(differences(told, sandbox.truth(), START + 10 * MINUTE)).toEqual([]);
  });
});

describe("what the sandbox does not let the feed do", () => {
  test("a refused permission is named, and reading goes on when it is granted", async () => {
    const { sandbox, azure, first, clockFor } = await running();
    const grant = sandbox.refuse("Microsoft.Insights/eventtypes/management/values/read");
    const refusedTime = clockFor(10 * MINUTE);
    const feed = feedOf(azure, first, refusedTime);
    expect(await allPages(feed, refusedTime.signal)).toEqual([]);
    expect(feed.health().problem).toBe(
      `Doorbell may not read the Activity Log (HTTP 403, AuthorizationFailed): its identity lacks Microsoft.Insights/eventtypes/management/values/read at /subscriptions/${first}; the role Reader has it.`,
    );
    grant();
    const clock = clockFor(10 * MINUTE);
    const again = feedOf(azure, first, clock);
    expect(eventIds(await allPages(again, clock.signal)).length).toBeGreaterThan(0);
    expect(again.health().problem).toBe(null);
  });

  test.each([
    ["a wrong secret", "wrong", "azure.tenants[0].credential.client-secret is wrong"],
    ["a subscription of nobody", null, "There is no Azure subscription 99999999-"],
  ])("%s is told", async (_, secret, words) => {
    const { sandbox, first, clockFor } = await running();
    const azure = connectionTo(sandbox, secret ?? sandbox.clientSecret);
    const id = secret === null ? first.replace(/^[^-]+/, "99999999") : first;
    const clock = clockFor(MINUTE);
    const feed = feedOf(azure, id, clock);
    await allPages(feed, clock.signal);
    expect(feed.health().problem).toContain(words);
  });

  test.each([
    ["a service that fails", { kind: "status", status: 500 }, "HTTP 500"],
    ["a connection that is closed", { kind: "close" }, "(ECONNRESET)"],
    ["an answer that is cut off", { kind: "cut-off" }, "Reading the Activity Log failed: "],
    ["half an answer", { kind: "half-json" }, "is not an answer of Azure"],
    ["a proxy", { kind: "html" }, "is not an answer of Azure"],
  ] as const)("%s is told and passes", async (_, fault, words) => {
    const { sandbox, azure, first, clockFor } = await running();
    sandbox.inject({ fault, path: /management\/values/, times: 4 });
    const clock = clockFor(10 * MINUTE);
    const feed = feedOf(azure, first, clock);
    const problems = new Set<string>();
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async (duration, signal) => {
      problems.add(feed.health().problem ?? "");
      await sleep(duration, signal);
    };
    expect(eventIds(await allPages(feed, clock.signal)).length).toBeGreaterThan(0);
    expect([...problems].join("\n")).toContain(words);
    expect(feed.health().problem).toBe(null);
  });

  test("one Azure subscription that never answers holds up no other", async () => {
    const { sandbox, azure, first, clockFor } = await running({ profile: REVEALING_WEEK });
    sandbox.inject({ fault: { kind: "stall" }, path: new RegExp(first, "i") });
    const second = sandbox.subscriptions[1] ?? "";
    const clock = clockFor(8 * HOUR);
    const [stuck, well] = [feedOf(azure, first, clock), feedOf(azure, second, clock)];
    const [none, some] = await Promise.all([
      allPages(stuck, clock.signal),
      allPages(well, clock.signal),
    ]);
    expect(none).toEqual([]);
    expect(eventIds(some).length).toBeGreaterThan(10);
  });

  test("a small allowance of reads is kept to, and nothing is lost", async () => {
    const { sandbox, azure, first, clockFor } = await running({
      readLimit: { size: 12, perSecond: 0.1 },
    });
    const clock = clockFor(6 * HOUR);
    const feed = feedOf(azure, first, clock);
    const pages = await allPages(feed, clock.signal);
    const throttled = sandbox.requestsSeen().filter(({ status }) => status === 429).length;
    const ids = new Set(eventIds(pages));
    const owed = sandbox
      .truth()
      .openings.filter(
        ({ openedAt }) => openedAt > START - DAY && openedAt < clock.now() - 2 * HOUR,
      )
      .flatMap(({ nsg, writeRows }) => (nsg.includes(first) ? writeRows : []));
    expect(owed.filter((id) => !ids.has(id))).toEqual([]);
    expect(throttled).toBeLessThan(sandbox.requestsSeen().length / 20);
  });
});

describe("the resources of the sandbox", () => {
  test("NSGs, policies and VMs show themselves, and then only what changes", async () => {
    const { sandbox, azure, first, clockFor } = await running({ pageSizes: { resources: 3 } });
    const clock = clockFor(MINUTE);
    const feed = liveFeedOf(azure, first, clock);
    const pages = await allPages(feed, clock.signal);
    const sightings = pages.flatMap((page) => page.sightings);
    const vms = sandbox.model.vms.filter(({ subscriptionId }) => subscriptionId === first);
    const seen = (kind: string) =>
      new Set(
        sightings.flatMap(({ detail, resource }) => (detail.kind === kind ? [resource.key] : [])),
      );
    expect(feed.health().problem).toBe(null);
    expect(pages.flatMap(({ quarantined }) => quarantined)).toEqual([]);
    expect(seen("vm-addresses")).toEqual(new Set(vms.map(({ id }) => id.toLowerCase())));
    expect(seen("nsg-rules")).toEqual(
      new Set(vms.flatMap(({ guards }) => guards.map(({ id }) => id.toLowerCase()))),
    );
    const requests = sightings.flatMap(({ detail }) =>
      detail.kind === "policy-requests" ? detail.requests : [],
    );
    expect(requests.some(({ requestor }) => requestor === "alice@contoso.com")).toBe(true);

    const later = clockFor(3 * HOUR);
    const changed = await allPages(
      liveFeedOf(azure, first, later),
      later.signal,
      lastCursor(pages),
    );
    const kinds = new Set(
      changed.flatMap((page) => page.sightings.map(({ detail }) => detail.kind)),
    );
    expect(kinds).toEqual(new Set(["nsg-rules", "policy-requests"]));
  });

  test("whether a rule stands right now is what the truth says", async () => {
    const { sandbox, azure, first, clockFor } = await running();
    const clock = clockFor(DAY);
    const live = new AzureLiveState(
      new Map([[first, { ...partsOf(azure, first, clock), reader: new ArmReader(azure, clock) }]]),
      partsOf(azure, first, clock).rules,
    );
    const { openings } = sandbox.truth();
    const open = openings.findLast(({ closedAt, kind }) => closedAt === null && kind === "jit");
    const closed = openings.findLast(({ closedAt, kind }) => closedAt !== null && kind === "jit");
    for (const [opening, stands] of [
      [open, true],
      [closed, false],
    ] as const) {
      const nsg = parseResourceId(opening?.nsg ?? "");
      const state = nsg === null ? null : await live.nsg(nsg, 10 * SECOND);
      const names = state?.kind === "rules" ? state.rules.map(({ name }) => name) : null;
      expect(names?.includes(opening?.rule ?? "")).toBe(stands);
    }
    const gone = parseResourceId((open?.nsg ?? "").replace(/[^/]+$/, "nsg-of-nobody"));
    expect(gone === null ? null : await live.nsg(gone, 10 * SECOND)).toMatchObject({
      kind: "absent",
    });
  });

  test("the history that the demo has behind it lies within the backfill", () => {
    expect(historyOf({ kind: "demo" })).toBeLessThan(90 * DAY);
  });
});
