import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HOUR, SECOND } from "../../src/domain/instant.ts";
import type { Duration } from "../../src/domain/instant.ts";
import { notificationMessage } from "../../src/message/notification-message.ts";
import type { NewDelivery } from "../../src/ports.ts";
import type { ManualClock } from "../fakes/manual-clock.ts";
import type { MemoryMessage, Treatment } from "../fakes/memory-chat.ts";
import { messageText } from "../fakes/message-text.ts";
import { LAB_TIMING, OutboxLab } from "./outbox-lab.ts";

const CHANNELS = ["ops", "security"];

/** What happens in the world while the workers work and die. */
type Act =
  | { readonly kind: "announce"; readonly count: number }
  | { readonly kind: "close"; readonly which: number }
  | { readonly kind: "take-back"; readonly which: number };

/** What the chat does with one call; durations in ms. */
type Fault =
  | {
      readonly kind:
        | "carry-out"
        | "lose-answer"
        | "be-away"
        | "close-channel"
        | "refuse-credentials";
    }
  | { readonly kind: "rate-limit"; readonly retryAfter: Duration }
  | { readonly kind: "take-time" | "stall"; readonly length: Duration }
  | { readonly kind: "stall-for-ever" };

interface Story {
  readonly acts: readonly { readonly act: Act; readonly pause: Duration }[];
  readonly faults: readonly Fault[];
  /** How many steps each worker lives. */
  readonly lives: readonly number[];
  readonly workers: number;
}

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("announce" as const),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("close" as const), which: fc.nat(9) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("take-back" as const), which: fc.nat(9) }),
  },
);

/** A message that the chat sits on arrives before anybody looks for it. */
const LONGEST_STALL = LAB_TIMING.callLimit + LAB_TIMING.settle - SECOND;

