import { describe, expect, onTestFinished, test } from "vitest";
import type { FeedPage, ReceivedEvent } from "../../src/domain/feed.ts";
import { DAY, MINUTE, SECOND } from "../../src/domain/instant.ts";
import type { Opening } from "../../src/domain/opening.ts";
import type { ActivitySource } from "../../src/ports.ts";
import { CrashGate, FaultGate } from "../fakes/crash-gate.ts";
import { EMPTY_PAGE, ListedSource } from "../fakes/listed-source.ts";
import { SUBSCRIPTION } from "../fixtures/cast.ts";
import { IngestLab } from "./ingest-lab.ts";
import { on23, poll, storyEvents } from "./story-events.ts";
import { tenantFeeds } from "./tenant-pages.ts";

const MORNING = storyEvents(on23("00:00"), on23("14:00"));
const REQUEST = storyEvents(on23("14:00"), on23("14:07:30"));
const WRITE = storyEvents(on23("14:07:30"), on23("15:00"));
const EVENING = storyEvents(on23("15:00"), on23("19:00"));
const ALL = [...MORNING, ...REQUEST, ...WRITE, ...EVENING];

async function labAt(time: string): Promise<IngestLab> {
  const lab = await IngestLab.open(on23(time));
  onTestFinished(async () => {
    await lab.store.close();
  });
  return lab;
}

function sourceOf(...pages: readonly FeedPage[]): ListedSource {
  return new ListedSource(`activity-log/${SUBSCRIPTION}`, SUBSCRIPTION, pages);
}

async function openingOf(lab: IngestLab, vm: string): Promise<Opening | undefined> {
  const { openings } = await lab.store.stored(SUBSCRIPTION);
  return openings.findLast(({ vmName, kind }) => vmName === vm && kind === "jit");
}

describe("a page", () => {
  test("is one transaction: events, what follows, deliveries, cursor and coverage", async () => {
    const lab = await labAt("14:12");
    await lab.subscribe(on23("14:00"), "ops");
    const page = poll([...MORNING, ...REQUEST, ...WRITE], on23("14:12"));
    await lab.follow(lab.ingest(), [sourceOf(page)]);
    expect(lab.commits).toHaveLength(1);
    expect(lab.commits[0]).toMatchObject({
      cursor: "1",
      read: { azureSubscription: SUBSCRIPTION, span: { to: on23("14:12") } },
      deliveries: [{ channel: { channel: "ops" }, content: { kind: "notification" } }],
    });
    expect(lab.commits[0]?.events).toHaveLength(page.events.length);
    expect(lab.stored).toBe(1);
    expect(await openingOf(lab, "vm-x")).toMatchObject({ closedAt: null });
  });

  test("revises what earlier ones said, and what it takes back goes", async () => {
    const lab = await labAt("18:40");
    const { signal } = new AbortController();
    const ingest = lab.ingest();
    await ingest.follow(sourceOf(poll([...MORNING, ...WRITE], on23("18:38"))), signal);
    expect(await openingOf(lab, "vm-x")).toMatchObject({
      attribution: { verdict: "unattributed" },
    });
    await ingest.follow(
      new ListedSource("late", SUBSCRIPTION, [{ ...EMPTY_PAGE, events: [...REQUEST, ...EVENING] }]),
      signal,
    );
    expect(await openingOf(lab, "vm-x")).toMatchObject({
      attribution: { verdict: "certain" },
      closing: "expired",
    });
  });

  test("that brings what is known costs nothing but, now and then, the feed's move", async () => {
    const lab = await labAt("14:12");
    const first = poll([...MORNING, ...REQUEST], on23("14:12"));
    const again = Array.from({ length: 10 }, (_, index) => ({
      ...first,
      read: { from: on23("13:40"), to: on23("14:13") + index * SECOND },
    }));
    const { signal } = new AbortController();
    const ingest = lab.ingest();
    const pages = sourceOf(first, ...again).pages(null, signal);
    await ingest.follow({ ...withHealth(sourceOf()), pages: () => pages }, signal);
    // One for what is new, one for the moves when the feed has ended.
    expect(lab.commits.map(({ events, cursor }) => [events.length, cursor])).toEqual([
      [first.events.length, "1"],
      [0, "11"],
    ]);
    const { subscriptions } = await lab.store.coverage();
    expect(subscriptions[0]?.spans).toEqual([
      { from: on23("00:00"), to: on23("14:13") + 9 * SECOND },
    ]);
  });

  test("that brings nothing new is stored by a tick when a minute has passed", async () => {
    const lab = await labAt("14:12");
    const stop = new AbortController();
    const ingest = lab.ingest();
    const endless = endlessSource([poll(MORNING, on23("14:12")), poll(MORNING, on23("14:13"))]);
    const following = ingest.follow(endless, stop.signal);
    await lab.clock.runTo(on23("14:12:30"));
    await ingest.tick();
    expect(await lab.store.cursor(endless.feed)).toBe("1");
    await lab.clock.runTo(on23("14:13:00"));
    await ingest.tick();
    expect(await lab.store.cursor(endless.feed)).toBe("2");
    stop.abort();
    expect(await lab.clock.through(following)).toEqual({ kind: "aborted" });
  });

  test("with rows that nobody understands keeps them, once", async () => {
    const lab = await labAt("14:12");
    const row = { digest: "d-1", reason: "no time", raw: "{}", receivedAt: on23("14:12") };
    const page = { ...EMPTY_PAGE, quarantined: [row] };
    await lab.follow(lab.ingest(), [sourceOf(page, page, page)]);
    expect((await lab.store.coverage()).quarantined).toBe(1);
    expect(lab.commits.filter(({ quarantined }) => quarantined.length > 0)).toHaveLength(1);
  });
});

