import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Correlator } from "../../src/correlate/correlator.ts";
import { DAY, HOUR, MINUTE } from "../../src/domain/instant.ts";
import type { Instant } from "../../src/domain/instant.ts";
import { trailRow } from "../../src/domain/trail-row.ts";
import type { TrailRow } from "../../src/domain/trail-row.ts";
import { LiveTenant } from "../../src/sandbox/live-tenant.ts";
import { REVEALING_WEEK, historyOf } from "../../src/sandbox/profiles.ts";
import type { TenantProfile } from "../../src/sandbox/profiles.ts";
import { AZURE_DELAYS } from "../../src/sandbox/simulation.ts";
import type { WireRow } from "../../src/sandbox/wire-row.ts";
import { eventsOf } from "../correlate/tenant-feed.ts";
import { differences } from "./trail-truth.ts";

const NOON = Date.UTC(2026, 10, 23, 12);
const DEMO: TenantProfile = { kind: "demo" };
const TINY: TenantProfile = {
  kind: "generated",
  size: "tiny",
  traps: { overlap: 0.5, rival: 0.5 },
};

function tenantAt(seed: number, profile = DEMO): LiveTenant {
  return new LiveTenant({
    profile,
    seed,
    start: NOON - historyOf(profile),
    delays: AZURE_DELAYS,
  });
}

/** All rows that can be read at that moment, oldest first. */
function rowsOf(tenant: LiveTenant, now: Instant): WireRow[] {
  return tenant.model.subscriptions
    .flatMap((subscription) => {
      const all = { from: "2026", to: "2027", narrowing: null, before: null, limit: 1_000_000 };
      return tenant.log.page({ ...all, subscription }, now).rows;
    })
    .toReversed();
}

/** The trail of what can be read at that moment. */
function trailAt(tenant: LiveTenant, now: Instant): TrailRow[] {
  const correlator = new Correlator();
  correlator.add(eventsOf(rowsOf(tenant, now)));
  return correlator.trail({ asOf: now, isWorkingTime: null }).openings.map(trailRow);
}

/** Asks for port 22 of the tenant's first machine, as its first person. */
function ask(tenant: LiveTenant, now: Instant): void {
  const [person] = tenant.model.people;
  const [vm] = tenant.model.vms;
  if (person === undefined || vm === undefined) {
    throw new Error("The tenant is empty.");
  }
  const [port = 0] = vm.ports;
  tenant.requestAccess(
    {
      person,
      address: "203.0.113.200",
      policy: vm.policy,
      targets: [{ vm, ports: [{ port, sources: ["203.0.113.200"], end: now + HOUR }] }],
      justification: "from outside",
      denied: false,
    },
    now,
  );
}

test("What happens does not depend on when, or how often, somebody looks.", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.constantFrom(DEMO, TINY),
      fc.array(fc.integer({ min: 0, max: DAY }), { maxLength: 40 }),
      fc.option(fc.integer({ min: 0, max: DAY }), { nil: null }),
      (seed, profile, looks, asked) => {
        const [once, often] = [tenantAt(seed, profile), tenantAt(seed, profile)];
        const end = NOON + DAY;
        if (asked !== null) {
          ask(once, NOON + asked);
        }
        once.advance(end);
        let isAsked = false;
        for (const look of looks.toSorted((a, b) => a - b)) {
          if (asked !== null && asked <= look && !isAsked) {
            isAsked = true;
            ask(often, NOON + asked);
          }
          often.advance(NOON + look);
          rowsOf(often, NOON + look);
        }
        if (asked !== null && !isAsked) {
          ask(often, NOON + asked);
        }
        often.advance(end);
        expect(JSON.stringify(rowsOf(often, end))).toBe(JSON.stringify(rowsOf(once, end)));
        expect(often.truth()).toEqual(once.truth());
      },
    ),
    { numRuns: 30 },
  );
});

test("Who asks from outside changes nothing else that happens in the demo.", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: DAY }), (seed, after) => {
      const [alone, visited] = [tenantAt(seed), tenantAt(seed)];
      ask(visited, NOON + after);
      const end = NOON + DAY + HOUR;
      alone.advance(end);
      visited.advance(end);
      const own = ({ person, at }: { person: { name: string }; at: Instant }) =>
        `${person.name} ${at}`;
      const others = visited.truth().requests.filter(({ at }) => at !== NOON + after);
      expect(others.map(own)).toEqual(alone.truth().requests.map(own));
      expect(visited.truth().requests).toHaveLength(others.length + 1);
    }),
    { numRuns: 15 },
  );
});

test("A clock that goes back brings nothing back.", () => {
  const tenant = tenantAt(1);
  tenant.advance(NOON);
  const before = tenant.truth();
  tenant.advance(NOON - DAY);
  expect(tenant.truth()).toEqual(before);
});

