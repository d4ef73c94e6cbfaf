import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ActivityEvent, EventDetail } from "../../../src/domain/activity-event.ts";
import type { ReadSpan } from "../../../src/domain/feed.ts";
import type { SightingDetail } from "../../../src/domain/sighting.ts";
import { rule } from "../../ask/trail-builder.ts";
import { all, AZURE, change, event, idsOf, received, sighting, vmOf } from "./changes.ts";
import { storeOn } from "./ground.ts";
import type { Ground } from "./ground.ts";

const RULES = { completeness: "complete", rules: [rule(), rule({ name: "web" })] } as const;
const VM = vmOf(AZURE, "RG-a", "vm-X");

const DETAILS: readonly EventDetail[] = [
  { kind: "jit-request", body: null },
  {
    kind: "jit-request",
    body: {
      virtualMachines: [
        {
          vm: VM,
          ports: [
            {
              port: { from: 22, to: 22 },
              sources: ["203.0.113.7"],
              endTime: 600_000,
              duration: null,
              mappedPort: 8022,
            },
          ],
        },
      ],
      justification: "INC-4411",
      requestor: "alice@contoso.com",
      startTime: 400_000,
      complete: true,
    },
  },
  { kind: "nsg-write", ruleSet: RULES, source: "response" },
  { kind: "nsg-write", ruleSet: { completeness: "absent", rules: [] }, source: "none" },
  { kind: "nsg-delete" },
  { kind: "rule-write", rule: rule(), ruleName: "jit", source: "request" },
  { kind: "rule-write", rule: null, ruleName: "jit", source: "none" },
  { kind: "rule-delete", ruleName: "jit" },
  { kind: "firewall-write", ruleSet: RULES, source: "request" },
  { kind: "firewall-delete" },
  { kind: "jit-policy-change", change: "delete" },
];

const SIGHTINGS: readonly SightingDetail[] = [
  { kind: "nsg-rules", ruleSet: RULES },
  { kind: "nsg-absent" },
  { kind: "vm-addresses", addresses: ["10.0.0.4"] },
  {
    kind: "policy-requests",
    requests: [
      {
        requestor: "alice@contoso.com",
        startTime: 400_000,
        justification: null,
        virtualMachines: [
          {
            vm: VM,
            ports: [
              {
                port: { from: 22, to: 22 },
                sources: ["203.0.113.7"],
                endTime: null,
                status: "revoked",
                statusReason: "user-requested",
                mappedPort: null,
              },
            ],
          },
        ],
      },
    ],
  },
];

