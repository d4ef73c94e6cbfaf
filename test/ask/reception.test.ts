import { describe, expect, onTestFinished, test } from "vitest";
import { BURST, PAUSE } from "../../src/ask/question-limit.ts";
import { Reception } from "../../src/ask/reception.ts";
import type { ReceptionParts } from "../../src/ask/reception.ts";
import type { AuditEntry } from "../../src/domain/audit.ts";
import type { IncomingQuestion } from "../../src/domain/chat.ts";
import { DoorbellError } from "../../src/errors.ts";
import { message } from "../../src/message/build.ts";
import type { Message } from "../../src/message/message.ts";
import type { AuditStore } from "../../src/ports.ts";
import { openSqliteStore } from "../../src/store/open-sqlite-store.ts";
import { conversationsOn } from "./conversations-on.ts";
import { at, OPEN, opening, resource } from "./trail-builder.ts";
import { WHOLE_AUDIT } from "../contracts/store/audit-contract.ts";
import { all, change, channel } from "../contracts/store/changes.ts";
import { StandingClock } from "../contracts/store/ground.ts";
import { messageText } from "../fakes/message-text.ts";

const NOW = at("2026-11-23T14:30Z");
const ALICE = { id: "U1", name: "Alice Adams", zone: null };

let count = 0;

function question(text: string, parts: Partial<IncomingQuestion> = {}): IncomingQuestion {
  count += 1;
  const deliveryId = `d-${count}`;
  return { deliveryId, channel: channel(), conversation: "c", user: ALICE, text, ...parts };
}

function receptionOn(
  clock: StandingClock,
  parts: Pick<ReceptionParts, "conversations" | "store"> & Partial<ReceptionParts>,
): Reception {
  let chance = 0;
  const random = { next: () => (chance += 1) / 1_000 };
  return new Reception({ clock, wall: clock, random, isLocal: () => false, ...parts });
}

/** A reception in front of a store with two VMs, of which one stands open. */
async function desk() {
  const clock = new StandingClock(NOW);
  const store = await openSqliteStore(":memory:", { clock });
  onTestFinished(async () => store.close());
  await store.commit(
    change({
      openings: [
        opening(OPEN),
        opening({ id: "o-000000000002", vm: resource("vm", "vm-y"), vmName: "vm-y" }),
      ],
    }),
  );
  const conversations = conversationsOn(store, clock);
  return {
    clock,
    store,
    reception: receptionOn(clock, { conversations, store }),
    audited: async () => all(store.audited(WHOLE_AUDIT)),
  };
}

describe("what is audited of a question", () => {
  test.each<[string, Partial<AuditEntry>]>([
    ["who has access to vm-x", { vms: ["vm-x"], openings: 1 }],
    ["what is open", { vms: [], openings: 1 }],
    ["history of vm-*", { vms: ["vm-x", "vm-y"] }],
    ["who has access to vm-z", { vms: ["vm-z"], openings: 0 }],
    ["show o-000000000001", { vms: ["vm-x"], openings: 1 }],
    ["status", { vms: [], openings: null }],
    ["help", { vms: [], openings: null }],
    ["subscriptions", { vms: [], openings: null }],
    ["timeline of vm-x", { vms: ["vm-x"] }],
    ["who oppened rdp", { reason: "not-understood", openings: null }],
    ["notify here about nonsense of all kinds", { reason: "not-understood" }],
  ])("%s", async (text, parts) => {
    const { reception, audited } = await desk();
    expect(await reception.answer(question(text))).not.toBeNull();
    expect(await audited()).toEqual([
      expect.objectContaining({
        at: NOW,
        kind: "question",
        channel: channel(),
        user: { id: "U1", name: "Alice Adams" },
        text,
        outcome: "answered",
        reason: null,
        took: 0,
        ...parts,
      }),
    ]);
  });

  test("presses, visits and refusals stand there too, and what is delivered twice", async () => {
    const { reception, audited } = await desk();
    const asked = question("what is open");
    await reception.answer(asked);
    expect(await reception.answer(asked)).toBeNull();
    const press = { ...question(""), action: "silence n-1", option: "1d" };
    await reception.act(press);
    await reception.home({ user: ALICE, channel: channel("direct") });
    await reception.openings({ channel: channel(), user: ALICE, text: "vm-" }, 5);
    const attempt = { ...question("secret plans"), kind: "question", reason: "guest" } as const;
    expect(await reception.refused(attempt)).toBe(true);
    const entries = await audited();
    expect(
      entries
        .map(({ kind, text, outcome, reason }) => [kind, text, outcome, reason].join(","))
        .toSorted(),
    ).toEqual([
      "action,silence n-1 1d,answered,",
      "home,,answered,",
      "question,secret plans,refused,guest",
      "question,what is open,answered,",
      "question,what is open,repeated,",
      "search,vm-,answered,",
    ]);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(6);
    const search = entries.find(({ kind }) => kind === "search");
    expect(search?.vms.toSorted()).toEqual(["vm-x", "vm-y"]);
    expect(search?.openings).toBe(2);
  });

  test("long texts and names are cut, and no character in half", async () => {
    const { reception, audited } = await desk();
    const text = `${"x".repeat(498)}\u{1f6aa}${"y".repeat(5_000)}`;
    await reception.answer(question(text, { user: { ...ALICE, name: "n".repeat(1_000) } }));
    const [entry] = await audited();
    expect(entry?.text).toBe(`${"x".repeat(498)}…`);
    expect(entry?.user.name).toHaveLength(100);
  });
});

/** A store that writes entries into a list, as long as it may. */
function listed(entries: AuditEntry[], mayWrite: () => boolean): Pick<AuditStore, "audit"> {
  return {
    audit: async (entry) => {
      if (!mayWrite()) {
        throw new DoorbellError("store", "planted");
      }
      entries.push(entry);
    },
  };
}

