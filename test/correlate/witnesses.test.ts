import { readFile } from "node:fs/promises";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { array, unknown } from "zod";
import { Correlator } from "../../src/correlate/correlator.ts";
import type { ActivityEvent } from "../../src/domain/activity-event.ts";
import { MINUTE } from "../../src/domain/instant.ts";
import type { Opening } from "../../src/domain/opening.ts";
import { parseResourceId } from "../../src/domain/resource-id.ts";
import type { ResourceId } from "../../src/domain/resource-id.ts";
import type { SecurityRule } from "../../src/domain/security-rule.ts";
import type { PolicyRequestPort, Sighting, SightingDetail } from "../../src/domain/sighting.ts";
import type { Trail } from "../../src/domain/trail.ts";
import { eventsOf, newestOf, tenantOf } from "./tenant-feed.ts";

const EXPORT = new URL("../fixtures/alice-opens-rdp/azure.json", import.meta.url);
const ROWS = array(unknown()).parse(JSON.parse(await readFile(EXPORT, "utf8")));
const EVENTS = eventsOf(ROWS);
/** Alice's request of 14:07 and the NSG write that followed, as the whole log tells them. */
const LOGGED = rdpOpening(trailOf(EVENTS));
const { nsg: NSG, rule: RULE, vm: VM } = LOGGED;
const POLICY = idOf(
  `${(VM ?? NSG).text.split("/providers/")[0]}/providers/Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies/default`,
);

function idOf(text: string): ResourceId {
  const id = parseResourceId(text);
  if (id === null) {
    throw new Error(`not a resource ID: ${text}`);
  }
  return id;
}

function at(time: string): number {
  return Date.parse(`2026-11-23T${time}Z`);
}

function sighting(time: string, resource: ResourceId, detail: SightingDetail): Sighting {
  return { id: `sighting:${time} ${resource.key}`, at: at(time), resource, detail };
}

function nsgShows(time: string, ...rules: readonly SecurityRule[]): Sighting {
  return sighting(time, NSG, { kind: "nsg-rules", ruleSet: { completeness: "complete", rules } });
}

function policyRemembers(
  time: string,
  change: { readonly requestor?: string; readonly port?: Partial<PolicyRequestPort> } = {},
): Sighting {
  const port: PolicyRequestPort = {
    port: { from: 3389, to: 3389 },
    sources: ["203.0.113.7"],
    endTime: at("17:07:12"),
    status: "initiated",
    statusReason: "user-requested",
    mappedPort: null,
    ...change.port,
  };
  return sighting(time, POLICY, {
    kind: "policy-requests",
    requests: [
      {
        requestor: change.requestor ?? "alice@contoso.com",
        startTime: at("14:07:14"),
        justification: "INC-4411: disk full on vm-x",
        virtualMachines: VM === null ? [] : [{ vm: VM, ports: [port] }],
      },
    ],
  });
}

function trailOf(
  events: readonly ActivityEvent[],
  sightings: readonly Sighting[] = [],
  asOf = Math.max(newestOf(events), ...sightings.map((one) => one.at)),
): Trail {
  const correlator = new Correlator();
  correlator.add(events);
  correlator.addSightings(sightings);
  return correlator.trail({ asOf, isWorkingTime: null });
}

function rdpOpening(trail: Trail): Opening {
  const found = trail.openings.filter(({ vmName, kind }) => vmName === "vm-x" && kind === "jit");
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new Error(`${found.length} JIT openings of vm-x`);
  }
  return only;
}

function codes(opening: Opening): string[] {
  return opening.findings.map(({ code }) => code);
}

/** The log without what it tells of the NSG after an instant, such as rows that have not arrived. */
function withoutWrites(after: string): ActivityEvent[] {
  return EVENTS.filter(({ resource, at: time }) => resource.key !== NSG.key || time < at(after));
}

