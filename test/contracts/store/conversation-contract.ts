import { describe, expect, test } from "vitest";
import type { ChannelSubscription } from "../../../src/domain/notification.ts";
import { channel } from "./changes.ts";
import { storeOn } from "./ground.ts";
import type { Ground } from "./ground.ts";

function subscription(
  id: string,
  createdAt: number,
  parts: Partial<ChannelSubscription> = {},
): ChannelSubscription {
  return {
    id,
    channel: channel(),
    filter: {
      azureSubscriptions: ["00000000-0000-0000-0000-000000000001"],
      resourceGroups: ["rg-a"],
      vms: ["web-*"],
      ports: [{ from: 22, to: 22 }],
      kinds: ["jit", "direct"],
      verdicts: ["ambiguous"],
      findings: ["any-source"],
    },
    createdAt,
    createdBy: "U1",
    ...parts,
  };
}

/** What conversations keep. */
export function conversationContract(ground: Ground): void {
  describe("conversations", () => {
    test("Subscriptions come back whole, oldest first; the same ID replaces.", async () => {
      const { store } = await storeOn(ground);
      const [second, first] = [subscription("s-2", 2), subscription("s-1", 1)];
      await store.subscribe(second);
      await store.subscribe(first);
      expect(await store.channelSubscriptions()).toEqual([first, second]);
      const moved = subscription("s-1", 3, { channel: channel("other"), createdBy: "U2" });
      await store.subscribe(moved);
      expect(await store.channelSubscriptions()).toEqual([second, moved]);
    });

    test("A channel ends its own subscriptions, one or all, and no one else's.", async () => {
      const { store } = await storeOn(ground);
      for (const [id, name] of [
        ["s-1", "ops"],
        ["s-2", "ops"],
        ["s-3", "ops"],
        ["s-4", "other"],
      ] as const) {
        await store.subscribe(subscription(id, 1, { channel: channel(name) }));
      }
      expect(await store.unsubscribe(channel("ops"), "s-4")).toBe(0);
      expect(await store.unsubscribe(channel("ops"), "s-2")).toBe(1);
      expect(await store.unsubscribe(channel("ops", "teams"), null)).toBe(0);
      expect(await store.unsubscribe(channel("ops"), null)).toBe(2);
      expect((await store.channelSubscriptions()).map(({ id }) => id)).toEqual(["s-4"]);
    });

    test("A delivery from a chat is new once, until it is forgotten.", async () => {
      const { store } = await storeOn(ground);
      expect(await store.markSeen("d-1", 10)).toBe(true);
      expect(await store.markSeen("d-1", 20)).toBe(false);
      expect(await store.markSeen("d-2", 20)).toBe(true);
      await store.forgetSeen(20);
      expect(await store.markSeen("d-2", 30)).toBe(false);
      expect(await store.markSeen("d-1", 30)).toBe(true);
    });

    test("Of many that take the same delivery at once, one has it.", async () => {
      const { store } = await storeOn(ground);
      const taken = await Promise.all(
        Array.from({ length: 12 }, (_, at) => store.markSeen("d-1", at)),
      );
      expect(taken.filter(Boolean)).toHaveLength(1);
    });
  });
}
