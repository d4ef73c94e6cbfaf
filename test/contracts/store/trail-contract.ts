import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AccessRequest } from "../../../src/domain/access-request.ts";
import type { Opening } from "../../../src/domain/opening.ts";
import type { Guard } from "../../../src/domain/trail.ts";
import type { Store, TrailQuery } from "../../../src/ports.ts";
import {
  ALICE,
  attribution,
  BOB,
  candidate,
  OPEN,
  opening,
  request,
  resource,
  rule,
} from "../../ask/trail-builder.ts";
import { AZURE, change, event, idsOf, received, vmOf, WHOLE } from "./changes.ts";
import { storeOn } from "./ground.ts";
import type { Ground } from "./ground.ts";

const BY_ALICE = { attribution: attribution({ candidates: [candidate(ALICE, "r-1")] }) };
const ANONYMOUS = { ...BY_ALICE, vm: null, vmName: null };

const OPENINGS: readonly Opening[] = [
  opening({ id: "o-aa0000000001", ...BY_ALICE, openedAt: 100, closedAt: 200 }),
  opening({
    id: "o-ab0000000002",
    ...BY_ALICE,
    openedAt: 150,
    ...OPEN,
    rule: rule({ name: "Allow-Web" }),
  }),
  opening({
    id: "o-ab0000000003",
    vm: vmOf(AZURE, "rg-b", "VM-X"),
    vmName: "VM-X",
    openedAt: 300,
    openedAtExact: false,
    closedAt: 300,
    attribution: attribution({ actor: BOB, candidates: [candidate(BOB, "r-2")] }),
  }),
  opening({
    id: "o-ac0000000004",
    vm: null,
    vmName: "web-1",
    openedAt: 50,
    closedAt: 400,
    rule: rule({ name: "allow-web-2" }),
    attribution: attribution({
      verdict: "ambiguous",
      actor: null,
      candidates: [candidate(ALICE, "r-1"), candidate(BOB, "r-2")],
    }),
  }),
  opening({ id: "o-ad0000000005", ...ANONYMOUS, openedAt: 120, ...OPEN }),
  opening({
    id: "o-ad0000000006",
    ...ANONYMOUS,
    nsg: resource("nsg", "nsg-y"),
    openedAt: 130,
    closedAt: 180,
    rule: rule({ name: "100%_web\\" }),
    attribution: attribution({ verdict: "unattributed", actor: null, candidates: [] }),
  }),
];

const REQUESTS: readonly AccessRequest[] = [
  request({ id: "r-1", actor: ALICE, at: 90 }),
  request({ id: "r-2", actor: BOB, at: 290, targets: target("rg-b", "VM-X") }),
  request({ id: "r-3", actor: BOB, at: 500, targets: target("rg-c", "lonely") }),
  request({ id: "r-4", actor: null, at: 500, targets: [], policy: null, events: ["e-1"] }),
];

const GUARDS: readonly Guard[] = [
  { nsg: resource("nsg", "nsg-x"), vmName: "vm-x", vm: resource("vm", "vm-x") },
  { nsg: resource("nsg", "nsg-y"), vmName: "web-1", vm: null },
];

function target(group: string, name: string): AccessRequest["targets"] {
  return [{ vm: vmOf(AZURE, group, name), ports: [], denied: false }];
}

async function filled(store: Store): Promise<void> {
  await store.commit(
    change({
      events: [received(event("e-1"))],
      openings: OPENINGS,
      requests: REQUESTS,
      guards: [{ azureSubscription: AZURE, guards: GUARDS }],
    }),
  );
}