/** What a feed brought stays, as it was received. */
export function evidenceContract(ground: Ground): void {
  describe("evidence", () => {
    test("Events of every kind come back as they were, down to the order of their keys.", async () => {
      const { store } = await storeOn(ground);
      const events = DETAILS.map((detail, index) => event(`e-${index}`, { detail }));
      await store.commit(change({ events: events.map((one) => received(one)) }));
      const found = await all(store.events(AZURE));
      expect(found.map((one) => JSON.stringify(one)).toSorted()).toEqual(
        events.map((one) => JSON.stringify(one)).toSorted(),
      );
      expect(await store.evidence(["e-3", "e-1", "e-3", "nowhere"])).toEqual(
        expect.arrayContaining([events[1], events[3]]),
      );
      expect(await store.evidence(["nowhere"])).toEqual([]);
    });

    test("Rows come back as they were received, each variant, by time.", async () => {
      const { store } = await storeOn(ground);
      const events = [
        received(event("e-2", { at: 400_001 }), '{"second": "é\\u0000"}'),
        received(event("e-1", { at: 400_000 }), '{ "first":1 }'),
        received(event("e-1", { at: 400_000, subStatus: "Created" }), '{"first":"again"}'),
        received(event("e-3"), "\0 \ud83d \u0010 🔔"),
      ];
      await store.commit(change({ events }));
      const [first, again, second] = await store.rows(["e-2", "e-1", "nowhere", "e-1"]);
      expect(new Set([first, again])).toEqual(new Set(['{ "first":1 }', '{"first":"again"}']));
      expect(second).toBe('{"second": "é\\u0000"}');
      expect(await store.rows(["e-3"])).toEqual(["\0 \ud83d \u0010 🔔"]);
      expect(await store.rows([])).toEqual([]);
    });

    test("What could not be understood comes back as it came, each once.", async () => {
      const { store } = await storeOn(ground);
      const rows = Array.from({ length: 1_100 }, (_, index) => ({
        digest: `q-${index % 1_050}`,
        reason: "no JSON",
        raw: `{ \0 ${index % 1_050}`,
        receivedAt: 7 + (index % 1_050),
      }));
      await store.commit(change({ quarantined: rows }));
      expect(await all(store.quarantine())).toEqual(rows.slice(0, 1_050));
    });

    test("Equal rules of many events are one object in memory.", async () => {
      const { store } = await storeOn(ground);
      const write = { kind: "nsg-write", ruleSet: RULES, source: "response" } as const;
      const events = ["e-1", "e-2"].map((id) => received(event(id, { detail: write })));
      await store.commit(change({ events }));
      const rules = (await all(store.events(AZURE))).map(({ detail }) =>
        detail.kind === "nsg-write" ? detail.ruleSet.rules[0] : null,
      );
      expect(rules[0]).toEqual(rule());
      expect(rules[0]).toBe(rules[1]);
    });

    test("Sightings of every kind come back, each once.", async () => {
      const { store } = await storeOn(ground);
      const sightings = SIGHTINGS.map((detail, index) => sighting(`s-${index}`, { detail }));
      await store.commit(change({ sightings }));
      await store.commit(change({ sightings }));
      expect((await all(store.sightings(AZURE))).toSorted(byId)).toEqual(sightings);
      expect(await all(store.sightings("another"))).toEqual([]);
    });

    test("An event that comes again is there once, and one that carries more is kept beside it.", async () => {
      const { store } = await storeOn(ground);
      const poor = event("e-1");
      const rich = event("e-1", { principal: { ...poor.principal, caller: "alice" } });
      await store.commit(change({ events: [received(poor), received(poor)] }));
      await store.commit(change({ events: [received(poor), received(rich), received(poor)] }));
      expect(await all(store.events(AZURE))).toHaveLength(2);
      expect((await store.coverage()).events).toBe(1);
      expect(await store.evidence(["e-1"])).toEqual([rich]);
    });

    test("Events of one Azure subscription are read without those of others, however many.", async () => {
      const { store } = await storeOn(ground);
      const other = vmOf("other", "rg", "vm");
      const events = Array.from({ length: 1_203 }, (_, index) => event(`e-${index}`));
      await store.commit(
        change({
          events: [...events, event("o-1", { resource: other })].map((one) => received(one)),
        }),
      );
      expect(idsOf(await all(store.events(AZURE))).toSorted()).toEqual(idsOf(events).toSorted());
      expect(idsOf(await all(store.events("other")))).toEqual(["o-1"]);
      expect(await store.azureSubscriptions()).toEqual([AZURE, "other"]);
      expect((await store.coverage()).events).toBe(1_204);
    });

    test("The store may be written while its events are read.", async () => {
      const { store } = await storeOn(ground);
      await store.commit(change({ events: [received(event("e-1")), received(event("e-2"))] }));
      const seen: ActivityEvent[] = [];
      for await (const one of store.events(AZURE)) {
        seen.push(one);
        await store.commit(change({ feed: "feed", cursor: one.id }));
      }
      expect(seen).toHaveLength(2);
      expect(await store.cursor("feed")).toBe(seen[1]?.id);
    });

    test("A page moves the cursor of its own feed, and one without a cursor leaves it.", async () => {
      const { store } = await storeOn(ground);
      await store.commit(change({ feed: "one", cursor: "1" }));
      await store.commit(change({ feed: "two", cursor: "2" }));
      await store.commit(change({ feed: "one", cursor: null }));
      expect(await store.cursor("one")).toBe("1");
      await store.commit(change({ feed: "one", cursor: "3" }));
      expect([await store.cursor("one"), await store.cursor("two")]).toEqual(["3", "2"]);
      expect(await store.cursor("three")).toBeNull();
    });

    test("A row that could not be understood is counted once.", async () => {
      const { store } = await storeOn(ground);
      const row = { digest: "d", reason: "no time", raw: "{", receivedAt: 1 };
      await store.commit(change({ quarantined: [row, { ...row, digest: "e" }] }));
      await store.commit(change({ quarantined: [row] }));
      expect((await store.coverage()).quarantined).toBe(2);
    });

    test("Coverage tells the oldest and the newest event that is kept.", async () => {
      const { store } = await storeOn(ground);
      expect(await store.coverage()).toEqual({
        from: null,
        to: null,
        events: 0,
        quarantined: 0,
        evidence: 0,
        unleased: 0,
        subscriptions: [],
      });
      const events = [7, 3, 9].map((at) => received(event(`e-${at}`, { at })));
      await store.commit(change({ events }));
      expect(await store.coverage()).toMatchObject({ from: 3, to: 9, events: 3 });
    });

    test("The evidence grows by what is new, by whomever it is stored, and by nothing else.", async () => {
      const { store } = await storeOn(ground);
      const evidence = async (): Promise<number> => (await store.coverage()).evidence;
      const page = change({
        events: [received(event("e-1")), received(event("e-2"))],
        sightings: [sighting("s-1")],
      });
      await store.commit(page);
      expect(await evidence()).toBe(3);
      await store.commit(page);
      expect(await evidence()).toBe(3);
      await store.commit(change({ events: [received(event("e-1", { at: 5 }))] }));
      expect(await evidence()).toBe(4);
    });

    test("Stretches that were read become one where they touch, in whatever order they came.", async () => {
      const { store } = await storeOn(ground);
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(30), fc.nat(6)), { minLength: 1, maxLength: 8 }),
          async (drawn) => {
            run += 1;
            const azureSubscription = `subscription ${run}`;
            const spans = drawn.map(([from, length]) => ({ from, to: from + length }));
            for (const span of spans) {
              await store.commit(change({ read: { azureSubscription, span } }));
            }
            expect((await store.coverage()).subscriptions).toContainEqual({
              azureSubscription,
              spans: joined(spans),
            });
          },
        ),
        { numRuns: 15 },
      );
    });

    test("Thinning takes events and sightings away, and never brings a superseded variant to life.", async () => {
      const { store } = await storeOn(ground);
      const named = event("e-1");
      const derived = event("derived:x", { hasEventDataId: false, feedKey: named.feedKey });
      const kept = event("derived:y", { hasEventDataId: false, feedKey: "another" });
      await store.commit(
        change({
          events: [named, derived, kept].map((one) => received(one)),
          sightings: [sighting("s-1"), sighting("s-2")],
        }),
      );
      const nothing = { events: [], sightings: [], openings: [], requests: [] };
      await store.thin({ ...nothing, events: ["e-1", "nowhere"], sightings: ["sighting:s-1"] });
      expect(await all(store.events(AZURE))).toEqual([kept]);
      expect(idsOf(await all(store.sightings(AZURE)))).toEqual(["sighting:s-2"]);
      expect((await store.coverage()).events).toBe(1);
      await store.thin({ ...nothing, events: ["derived:y"] });
      expect(await store.azureSubscriptions()).toEqual([]);
    });
  });
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}

/** Stretches joined where they touch, by the instants that they hold. */
function joined(spans: readonly ReadSpan[]): ReadSpan[] {
  const found: { from: number; to: number }[] = [];
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = found.at(-1);
    if (last !== undefined && from <= last.to) {
      last.to = Math.max(last.to, to);
    } else {
      found.push({ from, to });
    }
  }
  return found;
}