const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: "carry-out" as const }) },
  { weight: 4, arbitrary: fc.constant({ kind: "lose-answer" as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "be-away" as const,
        "close-channel" as const,
        "refuse-credentials" as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("rate-limit" as const),
      retryAfter: fc.integer({ min: 1, max: 90 * SECOND }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("take-time" as const, "stall" as const),
      length: fc.integer({ min: 1, max: LONGEST_STALL }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "stall-for-ever" as const }) },
);

const story: fc.Arbitrary<Story> = fc.record({
  acts: fc.array(fc.record({ act, pause: fc.constantFrom(0, SECOND, 20 * SECOND, 200 * SECOND) }), {
    minLength: 1,
    maxLength: 8,
  }),
  faults: fc.array(fault, { maxLength: 16 }),
  lives: fc.array(fc.integer({ min: 0, max: 24 }), { maxLength: 8 }),
  workers: fc.integer({ min: 1, max: 2 }),
});

/** After these nobody knows whether a post stands there. */
const LEAVES_UNCLEAR: ReadonlySet<Fault["kind"]> = new Set([
  "lose-answer",
  "take-time",
  "stall",
  "stall-for-ever",
]);

function treatmentOf(of: Fault, clock: ManualClock): Treatment {
  switch (of.kind) {
    case "take-time":
    case "stall":
      return { kind: of.kind, until: clock.sleep(of.length) };
    case "stall-for-ever":
      return { kind: "stall", until: new Promise(() => undefined) };
    default:
      return of;
  }
}

/** How a story ended, when nothing was left to deliver. */
interface Ending {
  readonly lab: OutboxLab;
  /** By key, how many posts may have reached the chat without anybody learning so. */
  readonly unknownPosts: ReadonlyMap<string, number>;
}

async function play(told: Story, readBack: boolean): Promise<Ending> {
  const { acts, faults, lives, workers } = told;
  const left = [...faults];
  const unknownPosts = new Map<string, number>();
  const lab = await OutboxLab.open({
    capabilities: { readBack, threads: readBack, ...(readBack ? { postInterval: SECOND } : {}) },
    channels: CHANNELS,
    treat: (call, clock) => {
      const next = left.shift() ?? { kind: "carry-out" };
      if (call.kind === "post" && call.key !== null && LEAVES_UNCLEAR.has(next.kind)) {
        unknownPosts.set(call.key, (unknownPosts.get(call.key) ?? 0) + 1);
      }
      return treatmentOf(next, clock);
    },
  });
  for (let index = 0; index < workers; index += 1) {
    lab.startWorker(lives.filter((_, life) => life % workers === index));
  }
  for (const { act, pause } of acts) {
    await perform(act, lab);
    await lab.runFor(pause);
  }
  await lab.runUntilQuiet(30 * HOUR);
  await lab.close();
  return { lab, unknownPosts };
}

async function perform(act: Act, lab: OutboxLab): Promise<void> {
  if (act.kind === "announce") {
    await lab.announce(act.count);
    await lab.runFor(1);
    return;
  }
  const one = lab.openings[act.which % Math.max(1, lab.openings.length)];
  if (one !== undefined) {
    await (act.kind === "close" ? lab.closePort(one.id) : lab.takeBack(one.id));
  }
}

/** The messages of a delivery, oldest first. */
function messagesOf(lab: OutboxLab, { key, channel }: NewDelivery): readonly MemoryMessage[] {
  return lab.chat.inChannel(channel.channel).filter((message) => message.key === key);
}

/** Whether it must stand in the channel: what was taken back may have been so before it was posted. */
function isDue({ openings }: NewDelivery, lab: OutboxLab): boolean {
  return openings.some((id) => lab.openings.some((one) => one.id === id));
}

/** What a notification must say in the end; null for a reply, which says what was so when it was posted. */
function wantedText({ content, openings }: NewDelivery, lab: OutboxLab): string | null {
  const standing = lab.openings.filter(({ id }) => openings.includes(id));
  const gone = openings.filter((id) => standing.every((one) => one.id !== id));
  return content.kind === "reply" ? null : messageText(notificationMessage(standing, gone));
}

/** The message in whose thread it must stand; null for one of its own. */
function wantedThread({ content }: NewDelivery, lab: OutboxLab): number | null {
  return content.kind === "reply"
    ? (lab.chat.messages.find(({ key }) => key === content.parent)?.id ?? -1)
    : null;
}

/** Notifications come before one another as their openings do. */
function firstSeen(lab: OutboxLab, channel: string): readonly string[] {
  const kept = [...lab.deliveries.values()].filter(
    ({ content }) => content.kind === "notification",
  );
  const keys = new Set(kept.map(({ key }) => key));
  const seen = lab.chat.inChannel(channel).flatMap(({ key }) => (key === null ? [] : [key]));
  return [...new Set(seen)].filter((key) => keys.has(key));
}

function inOrder(lab: OutboxLab, channel: string): readonly string[] {
  const seen = firstSeen(lab, channel);
  return [...lab.deliveries.keys()].filter((key) => seen.includes(key));
}

describe("whatever fails and whoever dies", () => {
  test("every notification stands in its channel once, and says what is true", async () => {
    await fc.assert(
      fc.asyncProperty(story, async (told) => {
        const { lab } = await play(told, true);
        for (const delivery of lab.deliveries.values()) {
          const messages = messagesOf(lab, delivery);
          expect(messages.length).toBeLessThanOrEqual(1);
          expect(messages.length > 0 || !isDue(delivery, lab)).toBe(true);
          for (const { repeat, text, thread } of messages) {
            expect({ repeat, text, thread }).toEqual({
              repeat: false,
              text: wantedText(delivery, lab) ?? text,
              thread: wantedThread(delivery, lab),
            });
          }
        }
      }),
      { numRuns: 70 },
    );
  });

  test("a worker that lives keeps the order of each channel, whatever fails", async () => {
    await fc.assert(
      fc.asyncProperty(story, async (told) => {
        const { lab } = await play({ ...told, lives: [], workers: 1 }, true);
        for (const channel of CHANNELS) {
          expect(firstSeen(lab, channel)).toEqual(inOrder(lab, channel));
        }
      }),
      { numRuns: 25 },
    );
  });

  test("where the chat cannot be read back, only what may be a repeat is repeated, and marked", async () => {
    await fc.assert(
      fc.asyncProperty(story, async (told) => {
        const { lab, unknownPosts } = await play(told, false);
        for (const delivery of lab.deliveries.values()) {
          const messages = messagesOf(lab, delivery);
          expect(messages.length > 0 || !isDue(delivery, lab)).toBe(true);
          const unknown = (unknownPosts.get(delivery.key) ?? 0) + lab.deaths;
          expect(messages.length).toBeLessThanOrEqual(1 + unknown);
          expect(messages.filter(({ repeat }) => !repeat).length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("a story without faults and deaths repeats nothing", async () => {
    await fc.assert(
      fc.asyncProperty(story, fc.boolean(), async (told, readBack) => {
        const { lab } = await play({ ...told, faults: [], lives: [] }, readBack);
        expect(lab.chat.messages.some(({ repeat }) => repeat)).toBe(false);
        const keys = lab.chat.messages.map(({ key }) => key);
        expect(keys).toEqual([...new Set(keys)]);
      }),
      { numRuns: 15 },
    );
  });
});