/** A query, the endings of the openings that it finds, the requests, and the NSGs of the guards. */
const QUERIES: readonly (readonly [string, Partial<TrailQuery>, string, string, string])[] = [
  ["everything", {}, "4 1 5 6 2 3", "1 2 3 4", "x y"],
  ["a VM by name, with what its NSG lets in", { vm: named("VM-x") }, "1 5 2 3", "1 2", "x"],
  ["a VM known by name alone", { vm: named("web-1") }, "4 6", "1 2", "y"],
  ["a VM by its ID, without those of the same name", { vm: byId("rg-b") }, "3", "2", ""],
  ["a VM by its ID, with what its NSG lets in", { vm: byId("rg-a") }, "1 5 2", "1", "x"],
  ["VMs by a pattern", { vm: wild("*-1") }, "4 6", "1 2", "y"],
  ["VMs by a pattern of several parts", { vm: wild("V*-*X") }, "1 5 2 3", "1 2", "x"],
  ["VMs by a pattern that any name fits", { vm: wild("**") }, "4 1 5 6 2 3", "1 2 3", "x y"],
  ["VMs by a pattern of the database's own signs", { vm: wild("vm_x%") }, "", "", ""],
  ["a VM that only asked", { vm: named("lonely") }, "", "3", ""],
  ["a VM that is not there", { vm: named("nowhere") }, "", "", ""],
  ["a period", { period: { from: 190, to: 290 } }, "4 1 5 2 3", "1 2", "x y"],
  ["a period up to a moment", { period: { from: null, to: 120 } }, "4 1 3", "1 2", "x y"],
  ["a period from a moment", { period: { from: 401, to: null } }, "5 2", "1 3 4", "x y"],
  ["a VM in a period", { vm: named("vm-x"), period: { from: 250, to: 260 } }, "5 2 3", "1 2", "x"],
  ["what stands, or ended lately", { closedAfter: 300 }, "4 5 2 3", "1 2", "x y"],
  ["what stands on a VM", { vm: named("vm-x"), closedAfter: 301 }, "5 2", "1", "x"],
  ["an opening", { openingId: "o-ab0000000002" }, "2", "1", "x y"],
  ["the beginning of an opening's ID", { openingId: "o-ab" }, "2 3", "1 2", "x y"],
  ["an opening that is not there", { openingId: "o-b" }, "", "", "x y"],
  ["a rule by its name", { rule: "allow-web" }, "2", "1", "x y"],
  ["rules by their beginning", { rule: "ALLOW-" }, "4 2", "1 2", "x y"],
  ["rules by a part", { rule: "-web" }, "4 2", "1 2", "x y"],
  ["a rule by the database's own signs", { rule: "%_" }, "6", "", "x y"],
  ["a rule by its last sign", { rule: "b\\" }, "6", "", "x y"],
  ["a person by a part of the name", { person: "Alice" }, "4 1 5 2", "1 2", "x y"],
  ["a person by object ID", { person: BOB.objectId ?? "" }, "4 3", "1 2 3", "x y"],
  ["a person on a VM", { person: "bob", vm: named("vm-x") }, "3", "2", "x"],
  ["nobody", { person: "%" }, "", "", "x y"],
];

function named(name: string): TrailQuery["vm"] {
  return { kind: "name", name };
}

function wild(pattern: string): TrailQuery["vm"] {
  return { kind: "wildcard", pattern };
}

function byId(group: string): TrailQuery["vm"] {
  return { kind: "resource", id: vmOf(AZURE, group, "vm-x") };
}

