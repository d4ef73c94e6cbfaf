import { describe, expect, test } from "vitest";
import type { Silence } from "../../src/domain/silence.ts";
import { notificationMessage } from "../../src/message/notification-message.ts";
import {
  notificationAction,
  SILENCE_LENGTHS,
  withReactions,
} from "../../src/message/notification-reactions.ts";
import type { Reactions } from "../../src/message/notification-reactions.ts";
import type { Message } from "../../src/message/message.ts";
import { ALICE, at, attribution, BOB, OPEN, opening, resource } from "../ask/trail-builder.ts";
import { messageText } from "../fakes/message-text.ts";

const KEY = "n-000000000001";
const SILENCE: Silence = {
  id: "q-000000000001",
  channel: { platform: "slack", workspace: "T1", channel: "C1" },
  subject: { kind: "vm", id: resource("vm", "vm-x"), name: "vm-x" },
  from: at("2026-11-23T14:10Z"),
  until: at("2026-11-23T22:10Z"),
  by: "bob",
};

function shown(
  openings: readonly ReturnType<typeof opening>[],
  change: Partial<Reactions>,
): Message {
  const reactions = { key: KEY, acknowledgement: null, silences: [], ...change };
  return withReactions(notificationMessage(openings, []), openings, reactions);
}

describe("a notification", () => {
  test("can be acknowledged, and its VM and person silenced, for lengths to choose from", () => {
    const { actions } = shown([opening(OPEN)], {});
    expect(actions?.map(({ id, label }) => [id, label])).toEqual([
      [`acknowledge ${KEY}`, "Acknowledge"],
      ["silence vm o-000000000001", "Silence vm-x"],
      ["silence person o-000000000001", `Silence ${ALICE.name}`],
    ]);
    expect(actions?.[1]?.options.map(({ id, label }) => [id, label])).toEqual([
      ["1h", "for 1 hour"],
      ["8h", "for 8 hours"],
      ["24h", "for 24 hours"],
      ["7d", "for 7 days"],
    ]);
  });

  test("says right behind its first sentence who looks after it, and asks nobody else", () => {
    const built = shown([opening(OPEN)], {
      acknowledgement: { by: "bob *", at: at("2026-11-23T14:05Z") },
    });
    expect(messageText(built).split("\n")[1]).toBe(
      "Acknowledged by bob * at 2026-11-23 14:05 UTC.",
    );
    expect(built.actions?.map(({ label }) => label)).not.toContain("Acknowledge");
  });

  test("says once what is silenced, from when until when, and by whom", () => {
    const later = { ...SILENCE, id: "q-2", until: at("2026-11-24T22:10Z"), by: "eve" };
    const text = messageText(shown([opening(OPEN)], { silences: [later, SILENCE] }));
    expect(text).toContain(
      "vm-x is silenced in this channel from 2026-11-23 14:10 UTC until 2026-11-24 22:10 UTC, by eve.",
    );
    expect(text.match(/is silenced/g)).toHaveLength(1);
  });

  test("of a burst offers few VMs and people", () => {
    const burst = ["vm-a", "vm-b", "vm-c", "vm-a"].map((name, index) =>
      opening({
        id: `o-00000000000${index}`,
        vm: resource("vm", name),
        vmName: name,
        attribution: attribution({ actor: index === 1 ? BOB : ALICE }),
      }),
    );
    expect(shown(burst, {}).actions?.map(({ label }) => label)).toEqual([
      "Acknowledge",
      "Silence vm-a",
      "Silence vm-b",
      `Silence ${ALICE.name}`,
      `Silence ${BOB.name}`,
    ]);
  });

  test("offers nothing about a person who is not known, nor when all was taken back", () => {
    const unknown = attribution({ verdict: "unattributed", actor: null, candidates: [] });
    const { actions } = shown([opening({ attribution: unknown, vm: null, vmName: null })], {});
    expect(actions?.map(({ label }) => label)).toEqual(["Acknowledge"]);
    expect(shown([], {}).actions).toBeUndefined();
  });

  test("has a short label for a long name", () => {
    const [, silence] = shown([opening({ vm: null, vmName: "v".repeat(60) })], {}).actions ?? [];
    expect(silence?.label).toBe("Silence this vm");
  });
});

describe("a press", () => {
  test("is understood for every action that a notification offers", () => {
    const meanings = shown([opening(OPEN)], {}).actions?.flatMap(({ id, options }) =>
      options.length === 0
        ? [notificationAction(id, null)]
        : options.map((option) => notificationAction(id, option.id)),
    );
    expect(meanings).toEqual([
      { kind: "acknowledge", key: KEY },
      ...(["vm", "person"] as const).flatMap((subject) =>
        SILENCE_LENGTHS.map((length) => ({
          kind: "silence",
          subject,
          openingId: "o-000000000001",
          length,
        })),
      ),
    ]);
  });

  test.each([
    ["", null],
    ["acknowledge", null],
    ["acknowledge n-1; drop table", null],
    ["silence vm o-000000000001", null],
    ["silence vm o-000000000001", "9999d"],
    ["silence nsg o-000000000001", "1h"],
    ["silence vm o-000000000001 ", "1h"],
  ])("%j with %j means nothing", (action, option) => {
    expect(notificationAction(action, option)).toBeNull();
  });
});