describe("the demo, whatever its seed", () => {
  const SEEDS = Array.from({ length: 12 }, (_, seed) => seed * 7919);

  test.each(SEEDS)("has a good answer about vm-x at once (seed %i)", (seed) => {
    const tenant = tenantAt(seed);
    tenant.advance(NOON);
    const onVmX = trailAt(tenant, NOON).filter(
      ({ vmName, port, closedAt }) => vmName === "vm-x" && port === "3389" && closedAt === null,
    );
    expect(onVmX).toMatchObject([{ actor: "alice@contoso.com", verdict: "certain" }]);
    expect(onVmX[0]?.justification).toMatch(/\w/);
    const openedAt = Date.parse(onVmX[0]?.openedAt ?? "");
    expect(openedAt).toBeGreaterThan(NOON - HOUR);
  });

  test.each(SEEDS)("shows each kind of thing in its last hours (seed %i)", (seed) => {
    const tenant = tenantAt(seed);
    tenant.advance(NOON);
    const recent = trailAt(tenant, NOON).filter(
      ({ openedAt }) => Date.parse(openedAt) > NOON - 10 * HOUR,
    );
    const findings = new Set(recent.flatMap((row) => row.findings));
    expect(recent.map(({ verdict }) => verdict)).toContain("ambiguous");
    expect(findings).toContain("any-source");
    expect(findings).toContain("open-past-end");
    const denied = tenant.truth().requests.filter((one) => one.denied && one.at > NOON - DAY);
    expect(denied.map(({ person }) => person.name)).toContain("carol@contoso.com");
  });

  test.each(SEEDS)("goes on with something new every 20 to 40 minutes (seed %i)", (seed) => {
    const tenant = tenantAt(seed);
    tenant.advance(NOON + DAY);
    const { requests, openings } = tenant.truth();
    const direct = openings.filter(({ kind }) => kind === "direct");
    const times = [...requests.map(({ at }) => at), ...direct.map(({ openedAt }) => openedAt)]
      .filter((at) => at >= NOON)
      .sort((a, b) => a - b);
    const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(times[0]).toBe(NOON + MINUTE);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(40 * MINUTE);
    // Rivals ask within seconds of each other: that is one thing.
    const apart = pauses.filter((pause) => pause > MINUTE);
    expect(Math.min(...apart)).toBeGreaterThanOrEqual(19 * MINUTE);
    expect(apart.length).toBeLessThan(pauses.length);
  });

  test.each(SEEDS)("has a log whose trail is the truth, week after week (seed %i)", (seed) => {
    const tenant = tenantAt(seed);
    const end = NOON + 7 * DAY;
    ask(tenant, NOON + DAY + 1);
    tenant.advance(end);
    const told = trailAt(tenant, end + DAY);
    expect(told.length).toBeGreaterThan(200);
    const since = NOON - historyOf(DEMO) + 10 * MINUTE;
    expect(differences(told, tenant.truth(), since)).toEqual([]);
  });
});

test("A week that hides nothing has a log whose trail is the truth.", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const tenant = tenantAt(seed, REVEALING_WEEK);
      const end = NOON + 8 * DAY;
      tenant.advance(end);
      const told = trailAt(tenant, end);
      expect(told.length).toBeGreaterThan(100);
      expect(differences(told, tenant.truth(), NOON + 10 * MINUTE)).toEqual([]);
    }),
    { numRuns: 15 },
  );
});

test("A difference between trail and truth is told, whatever it is.", () => {
  const tenant = tenantAt(3);
  tenant.advance(NOON);
  const truth = tenant.truth();
  const told = trailAt(tenant, NOON + HOUR);
  const since = NOON - historyOf(DEMO) + 10 * MINUTE;
  const spoil = (change: (row: TrailRow) => Partial<TrailRow>): string[] => {
    const index = told.findIndex(({ vmName, closedAt }) => vmName === "vm-x" && closedAt === null);
    const spoilt = told.map((row, at) => (at === index ? { ...row, ...change(row) } : row));
    return differences(spoilt, truth, since);
  };
  expect(spoil(() => ({}))).toEqual([]);
  expect(spoil(() => ({ actor: "bob@contoso.com" }))).toHaveLength(1);
  expect(spoil(() => ({ closedAt: "2026-11-23T11:59:00.000Z" }))).toHaveLength(1);
  expect(spoil(() => ({ kind: "direct" }))).toHaveLength(1);
  expect(spoil(() => ({ vm: null }))).toHaveLength(1);
  expect(spoil(() => ({ promisedEnd: null }))).toHaveLength(1);
  expect(spoil(() => ({ openedAt: "2026-11-23T11:59:00.000Z" }))).toHaveLength(2);
  expect(spoil(() => ({ sources: ["192.0.2.250"] }))).toHaveLength(2);
  expect(differences(told.slice(1), truth, since)).toHaveLength(1);
});
