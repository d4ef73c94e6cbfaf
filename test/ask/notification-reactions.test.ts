import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Conversations } from "../../src/ask/conversations.ts";
import { HOUR, MINUTE } from "../../src/domain/instant.ts";
import type { Opening } from "../../src/domain/opening.ts";
import type { Message } from "../../src/message/message.ts";
import type { Store } from "../../src/ports.ts";
import { openSqliteStore } from "../../src/store/open-sqlite-store.ts";
import { change, channel, notification } from "../contracts/store/changes.ts";
import { StandingClock } from "../contracts/store/ground.ts";
import { messageText } from "../fakes/message-text.ts";
import { conversationsOn } from "./conversations-on.ts";
import { ALICE, at, attribution, BOB, opening, resource } from "./trail-builder.ts";

const NOW = at("2026-11-23T14:05Z");
const KEY = "n-000000000001";
const OPENING = "o-000000000001";

let store: Store;
let conversations: Conversations;
let deliveries = 0;
let reactions = 0;

beforeEach(async () => {
  const clock = new StandingClock(NOW);
  store = await openSqliteStore(":memory:", { clock });
  onTestFinished(() => store.close());
  reactions = 0;
  conversations = conversationsOn(store, clock, () => {
    reactions += 1;
  });
  await known(
    opening(),
    opening({ id: "o-000000000002", vm: resource("vm", "vm-y"), vmName: "vm-y" }),
  );
  await store.commit(change({ deliveries: [notification(KEY, [OPENING])] }));
});

async function known(...openings: readonly Opening[]): Promise<void> {
  await store.commit(change({ openings }));
}

function person(name = "bob") {
  return { id: `U ${name}`, name, zone: null };
}

async function press(
  action: string,
  option: string | null = null,
  parts: { readonly deliveryId?: string; readonly by?: string; readonly in?: string } = {},
): Promise<string | null> {
  deliveries += 1;
  const answer = await conversations.act({
    deliveryId: parts.deliveryId ?? `press ${deliveries}`,
    channel: channel(parts.in),
    user: person(parts.by),
    action,
    option,
  });
  return answer === null ? null : messageText(answer);
}

async function say(text: string, where = "ops"): Promise<string> {
  return messageText((await told(text, where)) ?? { severity: "info", summary: "", nodes: [] });
}

async function told(text: string, where = "ops"): Promise<Message | null> {
  deliveries += 1;
  return conversations.answer({
    deliveryId: `question ${deliveries}`,
    channel: channel(where),
    conversation: "c",
    user: person(),
    text,
  });
}

describe("a press on a notification", () => {
  test("acknowledges once, and tells others who was first", async () => {
    expect(await press(`acknowledge ${KEY}`)).toContain("you look after it");
    expect(await press(`acknowledge ${KEY}`, null, { by: "eve" })).toBe(
      "bob acknowledged it before, at 2026-11-23 14:05 UTC.",
    );
    expect(reactions).toBe(2);
  });

  test("is obeyed once, however often it is delivered", async () => {
    const again = { deliveryId: "press again" };
    expect(await press("silence vm o-000000000001", "8h", again)).toContain(
      "until 2026-11-23 22:05",
    );
    expect(await press("silence vm o-000000000001", "8h", again)).toBeNull();
    expect(await store.silences(NOW)).toMatchObject([
      {
        channel: channel(),
        subject: { kind: "vm", name: "vm-x" },
        from: NOW,
        until: NOW + 8 * HOUR,
        by: "bob",
      },
    ]);
  });

  test("silences the person whom the verdict names", async () => {
    expect(await press("silence person o-000000000001", "1h")).toContain(ALICE.name);
    expect(await store.silences(NOW)).toMatchObject([
      { subject: { kind: "person", key: ALICE.key }, until: NOW + HOUR },
    ]);
  });

  test.each([
    ["silence vm o-000000000009", "8h", "ops"],
    // The channel was never told of this one.
    ["silence vm o-000000000002", "8h", "ops"],
    ["silence vm o-000000000001", "8h", "other"],
    ["silence vm o-000000000001", "8 years", "ops"],
    ["acknowledge n-000000000009", null, "ops"],
    [`acknowledge ${KEY}`, null, "other"],
    ["delete everything", null, "ops"],
  ])("%s, %s in #%s does nothing, and says so", async (action, option, where) => {
    expect(await press(action, option, { in: where })).toMatch(
      /^(?:warning: )?(?:Later facts|Doorbell does not know|This channel has no)/,
    );
    expect(await store.silences(0)).toEqual([]);
    expect(await store.acknowledge(channel(), KEY, { by: "me", at: 1 })).toEqual({
      by: "me",
      at: 1,
    });
  });
});

describe("what can be typed about notifications", () => {
  test("an opening that a notification tells of stands for it", async () => {
    expect(await say("acknowledge o-000000000001")).toContain("you look after it");
    expect(await say("acknowledge o-000000000002")).toContain("has no notification");
    expect(await say("acknowledge o-000000000001", "other")).toContain("has no notification");
  });

  test("a VM is silenced, listed, and rings again", async () => {
    expect(await say("silence VM-X for 90 minutes")).toContain(
      "Openings of vm-x, from now on and until 2026-11-23 15:35 UTC, will not ring",
    );
    const [silence] = await store.silences(NOW);
    expect(silence).toMatchObject({ until: NOW + 90 * MINUTE, subject: { kind: "vm" } });
    const listed = await say("silences");
    expect(listed).toContain("vm-x until 2026-11-23 15:35 UTC, wished by bob");
    expect(await say("silences", "other")).toContain("Nothing is silenced");
    expect(await say(`end silence ${silence?.id ?? ""}`, "other")).toContain("No silence");
    expect(await say(`end silence ${silence?.id ?? ""}`)).toContain("rings in this channel again");
    expect(await say("silences")).toContain("Nothing is silenced");
  });

  test("a person is silenced by a part of the name, and by address", async () => {
    await say("silence alice for 1h");
    await say("silence person alice@contoso.com for 2h");
    expect((await store.silences(NOW)).map(({ subject }) => subject)).toEqual([
      { kind: "person", key: ALICE.key, name: ALICE.name },
      { kind: "person", key: ALICE.key, name: ALICE.name },
    ]);
  });

  test("a name of several is asked about, in words that each mean one", async () => {
    await known(
      opening({ id: "o-000000000003", vm: resource("vm", "vm-x", "rg-b") }),
      opening({ id: "o-000000000004", attribution: attribution({ actor: BOB }) }),
    );
    for (const [text, count] of [
      ["silence vm-x for 8h", 2],
      ["silence contoso for 90m", 2],
    ] as const) {
      const node = (await told(text))?.nodes.find(({ kind }) => kind === "choices");
      const commands = node?.kind === "choices" ? node.commands : [];
      expect(commands).toHaveLength(count);
      const before = (await store.silences(NOW)).length;
      for (const command of commands) {
        expect(await say(command)).toContain("will not ring");
      }
      expect(await store.silences(NOW)).toHaveLength(before + count);
    }
  });

  test.each([
    ["silence vm-xx for 8h", "The nearest names: vm-x"],
    ["silence vm-* for 8h", "The log knows no VM and no person called “vm-*”."],
    ["silence vm alice for 8h", "The log knows no VM called “alice”."],
    ["silence person vm-x for 8h", "The log knows no person called “vm-x”."],
  ])("%s: %s", async (text, answer) => {
    expect(await say(text)).toContain(answer);
    expect(await store.silences(0)).toEqual([]);
  });
});