/** The trail that a store tells of. */
export function trailContract(ground: Ground): void {
  describe("trail", () => {
    test("A question gets the openings, requests and guards that it is about, in their order.", async () => {
      const { store } = await storeOn(ground);
      await filled(store);
      const found: unknown[] = [];
      for (const [what, query] of QUERIES) {
        const trail = await store.trail({ ...WHOLE, ...query });
        const ids = [
          idsOf(trail.openings).map((id) => id.slice(-1)),
          idsOf(trail.requests).map((id) => id.slice(-1)),
          trail.guards.map(({ nsg }) => nsg.name.slice(-1)),
        ];
        found.push([what, query, ...ids.map((some) => some.join(" "))]);
      }
      expect(found).toEqual(QUERIES);
    });

    test("It is counted what stands, as the trail has it.", async () => {
      const { store } = await storeOn(ground);
      expect(await store.standing()).toBe(0);
      await filled(store);
      expect(await store.standing()).toBe(
        OPENINGS.filter(({ closedAt }) => closedAt === null).length,
      );
      await store.commit(change({ goneOpenings: ["o-ad0000000005"] }));
      expect(await store.standing()).toBe(1);
    });

    test("What comes back is what was stored, to the order of its keys.", async () => {
      const { store } = await storeOn(ground);
      await filled(store);
      const trail = await store.trail(WHOLE);
      const byTime = OPENINGS.toSorted((a, b) => a.openedAt - b.openedAt);
      expect(JSON.stringify(trail)).toBe(
        JSON.stringify({ openings: byTime, requests: REQUESTS, guards: GUARDS }),
      );
      expect(JSON.stringify(await store.stored(AZURE))).toBe(JSON.stringify(trail));
      expect((await store.stored("another")).openings).toEqual([]);
    });

    test("Names are those of the trail, also after openings, requests and guards changed or went.", async () => {
      const { store } = await storeOn(ground);
      await filled(store);
      await expectNamesOfTrail(store);
      const renamed = opening({
        id: "o-ac0000000004",
        vm: vmOf(AZURE, "rg", "web-1"),
        openedAt: 50,
      });
      await store.commit(change({ openings: [renamed] }));
      await expectNamesOfTrail(store);
      await store.commit(
        change({
          goneOpenings: ["o-ab0000000003", "o-ad0000000005"],
          goneRequests: ["r-2", "r-3"],
        }),
      );
      await expectNamesOfTrail(store);
      await store.commit(
        change({
          requests: [request({ id: "r-4", actor: ALICE, at: 500, targets: target("rg", "late") })],
          guards: [{ azureSubscription: AZURE, guards: GUARDS.slice(0, 1) }],
        }),
      );
      await expectNamesOfTrail(store);
      expect((await store.names()).people).toEqual(["alice@contoso.com"]);
      const openings = idsOf((await store.trail(WHOLE)).openings);
      const requests = idsOf((await store.trail(WHOLE)).requests);
      await store.thin({ events: [], sightings: [], openings, requests });
      await expectNamesOfTrail(store);
      expect((await store.names()).people).toEqual([]);
    });

    test("An opening that changes is replaced, and one that was taken back is gone.", async () => {
      const { store } = await storeOn(ground);
      await store.commit(change({ openings: [opening({ id: "o-1" }), opening({ id: "o-2" })] }));
      const closed = opening({ id: "o-1", closedAt: opening().openedAt + 1, vm: null });
      await store.commit(change({ openings: [closed], goneOpenings: ["o-2", "o-3"] }));
      expect((await store.trail(WHOLE)).openings).toEqual([closed]);
      expect((await store.trail({ ...WHOLE, vm: named("vm-x") })).openings).toEqual([closed]);
    });

    test("A request that changes is replaced, also in what finds it.", async () => {
      const { store } = await storeOn(ground);
      await store.commit(change({ requests: [request({ id: "r-1" })] }));
      const changed = request({ id: "r-1", actor: ALICE, targets: target("rg", "other") });
      await store.commit(change({ requests: [changed] }));
      expect((await store.trail({ ...WHOLE, vm: named("vm-x") })).requests).toEqual([]);
      expect((await store.trail({ ...WHOLE, person: "bob" })).requests).toEqual([]);
      expect((await store.trail({ ...WHOLE, vm: named("other"), person: "ali" })).requests).toEqual(
        [changed],
      );
    });

    test("The guards of an Azure subscription replace those before, and no others.", async () => {
      const { store } = await storeOn(ground);
      await filled(store);
      const [first] = GUARDS;
      await store.commit(change({ guards: [{ azureSubscription: "another", guards: GUARDS }] }));
      await store.commit(
        change({
          guards: [{ azureSubscription: AZURE, guards: first === undefined ? [] : [first] }],
        }),
      );
      expect((await store.stored(AZURE)).guards).toEqual([first]);
      expect((await store.stored("another")).guards).toEqual(GUARDS);
    });

    test("More openings than one statement can carry are stored at once.", async () => {
      const { store } = await storeOn(ground);
      const many = Array.from({ length: 450 }, (_, index) =>
        opening({ id: `o-${String(index).padStart(12, "0")}`, openedAt: index }),
      );
      await store.commit(change({ openings: many }));
      expect((await store.trail(WHOLE)).openings).toEqual(many);
      await store.commit(change({ goneOpenings: idsOf(many.slice(1)) }));
      expect((await store.trail(WHOLE)).openings).toEqual(many.slice(0, 1));
    });

    test("An opening stands in every period that it stood in, and in no other.", async () => {
      const { store } = await storeOn(ground);
      await filled(store);
      const moment = fc.option(fc.integer({ min: 40, max: 450 }), { nil: null });
      await fc.assert(
        fc.asyncProperty(moment, moment, async (from, to) => {
          const trail = await store.trail({ ...WHOLE, period: { from, to } });
          const stood = OPENINGS.filter(
            (one) =>
              (to === null || !one.openedAtExact || one.openedAt < to) &&
              (from === null || one.closedAt === null || one.closedAt >= from),
          );
          expect(idsOf(trail.openings).toSorted()).toEqual(idsOf(stood).toSorted());
        }),
        { numRuns: 60 },
      );
    });
  });
}

async function expectNamesOfTrail(store: Store): Promise<void> {
  const { openings, requests, guards } = await store.trail(WHOLE);
  const vms = [
    ...openings.map(({ vm, vmName }) => ({ id: vm, name: vm?.name ?? vmName })),
    ...guards.map(({ vm, vmName }) => ({ id: vm, name: vm?.name ?? vmName })),
    ...requests.flatMap(({ targets }) => targets.map(({ vm }) => ({ id: vm, name: vm.name }))),
  ].flatMap(({ id, name }) => (name === null ? [] : [id?.key ?? `name ${name.toLowerCase()}`]));
  const people = [
    ...openings.flatMap(({ attribution: { actor, candidates } }) => [
      actor,
      ...candidates.map((one) => one.actor),
    ]),
    ...requests.map(({ actor }) => actor),
  ].flatMap((actor) => (actor === null ? [] : [actor.name]));
  const names = await store.names();
  expect({
    vms: names.vms.map(({ id, name }) => id?.key ?? `name ${name.toLowerCase()}`).toSorted(),
    people: names.people,
  }).toEqual({ vms: [...new Set(vms)].toSorted(), people: [...new Set(people)].toSorted() });
}