describe("a store that fails", () => {
  test("is told once, tried again, and told to be well", async () => {
    const lab = await labAt("14:12");
    const ingest = lab.ingest(new FaultGate(Array.from({ length: 21 }, (_, step) => step + 2)));
    const source = sourceOf(poll([...MORNING, ...REQUEST], on23("14:12")));
    const { signal } = new AbortController();
    const following = ingest.follow(source, signal);
    await lab.clock.runTo(on23("14:12:10"));
    expect(ingest.health().feeds).toMatchObject([
      {
        state: "failing",
        problem: `What came of activity-log/${SUBSCRIPTION} cannot be stored: The disk is on holiday.`,
      },
    ]);
    expect(await lab.store.cursor(source.feed)).toBeNull();
    expect(await lab.clock.through(following)).toEqual({ kind: "ended" });
    expect(await lab.store.cursor(source.feed)).toBe("1");
    expect(ingest.health().feeds).toMatchObject([{ state: "reading", problem: null }]);
    expect(lab.problems).toHaveLength(1);
  });

  test("is left alone when the program stops", async () => {
    const lab = await labAt("14:12");
    const stop = new AbortController();
    const always = new FaultGate(Array.from({ length: 10_000 }, (_, step) => step));
    const following = lab
      .ingest(always)
      .follow(sourceOf(poll(MORNING, on23("14:12"))), stop.signal);
    await lab.clock.runTo(on23("14:15"));
    stop.abort();
    expect(await lab.clock.through(following)).toEqual({ kind: "aborted" });
  });

  test("for one Azure subscription does not hold up another", async () => {
    const lab = await labAt("14:12");
    const { signal } = new AbortController();
    const ingest = lab.ingest(undefined, {
      stored: async (subscription) =>
        subscription === SUBSCRIPTION
          ? new Promise(() => undefined)
          : lab.store.stored(subscription),
    });
    void ingest.follow(sourceOf(poll(MORNING, on23("14:12"))), signal);
    const [other] = tenantFeeds(3).sources;
    const stop = new AbortController();
    void ingest.follow(other ?? sourceOf(), stop.signal);
    await lab.clock.runTo(on23("14:13"));
    expect(lab.commits.length).toBeGreaterThan(0);
    expect(await lab.store.cursor(`activity-log/${SUBSCRIPTION}`)).toBeNull();
    stop.abort();
  });

  test("a feed that fails for good is told of, and ends no other", async () => {
    const lab = await labAt("14:12");
    const ingest = lab.ingest();
    const broken: ActivitySource = {
      ...withHealth(sourceOf()),
      feed: "broken",
      async *pages() {
        yield poll(MORNING, on23("14:00"));
        throw new Error("The permission was taken away.");
      },
    };
    const { signal } = new AbortController();
    const ends = await lab.clock.through(
      Promise.all([
        ingest.follow(broken, signal),
        ingest.follow(sourceOf(poll(REQUEST, on23("14:12"))), signal),
      ]),
    );
    expect(ends.map(({ kind }) => kind)).toEqual(["failed", "ended"]);
    expect(ingest.health().feeds[0]).toMatchObject({
      state: "stopped",
      problem: "The feed broken has stopped: The permission was taken away.",
    });
    expect((await lab.store.coverage()).events).toBe(MORNING.length + REQUEST.length);
  });
});

