import { describe, expect, onTestFinished, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../src/domain/instant.ts";
import { finding } from "../ask/trail-builder.ts";
import type { MemoryCall, Treatment } from "../fakes/memory-chat.ts";
import { channelOf, LAB_TIMING, OutboxLab } from "./outbox-lab.ts";
import type { LabSetting } from "./outbox-lab.ts";

const ALL = { readBack: true, threads: true };
const FINE: Treatment = { kind: "carry-out" };

async function labOf(setting: Partial<LabSetting> = {}): Promise<OutboxLab> {
  const lab = await OutboxLab.open({ capabilities: ALL, channels: ["ops"], ...setting });
  onTestFinished(async () => {
    await lab.close();
  });
  return lab;
}

/** Treats the first calls as listed, and all others well; tells of every call. */
function treatments(...list: readonly Treatment[]): {
  readonly treat: (call: MemoryCall) => Treatment;
  readonly calls: MemoryCall[];
} {
  const left = [...list];
  const calls: MemoryCall[] = [];
  return {
    calls,
    treat: (call) => {
      calls.push(call);
      return left.shift() ?? FINE;
    },
  };
}

function textsIn(lab: OutboxLab, channel = "ops"): readonly string[] {
  return lab.chat.inChannel(channel).map(({ text }) => text);
}

describe("a notification", () => {
  test("is posted at once, and only once however long the worker runs", async () => {
    const lab = await labOf();
    lab.startWorker([]);
    await lab.announce(1);
    await lab.runFor(SECOND);
    expect(textsIn(lab)).toEqual([expect.stringContaining("alice@contoso.com opened port 3000")]);
    await lab.runFor(HOUR);
    expect(textsIn(lab)).toHaveLength(1);
  });

  test("of a burst is one message in each channel", async () => {
    const lab = await labOf({ channels: ["ops", "security"] });
    lab.startWorker([]);
    await lab.announce(3);
    await lab.runFor(SECOND);
    for (const channel of ["ops", "security"]) {
      expect(textsIn(lab, channel)).toEqual([
        expect.stringContaining("opened port 3000, port 3001 and port 3002 on vm-x"),
      ]);
    }
  });

  test("waits for its turn where a channel takes one in a while, and holds no other channel up", async () => {
    const channels = Array.from({ length: 20 }, (_, index) => `c-${index}`);
    const { treat, calls } = treatments();
    const capabilities = { ...ALL, postInterval: 10 * SECOND };
    const lab = await labOf({ capabilities, channels, treat });
    lab.startWorker([]);
    const [one] = await lab.announce(1);
    await lab.runFor(SECOND);
    expect(calls).toHaveLength(20);
    await lab.change(one.id, {
      closedAt: lab.clock.now(),
      closedAtExact: true,
      closing: "expired",
    });
    await lab.runFor(SECOND);
    // Edits need no turn; what is said in the thread does.
    expect(textsIn(lab, "c-0")).toEqual([expect.stringContaining("closed on time")]);
    await lab.announce(1);
    await lab.runFor(7 * SECOND);
    expect(textsIn(lab, "c-0")).toHaveLength(1);
    await lab.runFor(2 * SECOND);
    expect(channels.map((channel) => textsIn(lab, channel).length)).toEqual(channels.map(() => 2));
    await lab.runFor(11 * SECOND);
    expect(channels.map((channel) => textsIn(lab, channel).length)).toEqual(channels.map(() => 3));
  });

  test("follows its opening, and says in its thread what happened", async () => {
    const lab = await labOf();
    lab.startWorker([]);
    const [one] = await lab.announce(1);
    await lab.runFor(MINUTE);
    await lab.closePort(one.id);
    await lab.runFor(MINUTE);
    const [message, reply] = lab.chat.inChannel("ops");
    expect(message?.text).toContain("closed on time, at 14:01 UTC");
    expect(reply).toMatchObject({ thread: message?.id });
    expect(reply?.text).toContain("port 3000 on vm-x closed on time, at 14:01 UTC.");
  });

  test("without threads is edited and nothing more", async () => {
    const lab = await labOf({ capabilities: { readBack: true, threads: false } });
    lab.startWorker([]);
    const [one] = await lab.announce(1);
    await lab.runFor(MINUTE);
    await lab.closePort(one.id);
    await lab.runFor(MINUTE);
    expect(textsIn(lab)).toEqual([expect.stringContaining("closed on time")]);
  });

  test("is not edited when what it says stays the same", async () => {
    const { treat, calls } = treatments();
    const lab = await labOf({ treat });
    lab.startWorker([]);
    const [one] = await lab.announce(1);
    await lab.runFor(MINUTE);
    await lab.change(one.id, { events: ["e-1", "e-2", "e-3"] });
    await lab.runFor(MINUTE);
    expect(calls.map(({ kind }) => kind)).toEqual(["post"]);
  });

  test("says what is true when it is posted, however many changes came before", async () => {
    const lab = await labOf();
    const [one] = await lab.announce(1);
    await lab.change(one.id, {
      findings: [finding("any-source", "critical", "Open to any source address.")],
    });
    await lab.closePort(one.id);
    lab.startWorker([]);
    await lab.runFor(MINUTE);
    const [message] = lab.chat.inChannel("ops");
    expect(message?.texts).toEqual([expect.stringContaining("closed on time")]);
  });

  test("of an opening that later facts took back says so", async () => {
    const lab = await labOf();
    lab.startWorker([]);
    const [one] = await lab.announce(1);
    await lab.runFor(MINUTE);
    await lab.takeBack(one.id);
    await lab.runFor(MINUTE);
    expect(textsIn(lab)).toEqual([expect.stringContaining("Taken back: opening")]);
  });

  test("that was taken back before it was posted is not posted, until facts bring it back", async () => {
    const lab = await labOf();
    const [one] = await lab.announce(1);
    await lab.takeBack(one.id);
    lab.startWorker([]);
    await lab.runFor(MINUTE);
    expect(textsIn(lab)).toEqual([]);
    await lab.announceAgain(one);
    await lab.runFor(LAB_TIMING.personPause);
    expect(textsIn(lab)).toEqual([expect.stringContaining("alice@contoso.com opened")]);
  });
});

describe("a chat that fails", () => {
  test("an answer that was lost is looked for before anything is posted again", async () => {
    const { treat, calls } = treatments({ kind: "lose-answer" });
    const lab = await labOf({ treat });
    lab.startWorker([]);
    await lab.announce(1);
    await lab.runUntilQuiet(10 * MINUTE);
    expect(textsIn(lab)).toHaveLength(1);
    expect(calls.map(({ kind }) => kind)).toEqual(["post", "find", "edit"]);
  });

  test("a call without an answer counts as unknown after a while", async () => {
    const never = new Promise<void>(() => undefined);
    const { treat, calls } = treatments({ kind: "stall", until: never });
    const lab = await labOf({ treat });
    lab.startWorker([]);
    await lab.announce(1);
    await lab.runUntilQuiet(10 * MINUTE);
    expect(textsIn(lab)).toHaveLength(1);
    expect(calls.map(({ kind }) => kind)).toEqual(["post", "find", "post"]);
  });

  test("where the chat cannot be read back, what may be a repeat is marked as one", async () => {
    const { treat, calls } = treatments({ kind: "lose-answer" }, { kind: "be-away" });
    const lab = await labOf({ treat, capabilities: { readBack: false, threads: false } });
    lab.startWorker([]);
    await lab.announce(1);
    await lab.runUntilQuiet(10 * MINUTE);
    expect(lab.chat.inChannel("ops").map(({ repeat }) => repeat)).toEqual([false, true]);
    expect(calls.map(({ kind }) => kind)).toEqual(["post", "post", "post"]);
  });

  test("a search that fails is no reason to post", async () => {
    const away: Treatment = { kind: "be-away" };
    const { treat, calls } = treatments({ kind: "lose-answer" }, away, away, away);
    const lab = await labOf({ treat });
    lab.startWorker([]);
    await lab.announce(1);
    await lab.runUntilQuiet(HOUR);
    expect(textsIn(lab)).toHaveLength(1);
    expect(calls.map(({ kind }) => kind)).toEqual(["post", "find", "find", "find", "find", "edit"]);
  });

  test("a rate limit is kept by the whole channel, and by no other", async () => {
    const calls: { readonly channel: string; readonly at: number }[] = [];
    const lab = await labOf({
      channels: ["ops", "security"],
      treat: ({ channel }, clock) => {
        calls.push({ channel, at: clock.now() });
        return channel === "ops" && calls.filter((one) => one.channel === "ops").length === 1
          ? { kind: "rate-limit", retryAfter: MINUTE }
          : FINE;
      },
    });
    const start = lab.clock.now();
    lab.startWorker([]);
    for (let index = 0; index < 3; index += 1) {
      await lab.announce(1);
    }
    await lab.runFor(MINUTE - 1);
    expect(textsIn(lab, "security")).toHaveLength(3);
    expect(calls.filter(({ channel }) => channel === "ops")).toHaveLength(1);
    await lab.runUntilQuiet(10 * MINUTE);
    expect(textsIn(lab)).toHaveLength(3);
    const [, second] = calls.filter(({ channel }) => channel === "ops");
    expect(second?.at).toBeGreaterThanOrEqual(start + MINUTE);
  });

  test("nothing overtakes a message that failed", async () => {
    const { treat } = treatments({ kind: "be-away" }, { kind: "be-away" });
    const lab = await labOf({ treat });
    lab.startWorker([]);
    await lab.announce(1);
    await lab.runFor(SECOND);
    await lab.announce(2);
    await lab.runUntilQuiet(10 * MINUTE);
    expect(textsIn(lab)).toEqual([
      expect.stringContaining("opened port 3000 on vm-x"),
      expect.stringContaining("opened port 3000 and port 3001 on vm-x"),
    ]);
  });

  test.each(["close-channel", "refuse-credentials"] as const)(
    "a chat that will %s waits for a person, and is tried again",
    async (kind) => {
      let isMended = false;
      const lab = await labOf({ treat: () => (isMended ? FINE : { kind }) });
      lab.startWorker([]);
      await lab.announce(1);
      await lab.announce(1);
      await lab.runFor(HOUR);
      expect((await lab.store.outboxHealth()).byState.waiting).toBe(2);
      expect(textsIn(lab)).toEqual([]);
      isMended = true;
      await lab.runUntilQuiet(HOUR);
      expect(textsIn(lab)).toHaveLength(2);
    },
  );

  test.each([
    ["its channel", channelOf("ops")],
    ["its workspace", { ...channelOf("ops"), channel: "" }],
    ["its platform", { platform: "memory", workspace: "", channel: "" }],
  ])("what waits for a person is posted at once when %s is open again", async (_, place) => {
    let isMended = false;
    const lab = await labOf({ treat: () => (isMended ? FINE : { kind: "close-channel" }) });
    lab.startWorker([]);
    await lab.announce(1);
    await lab.announce(1);
    await lab.runFor(HOUR);
    isMended = true;
    await lab.mend(channelOf("another"));
    await lab.runFor(SECOND);
    expect(textsIn(lab)).toEqual([]);
    await lab.mend(place);
    await lab.runFor(SECOND);
    expect(textsIn(lab)).toHaveLength(2);
  });

  test("content that is refused for good is given up loudly, and holds nothing up", async () => {
    const { treat } = treatments({ kind: "refuse-content" });
    const lab = await labOf({ treat });
    lab.startWorker([]);
    await lab.announce(1);
    await lab.announce(1);
    await lab.runFor(SECOND);
    expect(textsIn(lab)).toHaveLength(1);
    expect(lab.problems).toEqual([expect.stringContaining("is given up: The content is refused.")]);
  });

  test("a message that somebody deleted is left alone", async () => {
    const { treat, calls } = treatments();
    const lab = await labOf({ treat });
    lab.startWorker([]);
    const [one] = await lab.announce(1);
    await lab.runFor(MINUTE);
    for (const message of lab.chat.messages) {
      message.removed = true;
    }
    await lab.closePort(one.id);
    await lab.runFor(HOUR);
    expect(textsIn(lab)).toEqual([]);
    expect(calls.map(({ kind }) => kind)).toEqual(["post", "edit"]);
  });
});

test("a worker that is told to stop finishes what it has in hand, and takes up nothing new", async () => {
  const lab = await labOf({
    treat: (_, clock) => ({ kind: "take-time", until: clock.sleep(5 * SECOND) }),
  });
  lab.startWorker([]);
  await lab.announce(1);
  await lab.announce(1);
  await lab.runFor(SECOND);
  await lab.stopWorkers();
  expect(textsIn(lab)).toHaveLength(1);
  expect((await lab.store.outboxHealth()).byState).toMatchObject({ posted: 1, pending: 1 });
});