describe("the NSG itself as a witness", () => {
  test("shows a rule whose write has not arrived: the request stands behind it, unproven", () => {
    const opening = rdpOpening(
      trailOf(withoutWrites("14:07:30"), [nsgShows("14:05:00"), nsgShows("14:20:00", RULE)]),
    );
    expect(opening).toMatchObject({
      id: LOGGED.id,
      openedAt: at("14:20:00"),
      openedAtExact: false,
      sightedAt: at("14:20:00"),
      promisedEnd: LOGGED.promisedEnd,
      attribution: { verdict: "likely", actor: { name: "alice@contoso.com" } },
    });
  });

  test("changes nothing once the log tells it all", () => {
    const seen = [nsgShows("14:05:00"), nsgShows("14:20:00", RULE), nsgShows("17:30:00")];
    expect(rdpOpening(trailOf(EVENTS, seen))).toEqual({
      ...LOGGED,
      sightedAt: at("14:20:00"),
    });
  });

  test("a look while the write is under way closes nothing", () => {
    const opening = rdpOpening(
      trailOf(withoutWrites("15:00:00"), [nsgShows("14:07:43"), nsgShows("14:20:00", RULE)]),
    );
    expect(opening).toMatchObject({ openedAt: LOGGED.openedAt, closedAt: null });
  });

  test("a look that seems to precede the write, by another clock, does not hide who wrote", () => {
    const opening = rdpOpening(trailOf(EVENTS, [nsgShows("14:07:00"), nsgShows("14:07:35", RULE)]));
    expect(opening).toMatchObject({
      openedAt: LOGGED.openedAt,
      openedAtExact: true,
      attribution: { verdict: "certain" },
    });
  });

  test("shows a removal whose row has not arrived: gone at the latest then, by nobody known yet", () => {
    const opening = rdpOpening(
      trailOf(withoutWrites("15:00:00"), [nsgShows("17:20:00")], at("17:10:00")),
    );
    expect(opening).toMatchObject({
      closedAt: at("17:20:00"),
      closedAtExact: false,
      closedBy: null,
      closing: "unlogged",
      attribution: { verdict: "certain", actor: { name: "alice@contoso.com" } },
    });
    expect(codes(opening)).not.toContain("witnesses-disagree");
  });

  test("a look that seems to precede the removal, by another clock, does not hide who removed", () => {
    const opening = rdpOpening(trailOf(EVENTS, [nsgShows("14:20:00", RULE), nsgShows("17:07:32")]));
    expect(opening).toMatchObject({
      closedAt: LOGGED.closedAt,
      closedAtExact: true,
      closedBy: LOGGED.closedBy,
      closing: "expired",
    });
  });

  test.each([
    ["14:06:40", "14:07:42"],
    ["14:06:40", "14:08:30"],
    ["14:07:35", "14:09:30"],
  ])(
    "a write of %s, before the rule was made, did not end what a look at %s shows",
    (time, look) => {
      const earlier = EVENTS.filter(
        ({ resource, at: when }) => resource.key === NSG.key && when < at("09:00:00"),
      );
      const again = earlier.map((event) => ({
        ...event,
        id: `again ${event.id}`,
        operationId: "again",
        correlationId: "again",
        at: event.at + at(time) - at("08:10:20"),
      }));
      expect(again.length).toBeGreaterThan(1);
      expect(rdpOpening(trailOf([...EVENTS, ...again], [nsgShows(look, RULE)]))).toMatchObject({
        openedAt: LOGGED.openedAt,
        closedAt: LOGGED.closedAt,
        closedAtExact: true,
        closedBy: LOGGED.closedBy,
        closing: "expired",
      });
    },
  );

  test("a removal that the log, known beyond it, does not show is a finding", () => {
    const opening = rdpOpening(
      trailOf(withoutWrites("15:00:00"), [nsgShows("17:20:00")], at("18:00:00")),
    );
    expect(codes(opening)).toContain("witnesses-disagree");
  });

  test("a rule that the log, known beyond it, shows nobody write is a finding", () => {
    const rogue = { ...RULE, name: "temp-rdp", description: "" };
    const { openings } = trailOf(EVENTS, [nsgShows("18:00:00", rogue)], at("19:00:00"));
    const opening = openings.find(({ rule }) => rule.name === "temp-rdp");
    expect(opening).toMatchObject({
      kind: "direct",
      openedAtExact: false,
      attribution: { verdict: "unattributed", actor: null, candidates: [] },
    });
    expect(opening === undefined ? [] : codes(opening)).toContain("witnesses-disagree");
  });

  test("proves that a rule stands past its end, before the log can", () => {
    const log = withoutWrites("15:00:00");
    const before = rdpOpening(trailOf(log, [], at("17:00:00")));
    const after = rdpOpening(trailOf(log, [nsgShows("17:20:00", RULE)], at("17:00:00")));
    expect(codes(before)).not.toContain("open-past-end");
    expect(codes(after)).toContain("open-past-end");
  });

  test("fills in a write that came without its body", () => {
    const log = EVENTS.filter(({ at: time }) => time < at("15:00:00")).map((event) =>
      event.resource.key === NSG.key &&
      event.at > at("14:07:30") &&
      event.detail.kind === "nsg-write"
        ? {
            ...event,
            detail: {
              ...event.detail,
              ruleSet: { completeness: "absent" as const, rules: [] },
              source: "none" as const,
            },
          }
        : event,
    );
    expect(() => rdpOpening(trailOf(log))).toThrow("0 JIT openings");
    expect(rdpOpening(trailOf(log, [nsgShows("14:30:00", RULE)]))).toMatchObject({
      openedAt: LOGGED.openedAt,
      openedAtExact: true,
      attribution: { verdict: "certain", actor: { name: "alice@contoso.com" } },
    });
  });

  test("an NSG that is gone ends what stood in it", () => {
    const opening = rdpOpening(
      trailOf(withoutWrites("15:00:00"), [sighting("16:00:00", NSG, { kind: "nsg-absent" })]),
    );
    expect(opening).toMatchObject({ closing: "container-deleted", closedAtExact: false });
  });
});

