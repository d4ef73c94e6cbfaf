import { describe, expect, test } from "vitest";
import { MINUTE } from "../../src/domain/instant.ts";
import type { ChannelSubscription, NotificationFilter } from "../../src/domain/notification.ts";
import type { Opening } from "../../src/domain/opening.ts";
import { route } from "../../src/notify/routing.ts";
import type { RoutingFacts } from "../../src/notify/routing.ts";
import type { Announcement, NewDelivery, OpeningChange } from "../../src/ports.ts";
import {
  ALICE,
  at,
  attribution,
  BOB,
  candidate,
  finding,
  OPEN,
  opening,
  resource,
} from "../ask/trail-builder.ts";

const NOW = at("2026-11-23T14:05Z");
const OPS = { platform: "memory", workspace: "", channel: "ops" };
const SECURITY = { platform: "memory", workspace: "", channel: "security" };
const ALL: NotificationFilter = {
  azureSubscriptions: [],
  resourceGroups: [],
  vms: [],
  ports: [],
  kinds: [],
  verdicts: [],
  findings: [],
};

function subscription(change: Partial<ChannelSubscription> = {}): ChannelSubscription {
  return {
    id: "s-1",
    channel: OPS,
    filter: ALL,
    createdAt: at("2026-11-23T00:00Z"),
    createdBy: "configuration",
    ...change,
  };
}

/** An opening of vm-x that stands. */
function standing(change: Partial<Opening> = {}): Opening {
  return opening({ ...OPEN, ...change });
}

function routed(
  changes: readonly OpeningChange[],
  facts: Partial<RoutingFacts> = {},
): readonly NewDelivery[] {
  return route({
    changes,
    subscriptions: [subscription()],
    announced: [],
    bursts: [],
    hasThreads: () => true,
    now: NOW,
    ...facts,
  });
}

function isNew(after: Opening): OpeningChange {
  return { before: null, after };
}

function announcement(change: Partial<Announcement> = {}): Announcement {
  return {
    key: "n-announced000",
    channel: OPS,
    burst: "request:r-000000000001",
    openingId: "o-000000000001",
    createdAt: NOW - MINUTE,
    ...change,
  };
}

const UNATTRIBUTED = attribution({ verdict: "unattributed", actor: null, candidates: [] });

