import * as fc from "fast-check";
import { expect, test } from "vitest";
import { answerQuestion } from "../../src/ask/answer-question.ts";
import { parseQuestion } from "../../src/ask/parse-question.ts";
import { questionNames } from "../../src/ask/vm-match.ts";
import { DAY, HOUR } from "../../src/domain/instant.ts";
import type { Trail } from "../../src/domain/trail.ts";
import type { Clock, Store } from "../../src/ports.ts";
import { openSqliteStore } from "../../src/store/open-sqlite-store.ts";
import { eventsOf, newestOf, tenantOf, trailOf } from "../correlate/tenant-feed.ts";
import { conversationsOn } from "./conversations-on.ts";

/** Questions of every kind, with what a tenant's trail offers in them. */
function questionsAbout({ openings, requests }: Trail): readonly string[] {
  const some = openings.slice(0, 4);
  const vms = [...new Set(some.flatMap(({ vmName }) => vmName ?? []))];
  const people = [...new Set(requests.flatMap(({ actor }) => actor?.name ?? []))].slice(0, 3);
  return [
    "help",
    "what is open",
    "what is open to any source",
    "what never closed",
    "what closes within 8h",
    "requests denied",
    "who opened anything on vm-*",
    "who opened anything on vm-* yesterday",
    "what was open at 03:12 yesterday",
    "show o-0000",
    "explain rule nothing-of-that-name",
    ...vms.flatMap((vm) => [
      `who opened rdp on ${vm}`,
      `who opened ssh on ${vm} in the last 8 hours`,
      `who has access to ${vm}`,
      `what is open on ${vm}`,
      `history of ${vm}`,
      `requests denied for ${vm}`,
    ]),
    ...some.flatMap(({ vm }) =>
      vm === null
        ? []
        : [
            `who opened anything on ${vm.text}`,
            `who has access to ${vm.text}`,
            `what is open on ${vm.text}`,
            `history of ${vm.text}`,
          ],
    ),
    ...people.flatMap((name) => [
      `what did ${name} open`,
      `what did ${name.split("@")[0] ?? name} open last week`,
    ]),
    ...some.flatMap(({ id, rule, attribution }) => [
      `show ${id}`,
      `explain rule ${rule.name}`,
      ...(attribution.clientAddress === null ? [] : [`what did ${attribution.clientAddress} open`]),
    ]),
  ];
}

async function storeWith(trail: Trail, seed: number, clock: Clock): Promise<Store> {
  const store = await openSqliteStore(":memory:", { clock });
  const events = eventsOf(tenantOf(seed).rows);
  const subscriptions = [...new Set(events.map(({ resource }) => resource.subscriptionId))];
  for (const azureSubscription of subscriptions) {
    await store.commit({
      feed: "test",
      events: events
        .filter(({ resource }) => resource.subscriptionId === azureSubscription)
        .map((event) => ({ event, raw: "{}" })),
      sightings: [],
      quarantined: [],
      cursor: null,
      read: { azureSubscription, span: { from: newestOf(events) - 2 * DAY, to: newestOf(events) } },
      openings: trail.openings.filter(({ nsg }) => nsg.subscriptionId === azureSubscription),
      goneOpenings: [],
      requests: trail.requests,
      goneRequests: [],
      guards: [
        {
          azureSubscription,
          guards: trail.guards.filter(({ nsg }) => nsg.subscriptionId === azureSubscription),
        },
      ],
      deliveries: [],
      leases: [],
    });
  }
  return store;
}

test("an answer out of the store's part of the trail is the answer out of the whole trail", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3000 }), async (seed) => {
      const events = eventsOf(tenantOf(seed).rows);
      const trail = trailOf([events]);
      const now = newestOf(events) + HOUR;
      const clock: Clock = { now: () => now, sleep: async () => {} };
      const store = await storeWith(trail, seed, clock);
      const conversations = conversationsOn(store, clock);
      const names = await store.names();
      for (const text of questionsAbout(trail)) {
        const parsed = parseQuestion(text, {
          now,
          zone: "UTC",
          names: questionNames(names),
          previous: null,
        });
        if (!parsed.ok) {
          throw new Error(`${text}: ${parsed.problem.message}`);
        }
        const part = await conversations.knowledge(parsed.question, "UTC");
        const whole = answerQuestion(parsed.question, { ...part, trail });
        expect(answerQuestion(parsed.question, part)).toEqual(whole);
      }
      await store.close();
    }),
    { numRuns: 25 },
  );
});