const ANSWER = message("info", "answer", []);

function answering(answer: (asked: IncomingQuestion) => Promise<Message | null>) {
  return {
    answer,
    act: async () => ANSWER,
    home: async () => ANSWER,
    openings: async () => [],
  };
}

describe("where the audit cannot be written", () => {
  test("before: nothing is done", async () => {
    const done: string[] = [];
    const conversations = answering(async ({ text }) => {
      done.push(text);
      return ANSWER;
    });
    const store = listed([], () => false);
    const reception = receptionOn(new StandingClock(NOW), { conversations, store });
    await expect(reception.answer(question("what is open"))).rejects.toThrow("planted");
    expect(done).toEqual([]);
  });

  test("afterwards: no answer is given, and the entry stays unfinished", async () => {
    const entries: AuditEntry[] = [];
    const store = listed(entries, () => entries.length === 0);
    const conversations = answering(async () => ANSWER);
    const reception = receptionOn(new StandingClock(NOW), { conversations, store });
    await expect(reception.answer(question("what is open"))).rejects.toThrow("planted");
    expect(entries).toMatchObject([{ outcome: "unfinished", took: null }]);
  });
});

test.each([
  [new DoorbellError("store-full", "postgres://user:hunter2@db"), "store-full"],
  [new Error("postgres://user:hunter2@db"), "internal"],
])("a failure is audited by its code alone: %s", async (error, reason) => {
  const entries: AuditEntry[] = [];
  const reception = receptionOn(new StandingClock(NOW), {
    conversations: answering(async () => {
      throw error;
    }),
    store: listed(entries, () => true),
  });
  await expect(reception.answer(question("what is open"))).rejects.toBe(error);
  expect(entries.at(-1)).toMatchObject({ outcome: "failed", reason });
  expect(JSON.stringify(entries)).not.toContain("hunter2");
});

describe("a flood of questions by one person", () => {
  test("is told once to slow down and dropped until then, while others are served", async () => {
    const { reception, audited, clock } = await desk();
    const flood = await Promise.all(
      Array.from({ length: 50 }, () => reception.answer(question("help"))),
    );
    const told = flood.flatMap((answer) => (answer === null ? [] : [messageText(answer)]));
    expect(told.filter((text) => text.includes("Ask again in 20 s"))).toHaveLength(1);
    expect(told).toHaveLength(BURST + 1);
    const other = { user: { ...ALICE, id: "U2", name: "Bob" } };
    expect(messageText((await reception.answer(question("help", other))) ?? ANSWER)).toContain(
      "Questions",
    );
    const press = { ...question("", {}), action: "acknowledge n-1", option: null };
    expect(await reception.act(press)).toBeNull();
    expect(messageText(await reception.home({ user: ALICE, channel: channel() }))).toContain(
      "Slow down",
    );
    clock.set(NOW + PAUSE);
    expect(messageText((await reception.answer(question("help"))) ?? ANSWER)).toContain(
      "Questions",
    );
    const outcomes = (await audited()).map(({ user, outcome }) => `${user.id} ${outcome}`);
    const of = (one: string): number => outcomes.filter((outcome) => outcome === one).length;
    expect(of("U1 answered")).toBe(BURST + 1);
    expect(of("U1 slowed")).toBe(50 - BURST + 2);
    expect(of("U2 answered")).toBe(1);
  });

  test("whose answers never come delays nobody else's", async () => {
    const conversations = answering(async ({ user }) =>
      user.id === "U1" ? new Promise<null>(() => {}) : ANSWER,
    );
    const store = listed([], () => true);
    const reception = receptionOn(new StandingClock(NOW), { conversations, store });
    for (let index = 0; index < BURST; index += 1) {
      void reception.answer(question("what is open"));
    }
    expect(messageText((await reception.answer(question("help"))) ?? ANSWER)).toContain(
      "Slow down",
    );
    const other = { user: { ...ALICE, id: "U2" } };
    expect(await reception.answer(question("help", other))).toBe(ANSWER);
  });

  test("who searches too fast finds nothing for a while, and may still ask", async () => {
    const { reception, audited } = await desk();
    const search = { channel: channel(), user: ALICE, text: "vm-" };
    const found = await Promise.all(
      Array.from({ length: BURST + 5 }, async () => reception.openings(search, 5)),
    );
    expect(found.filter((hits) => hits === null)).toHaveLength(5);
    expect(await reception.answer(question("what is open"))).not.toBeNull();
    const outcomes = (await audited()).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === "slowed")).toHaveLength(5);
  });

  test("that is refused is audited each time, and told no more", async () => {
    const { reception, audited } = await desk();
    const attempt = { ...question("what is open"), kind: "question", reason: "guest" } as const;
    const told = await Promise.all(Array.from({ length: 30 }, () => reception.refused(attempt)));
    expect(told.filter(Boolean)).toHaveLength(BURST);
    expect(await audited()).toHaveLength(30);
  });

  test("is none where the platform delivers one question again and again", async () => {
    const { reception } = await desk();
    const asked = question("help");
    for (let index = 0; index < 5 * BURST; index += 1) {
      await reception.answer(asked);
    }
    expect(await reception.answer(question("help"))).not.toBeNull();
  });

  test("is nobody's where only the person is who runs the program", async () => {
    const conversations = answering(async () => ANSWER);
    const store = listed([], () => true);
    const clock = new StandingClock(NOW);
    const reception = receptionOn(clock, { conversations, store, isLocal: () => true });
    for (let index = 0; index < 5 * BURST; index += 1) {
      expect(await reception.answer(question("help"))).toBe(ANSWER);
    }
  });
});