describe("which openings ring", () => {
  test.each<[string, Partial<NotificationFilter>, Partial<Opening>, boolean]>([
    ["no filter", {}, {}, true],
    ["no filter: what was opened without JIT must be asked for", {}, { kind: "direct" }, false],
    ["the kind", { kinds: ["direct"] }, { kind: "direct" }, true],
    ["another kind", { kinds: ["direct"] }, {}, false],
    ["the VM's name", { vms: ["VM-X"] }, {}, true],
    ["a pattern", { vms: ["db-*", "vm-*"] }, {}, true],
    ["another VM", { vms: ["vm-y", "vm-"] }, {}, false],
    ["a VM of which only the name is known", { vms: ["vm-x"] }, { vm: null }, true],
    ["an opening of no known VM", { vms: ["*"] }, { vm: null, vmName: null }, false],
    ["the resource group of the VM", { resourceGroups: ["rg-a"] }, {}, true],
    [
      "the resource group of the NSG, in any casing",
      { resourceGroups: ["rg-net"] },
      { nsg: resource("nsg", "nsg-x", "RG-NET") },
      true,
    ],
    ["another resource group", { resourceGroups: ["rg-b"] }, {}, false],
    [
      "the Azure subscription",
      { azureSubscriptions: ["00000000-0000-0000-0000-000000000001"] },
      {},
      true,
    ],
    ["another Azure subscription", { azureSubscriptions: ["x"] }, {}, false],
    ["a port in a range", { ports: [{ from: 3000, to: 4000 }] }, {}, true],
    ["another port", { ports: [{ from: 22, to: 22 }] }, {}, false],
    ["the verdict", { verdicts: ["certain"] }, {}, true],
    ["another verdict", { verdicts: ["ambiguous", "unattributed"] }, {}, false],
    [
      "a finding",
      { findings: ["any-source"] },
      { findings: [finding("any-source", "critical", "Open to any source.")] },
      true,
    ],
    ["a finding that it does not have", { findings: ["any-source"] }, {}, false],
    ["everything at once", { vms: ["vm-x"], ports: [{ from: 22, to: 22 }] }, {}, false],
    ["a beginning that is not known", {}, { openedAtExact: false }, false],
    ["what is over already", {}, { closedAt: NOW, closing: "closed-early" }, true],
  ])("%s", (_, filter, change, does) => {
    const subscriptions = [subscription({ filter: { ...ALL, ...filter } })];
    expect(routed([isNew(standing(change))], { subscriptions })).toHaveLength(does ? 1 : 0);
  });

  test.each([
    ["before the subscription was made", 1, 0],
    ["at the very moment", 0, 1],
  ])("what was opened %s", (_, later, count) => {
    const createdAt = standing().openedAt + later;
    const subscriptions = [subscription({ createdAt })];
    expect(routed([isNew(standing())], { subscriptions })).toHaveLength(count);
  });

  test("a revision that makes it fit rings then", () => {
    const filter = { ...ALL, verdicts: ["certain" as const] };
    const subscriptions = [subscription({ filter })];
    const before = standing({ attribution: UNATTRIBUTED });
    expect(routed([isNew(before)], { subscriptions })).toEqual([]);
    expect(routed([{ before, after: standing() }], { subscriptions })).toMatchObject([
      { content: { kind: "notification" }, openings: ["o-000000000001"] },
    ]);
  });

  test("once in a channel, whatever revises it and however many subscriptions fit", () => {
    const subscriptions = [subscription(), subscription({ id: "s-2" })];
    expect(routed([isNew(standing())], { subscriptions })).toHaveLength(1);
    const announced = [announcement()];
    expect(routed([isNew(standing())], { subscriptions, announced })).toEqual([]);
  });

  test("in each channel that wants it, whatever other channels were told", () => {
    const subscriptions = [subscription(), subscription({ id: "s-2", channel: SECURITY })];
    const told = routed([isNew(standing())], { subscriptions, announced: [announcement()] });
    expect(told).toMatchObject([{ channel: SECURITY }]);
  });

  test("nothing where nobody subscribed", () => {
    expect(routed([isNew(standing())], { subscriptions: [] })).toEqual([]);
  });
});

describe("bursts", () => {
  const second = standing({ id: "o-000000000002", port: { from: 22, to: 22 } });

  test("openings of one request are one message, whichever NSGs they are in", () => {
    const elsewhere = standing({ id: "o-000000000003", nsg: resource("nsg", "nsg-y") });
    const told = routed([standing(), second, elsewhere].map(isNew));
    expect(told).toMatchObject([
      { openings: ["o-000000000001", "o-000000000002", "o-000000000003"] },
    ]);
  });

  test("openings of two requests are two messages", () => {
    const other = { ...second, attribution: attribution({ candidates: [candidate(BOB, "r-2")] }) };
    expect(routed([standing(), other].map(isNew))).toHaveLength(2);
  });

  test("without a request, openings of one write are one message, and those of two are two", () => {
    const unknown = { attribution: UNATTRIBUTED };
    const alike = [standing(unknown), { ...second, ...unknown }];
    expect(routed(alike.map(isNew))).toHaveLength(1);
    const later = { ...second, ...unknown, openedAt: second.openedAt + MINUTE };
    expect(routed([standing(unknown), later].map(isNew))).toHaveLength(2);
  });

  test("a later opening joins the message of its burst while that is young", () => {
    const bursts = [announcement()];
    expect(routed([isNew(second)], { bursts })).toMatchObject([
      { key: "n-announced000", openings: ["o-000000000002"] },
    ]);
  });

  test("it joins the message of its write, if that was posted before the request was known", () => {
    const burst = `write:${second.nsg.key}:${second.openedAt}`;
    const bursts = [announcement({ burst })];
    expect(routed([isNew(second)], { bursts })).toMatchObject([{ key: "n-announced000", burst }]);
  });

  test("it does not join a message of another channel", () => {
    const [told] = routed([isNew(second)], { bursts: [announcement({ channel: SECURITY })] });
    expect(told?.key).not.toBe("n-announced000");
  });

  test("after ten minutes it is a message of its own, which takes others in again", () => {
    const bursts = [announcement({ createdAt: NOW - 11 * MINUTE })];
    const [own] = routed([isNew(second)], { bursts });
    expect(own?.key).not.toBe("n-announced000");
    const [first] = routed([isNew(second)]);
    expect(own?.key).not.toBe(first?.key);
    const young = announcement({ key: own?.key ?? "", createdAt: NOW });
    const third = standing({ id: "o-000000000003" });
    expect(routed([isNew(third)], { bursts: [...bursts, young] })).toMatchObject([
      { key: own?.key },
    ]);
  });

  test("the same facts give the same keys, which differ by channel", () => {
    const subscriptions = [subscription(), subscription({ id: "s-2", channel: SECURITY })];
    const changes = [standing(), second].map(isNew);
    const keys = routed(changes, { subscriptions }).map(({ key }) => key);
    expect(routed(changes.toReversed(), { subscriptions }).map(({ key }) => key)).toEqual(keys);
    expect(new Set(keys).size).toBe(2);
    expect(keys).toEqual([
      expect.stringMatching(/^n-[0-9a-z]{12}$/),
      expect.stringMatching(/^n-[0-9a-z]{12}$/),
    ]);
  });
});