describe("the JIT policy as a witness", () => {
  const withoutRequest = EVENTS.filter(
    ({ detail, principal }) =>
      detail.kind !== "jit-request" || principal.caller !== "alice@contoso.com",
  );

  test("names the person when the request's rows are not in the log", () => {
    expect(rdpOpening(trailOf(withoutRequest)).attribution.verdict).toBe("unattributed");
    expect(rdpOpening(trailOf(withoutRequest, [policyRemembers("14:10:00")]))).toMatchObject({
      promisedEnd: at("17:07:12"),
      attribution: {
        verdict: "certain",
        actor: { name: "alice@contoso.com" },
        justification: "INC-4411: disk full on vm-x",
      },
    });
  });

  test("is the same request as the log's, not a second one", () => {
    const trail = trailOf(EVENTS, [policyRemembers("14:10:00")]);
    expect(trail.requests).toHaveLength(trailOf(EVENTS).requests.length);
    expect(rdpOpening(trail).attribution.candidates).toHaveLength(1);
  });

  test("completes a request of which the log has only the blank row", () => {
    const blank = EVENTS.filter(
      ({ detail, principal }) =>
        detail.kind !== "jit-request" ||
        principal.caller !== "alice@contoso.com" ||
        detail.body === null,
    ).filter(({ resource }) => resource.key !== VM?.key);
    const opening = rdpOpening(trailOf(blank, [policyRemembers("14:10:00")]));
    expect(opening).toMatchObject({
      promisedEnd: at("17:07:12"),
      attribution: { verdict: "certain", justification: "INC-4411: disk full on vm-x" },
    });
  });

  test("another person's request that fits as well leaves the answer ambiguous", () => {
    const rival = policyRemembers("14:10:00", { requestor: "mallory@contoso.com" });
    expect(rdpOpening(trailOf(EVENTS, [rival])).attribution).toMatchObject({
      verdict: "ambiguous",
      actor: null,
    });
  });

  test("a request that it shows twice, with another status, is one", () => {
    const trail = trailOf(withoutRequest, [
      policyRemembers("14:10:00"),
      policyRemembers("17:20:00", { port: { status: "revoked", statusReason: "expired" } }),
    ]);
    expect(rdpOpening(trail).attribution.candidates).toHaveLength(1);
  });
});

describe("a VM's addresses as a witness", () => {
  const unnamed = { ...RULE, name: "open-rdp", description: "", destinations: ["10.9.0.4"] };

  function vmNamed(name: string): ResourceId {
    return idOf((VM ?? NSG).text.replace(/[^/]+$/, name));
  }

  function vmOf(...owners: readonly ResourceId[]): string | null {
    const addresses = owners.map((owner) =>
      sighting("14:00:00", owner, { kind: "vm-addresses", addresses: ["10.9.0.4"] }),
    );
    const { openings } = trailOf(EVENTS, [nsgShows("18:00:00", unnamed), ...addresses]);
    return openings.find(({ rule }) => rule.name === "open-rdp")?.vmName ?? null;
  }

  test("tells which VM a rule opens that names none", () => {
    expect(vmOf(vmNamed("vm-db"))).toBe("vm-db");
  });

  test("tells nothing where two VMs bear the address", () => {
    expect(vmOf(vmNamed("vm-db"), vmNamed("vm-twin"))).toBeNull();
  });
});

test("sightings in any order and repetition, among events in any order, give the same trail", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 400 }),
      fc.infiniteStream(fc.integer({ min: 0, max: 1_000_000 })),
      (seed, stream) => {
        const events = eventsOf(tenantOf(seed).rows);
        const draw = (below: number): number => (stream.next().value ?? 0) % Math.max(1, below);
        const states = events.flatMap(({ detail, resource }) =>
          detail.kind === "nsg-write" ? [{ resource, ruleSet: detail.ruleSet }] : [],
        );
        const start = events.reduce((first, event) => Math.min(first, event.at), Infinity);
        const sightings = states.slice(0, 6).map(({ resource, ruleSet }, index): Sighting => ({
          id: `sighting:${index}`,
          at: start + draw(24 * 60) * MINUTE,
          resource,
          detail:
            draw(8) === 0
              ? { kind: "nsg-absent" }
              : { kind: "nsg-rules", ruleSet: { ...ruleSet, completeness: "complete" } },
        }));
        const shuffled = [...sightings, ...sightings].sort(() => draw(3) - 1);
        const correlator = new Correlator();
        for (const event of [...events].sort(() => draw(3) - 1)) {
          correlator.add([event]);
        }
        for (const one of shuffled) {
          correlator.addSightings([one]);
        }
        const asOf = newestOf(events);
        expect(correlator.trail({ asOf, isWorkingTime: null })).toEqual(
          trailOf(events, sightings, asOf),
        );
        for (const opening of correlator.trail({ asOf, isWorkingTime: null }).openings) {
          expect(opening.closedAt ?? opening.openedAt).toBeGreaterThanOrEqual(opening.openedAt);
        }
      },
    ),
    { numRuns: 300 },
  );
});