describe("as time goes on", () => {
  const late = async (lab: IngestLab): Promise<string | undefined> =>
    (await openingOf(lab, "vm-build"))?.findings.find(({ code }) => code === "open-past-end")?.text;

  /** Bob's rule was to end at 13:20 and never does. */
  async function readTo(lab: IngestLab, time: string): Promise<void> {
    await lab.follow(lab.ingest(), [
      new ListedSource(`read ${time}`, SUBSCRIPTION, [poll(MORNING, on23(time))]),
    ]);
  }

  test("a rule past its end is told of when the log cannot hide its removal any more", async () => {
    const lab = await labAt("20:00");
    await readTo(lab, "13:44");
    expect(await late(lab)).toBeUndefined();
    await readTo(lab, "13:46");
    expect(await late(lab)).toBe("The rule still stands, more than 5 min past its promised end.");
  });

  test("it is told anew in steps, not with every look", async () => {
    const lab = await labAt("20:00");
    await readTo(lab, "14:11");
    const commits = lab.commits.length;
    await readTo(lab, "14:12");
    expect(lab.commits.slice(commits).flatMap(({ openings }) => openings)).toEqual([]);
    await readTo(lab, "16:00");
    expect(await late(lab)).toContain("more than 2 h");
  });

  test("a stopped feed makes nothing known: the clock alone says nothing", async () => {
    const lab = await labAt("13:30");
    const ingest = lab.ingest();
    await lab.follow(ingest, [sourceOf(poll(MORNING, on23("13:30")))]);
    await lab.clock.runTo(on23("13:30") + DAY);
    await ingest.tick();
    expect(await late(lab)).toBeUndefined();
  });
});

describe("an import", () => {
  async function* batches(events: readonly ReceivedEvent[]) {
    for (let at = 0; at < events.length; at += 7) {
      yield { events: events.slice(at, at + 7), quarantined: [] };
    }
  }

  test("stores what is new, and says how much that was", async () => {
    const lab = await labAt("20:00");
    const ingest = lab.ingest();
    expect(await ingest.importAll(batches(MORNING))).toBe(MORNING.length);
    expect(await ingest.importAll(batches(ALL))).toBe(ALL.length - MORNING.length);
    expect(await ingest.importAll(batches(ALL))).toBe(0);
    expect(await openingOf(lab, "vm-x")).toMatchObject({ closing: "expired" });
    expect(ingest.health().subscriptions).toEqual([]);
  });

  test("rings for what was opened after a subscription was made, and for nothing before", async () => {
    const lab = await labAt("20:00");
    await lab.subscribe(on23("14:00"), "ops");
    await lab.ingest().importAll(batches(ALL));
    const { openings } = await lab.store.stored(SUBSCRIPTION);
    const told = await lab.store.announced(openings.map(({ id }) => id));
    expect(told.map(({ openingId }) => openingId)).toEqual([(await openingOf(lab, "vm-x"))?.id]);
  });

  test("that was cut off is finished by the next start", async () => {
    const lab = await labAt("20:00");
    const gate = new CrashGate(15);
    await Promise.race([lab.ingest(gate).importAll(batches(ALL)), gate.died]);
    expect((await lab.store.coverage()).events).toBeGreaterThan(0);
    expect((await lab.store.stored(SUBSCRIPTION)).openings).toEqual([]);
    const stop = new AbortController();
    const ticking = lab.ingest().keepTime(MINUTE, stop.signal);
    await lab.clock.runTo(on23("20:01"));
    stop.abort();
    await lab.clock.through(ticking);
    expect((await lab.store.stored(SUBSCRIPTION)).openings.length).toBeGreaterThan(0);
  });

  test("of an export that cannot be stored fails, and can be repeated", async () => {
    const lab = await labAt("20:00");
    const ingest = lab.ingest(new FaultGate([12]));
    await expect(ingest.importAll(batches(ALL))).rejects.toThrow("The disk is on holiday.");
    await ingest.importAll(batches(ALL));
    expect((await lab.store.coverage()).events).toBe(ALL.length);
  });
});

test("history is stored page by page, and what follows from it by the next tick", async () => {
  const lab = await labAt("20:00");
  await lab.clock.runTo(on23("20:00") + 3 * DAY);
  const ingest = lab.ingest();
  const stop = new AbortController();
  const endless = endlessSource([
    { ...EMPTY_PAGE, events: EVENING },
    { ...EMPTY_PAGE, events: [...REQUEST, ...WRITE] },
    EMPTY_PAGE,
  ]);
  const following = ingest.follow(endless, stop.signal);
  await lab.clock.runTo(lab.clock.now() + SECOND);
  expect(lab.commits.flatMap(({ openings }) => openings)).toEqual([]);
  await ingest.tick();
  expect(await openingOf(lab, "vm-x")).toMatchObject({ closing: "expired" });
  stop.abort();
  await lab.clock.through(following);
});

/** Tells these pages, and then goes on without telling anything. */
function endlessSource(pages: readonly FeedPage[]): ActivitySource {
  const listed = sourceOf(...pages);
  return {
    ...withHealth(listed),
    async *pages(cursor, signal) {
      yield* listed.pages(cursor, signal);
      await new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => {
          resolve();
        });
      });
    },
  };
}

function withHealth(source: ListedSource): Omit<ActivitySource, "pages"> {
  const { feed, azureSubscription } = source;
  return { feed, azureSubscription, health: () => source.health() };
}