describe("what is said in threads", () => {
  const announced = [announcement()];
  const grave = finding("any-source", "critical", "Open to any source address.");
  const late = finding("open-past-end", "critical", "Late.");
  const night = finding("out-of-hours", "info", "Opened outside working hours.");

  test.each<[string, Opening, Opening, readonly string[]]>([
    ["it closes", standing(), opening(), ["closed"]],
    ["it stood closed already", opening(), opening({ closedAtExact: false }), []],
    ["it stands past its end", standing(), standing({ findings: [late] }), ["open-past-end"]],
    ["it still does", standing({ findings: [late] }), standing({ findings: [late, night] }), []],
    ["it becomes graver", standing(), standing({ findings: [grave] }), ["severity-raised"]],
    ["it becomes less grave", standing({ findings: [grave] }), standing(), []],
    ["it is told more of", standing(), standing({ findings: [night] }), []],
    [
      "the person becomes known",
      standing({ attribution: UNATTRIBUTED }),
      standing(),
      ["person-known"],
    ],
    [
      "the person turns out to be another",
      standing(),
      standing({ attribution: attribution({ actor: BOB }) }),
      [],
    ],
    [
      "much at once",
      standing({ attribution: UNATTRIBUTED }),
      opening({ findings: [grave] }),
      ["person-known", "severity-raised", "closed"],
    ],
  ])("%s", (_, before, after, milestones) => {
    const told = routed([{ before, after }], { announced });
    expect(told.map(({ content }) => (content.kind === "reply" ? content.milestone : "?"))).toEqual(
      milestones,
    );
  });

  test("a word is one per notification, however many of its openings it is about", () => {
    const both = [announcement(), announcement({ openingId: "o-000000000002" })];
    const changes = ["o-000000000002", "o-000000000001"].map((id) => ({
      before: standing({ id }),
      after: opening({ id }),
    }));
    expect(routed(changes, { announced: both })).toMatchObject([
      {
        content: { kind: "reply", parent: "n-announced000", openingId: "o-000000000001" },
        openings: ["o-000000000001", "o-000000000002"],
      },
    ]);
  });

  test("a word has the same key however often it is routed", () => {
    const change = { before: standing(), after: opening() };
    const [first] = routed([change], { announced });
    const [again] = routed([change], { announced, now: NOW + MINUTE });
    expect(again?.key).toBe(first?.key);
  });

  test("nothing where the platform has no threads, or nobody subscribes any more", () => {
    const change = { before: standing(), after: opening() };
    expect(routed([change], { announced, hasThreads: () => false })).toEqual([]);
    expect(routed([change], { announced, subscriptions: [] })).toEqual([]);
  });

  test("nothing about an opening that was never told of", () => {
    const before = standing({ attribution: attribution({ actor: ALICE }) });
    const subscriptions = [subscription({ filter: { ...ALL, vms: ["other"] } })];
    expect(routed([{ before, after: opening() }], { subscriptions })).toEqual([]);
  });
});
