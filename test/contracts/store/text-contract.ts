import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Opening } from "../../../src/domain/opening.ts";
import type { ClaimedDelivery, Store, TrailQuery } from "../../../src/ports.ts";
import { attribution, opening } from "../../ask/trail-builder.ts";
import { all, AZURE, change, channel, event, notification, received, WHOLE } from "./changes.ts";
import { storeOn } from "./ground.ts";
import type { Ground } from "./ground.ts";

const HOSTILE: readonly (readonly [string, string])[] = [
  ["NUL", "a\0b"],
  ["half a surrogate pair", "\ud83d and \udc00"],
  ["the escape of the store itself", "\u0010 \u00100000 \u0010zzzz"],
  ["quotes and SQL", `'; drop table event; -- "`],
  ["signs beyond the first plane", "🔔 𝕕"],
  ["what steers terminals and directions", "\u001b[2J \u202e"],
];

/** Any code units at all, halves of pairs included. */
const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  maxLength: 12,
});

/** Text from Azure and chats may be anything. */
export function textContract(ground: Ground): void {
  describe("text", () => {
    test.each(HOSTILE)("Nothing of a text with %s is lost.", async (_, text) => {
      const { store } = await storeOn(ground);
      expect(await keptOf(store, text)).toEqual(whatIsKept(text));
    });

    test("Nothing of any text is lost.", async () => {
      await fc.assert(
        fc.asyncProperty(anyText, async (text) => {
          const { store } = await storeOn(ground);
          expect(await keptOf(store, text)).toEqual(whatIsKept(text));
          await store.close();
        }),
        { numRuns: 6 },
      );
    });

    test("A row of a megabyte is kept as evidence.", async () => {
      const { store } = await storeOn(ground);
      const raw = JSON.stringify({ text: "é\0".repeat(500_000) });
      await store.commit(change({ events: [received(event("e-1"), raw)] }));
      expect((await store.coverage()).events).toBe(1);
      expect(await store.rows(["e-1"])).toEqual([raw]);
    });
  });
}

/** Everything that bears the text, as it should come back. */
function whatIsKept(text: string) {
  const told = opening({
    id: "o-1",
    vm: null,
    vmName: `vm ${text}`,
    rule: { ...opening().rule, name: `rule ${text}`, description: text },
    attribution: attribution({ justification: text }),
  });
  return {
    event: event("e-1", { correlationId: text }),
    cursor: text,
    found: [told, told, told],
    vm: { name: `vm ${text}`, id: null },
    claimed: told,
    channel: channel(`c ${text}`),
    receipt: { channel: channel(`c ${text}`), message: text },
    seen: [true, false],
  };
}

/** Stores the text wherever text can stand, and reads it again. */
async function keptOf(store: Store, text: string): Promise<ReturnType<typeof whatIsKept>> {
  const { event: one, claimed: told, channel: place, receipt } = whatIsKept(text);
  await store.commit(
    change({
      feed: `feed ${text}`,
      cursor: text,
      events: [received(one, text)],
      quarantined: [{ digest: text, reason: text, raw: text, receivedAt: 1 }],
      openings: [told],
      deliveries: [notification("n-1", ["o-1"], { channel: place, burst: text })],
    }),
  );
  const queries: readonly TrailQuery[] = [
    WHOLE,
    { ...WHOLE, vm: { kind: "name", name: `VM ${text}` } },
    { ...WHOLE, rule: `RULE ${text}` },
  ];
  const found: Opening[] = [];
  for (const query of queries) {
    found.push(...(await store.trail(query)).openings);
  }
  const names = await store.names();
  const first = await claimOf(store, 1_000_000);
  await store.record("n-1", first.fence, { kind: "said", receipt, digest: text });
  await store.commit(change({ openings: [opening({ id: "o-1" })] }));
  const edit = await claimOf(store, 2_000_000);
  const [announced] = await store.bursts([text]);
  return {
    event: only(await all(store.events(AZURE))),
    cursor: (await store.cursor(`feed ${text}`)) ?? "none",
    found,
    vm: { name: names.vms[0]?.name ?? "", id: null },
    claimed: only(first.openings),
    channel: announced?.channel ?? channel("none"),
    receipt: edit.receipt ?? { channel: channel("none"), message: "none" },
    seen: [await store.markSeen(text, 1), await store.markSeen(text, 1)],
  };
}

async function claimOf(store: Store, now: number): Promise<ClaimedDelivery> {
  const claim = { platforms: ["slack"], now, leaseUntil: now + 1, limit: 1 };
  return only(await store.claim(claim));
}

function only<T>(items: readonly T[]): T {
  const [first, ...more] = items;
  if (first === undefined || more.length > 0) {
    throw new Error(`not one but ${items.length}`);
  }
  return first;
}
