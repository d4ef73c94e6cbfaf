import type { Duration } from "../../src/domain/instant.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/instant.ts";
import type { ChannelRef } from "../../src/domain/notification.ts";
import type { Opening } from "../../src/domain/opening.ts";
import { notificationRouter } from "../../src/notify/notification-router.ts";
import { OUTBOX_TIMING } from "../../src/notify/outbox-timing.ts";
import { OutboxWorker } from "../../src/notify/outbox-worker.ts";
import type { ChatCapabilities, NewDelivery, OpeningChange, Store } from "../../src/ports.ts";
import { openSqliteStore } from "../../src/store/open-sqlite-store.ts";
import { ALICE, attribution, candidate, OPEN, opening } from "../ask/trail-builder.ts";
import { CrashGate } from "../fakes/crash-gate.ts";
import { gatedAdapter, gatedOutbox } from "../fakes/gated.ts";
import { NO_CHANGE } from "../fakes/no-change.ts";
import { ManualClock } from "../fakes/manual-clock.ts";
import { MemoryChatAdapter, MemoryChatPlatform } from "../fakes/memory-chat.ts";
import type { MemoryCall, Treatment } from "../fakes/memory-chat.ts";

const START = Date.UTC(2026, 10, 23, 14, 0);

/** Looks rarely, because the lab wakes its workers. */
export const LAB_TIMING = { ...OUTBOX_TIMING, look: 10 * MINUTE };

/** A channel of the chat in memory. */
export function channelOf(name: string): ChannelRef {
  return { platform: "memory", workspace: "", channel: name };
}

/** How a lab is set up. */
export interface LabSetting {
  readonly capabilities: ChatCapabilities;
  readonly treat?: (call: MemoryCall, clock: ManualClock) => Treatment;
  /** Whose channels are subscribed to everything. */
  readonly channels: readonly string[];
}

/** An outbox in a real store, a chat in memory, and workers that can die at any step. */
export class OutboxLab {
  readonly clock: ManualClock;
  readonly chat: MemoryChatPlatform;
  readonly store: Store;
  readonly problems: string[] = [];
  /** Everything that was put into the outbox, by key. */
  readonly deliveries = new Map<string, NewDelivery>();
  readonly #capabilities: ChatCapabilities;
  #made = 0;
  readonly #known = new Map<string, Opening>();
  readonly #workers = new Set<OutboxWorker>();
  readonly #gates: CrashGate[] = [];
  readonly #stop = new AbortController();
  readonly #runs: Promise<void>[] = [];

  private constructor(clock: ManualClock, store: Store, setting: LabSetting) {
    const { treat, capabilities } = setting;
    this.clock = clock;
    this.store = store;
    this.#capabilities = capabilities;
    this.chat = new MemoryChatPlatform(
      () => clock.now(),
      treat === undefined ? undefined : (call) => treat(call, clock),
    );
  }

  static async open(setting: LabSetting): Promise<OutboxLab> {
    const clock = new ManualClock(START);
    const store = await openSqliteStore(":memory:", { clock });
    const noFilter = {
      azureSubscriptions: [],
      resourceGroups: [],
      vms: [],
      ports: [],
      kinds: [],
      verdicts: [],
      findings: [],
    };
    for (const [index, name] of setting.channels.entries()) {
      await store.subscribe({
        id: `s-${index}`,
        channel: channelOf(name),
        filter: noFilter,
        createdAt: START,
        createdBy: "configuration",
      });
    }
    return new OutboxLab(clock, store, setting);
  }

  /** The openings as they stand. */
  get openings(): readonly Opening[] {
    return [...this.#known.values()];
  }

  /** How many workers died. */
  get deaths(): number {
    return this.#gates.filter(({ isDead }) => isDead).length;
  }

  /** One request makes openings of several ports, which stand. */
  async announce(count: number): Promise<readonly [Opening, ...Opening[]]> {
    const request = `r-${this.#made}`;
    const made = (index: number): Opening =>
      opening({
        ...OPEN,
        id: `o-${String(this.#made + index).padStart(12, "0")}`,
        port: { from: 3000 + index, to: 3000 + index },
        openedAt: this.clock.now(),
        promisedEnd: this.clock.now() + HOUR,
        attribution: attribution({ candidates: [candidate(ALICE, request)] }),
      });
    const others = Array.from({ length: count - 1 }, (_, index) => made(index + 1));
    const openings = [made(0), ...others] as const;
    this.#made += count;
    await this.#commit(openings.map((after) => ({ before: null, after })));
    return openings;
  }

  /** Facts bring an opening back that others had taken back. */
  async announceAgain(opening: Opening): Promise<void> {
    await this.#commit([{ before: null, after: opening }]);
  }

  /** Something happens to an opening. */
  async change(id: string, change: Partial<Opening>): Promise<void> {
    const before = this.#known.get(id);
    if (before !== undefined) {
      await this.#commit([{ before, after: { ...before, ...change } }]);
    }
  }

  /** The port closes. */
  async closePort(id: string): Promise<void> {
    await this.change(id, { closedAt: this.clock.now(), closedAtExact: true, closing: "expired" });
  }

  /** Later facts show that it never was. */
  async takeBack(id: string): Promise<void> {
    this.#known.delete(id);
    await this.store.commit({ ...NO_CHANGE, goneOpenings: [id] });
    this.#wake();
  }

  async #commit(changes: readonly OpeningChange[]): Promise<void> {
    const route = notificationRouter(this.store, () => this.#capabilities.threads);
    const deliveries = await route(changes, this.clock.now());
    for (const delivery of deliveries) {
      const known = this.deliveries.get(delivery.key);
      const openings = [...(known?.openings ?? []), ...delivery.openings];
      this.deliveries.set(delivery.key, { ...delivery, openings });
    }
    const openings = changes.map(({ after }) => after);
    await this.store.commit({ ...NO_CHANGE, openings, deliveries });
    for (const one of openings) {
      this.#known.set(one.id, one);
    }
    this.#wake();
  }

  /** A person mended what held messages up there. */
  async mend(channel: ChannelRef): Promise<void> {
    await this.store.retryWaiting(channel, this.clock.now());
    this.#wake();
  }

  #wake(): void {
    for (const worker of this.#workers) {
      worker.wake();
    }
  }

  /**
   * Starts a worker; when it dies, another one takes its place.
   *
   * @param lives how many steps each of them lives; the last one does not die.
   */
  startWorker(lives: readonly number[]): void {
    const [steps, ...others] = lives;
    const gate = new CrashGate(steps ?? Number.POSITIVE_INFINITY);
    this.#gates.push(gate);
    const adapter = new MemoryChatAdapter(this.chat, this.#capabilities);
    const worker = new OutboxWorker({
      store: gatedOutbox(this.store, gate),
      adapters: [gatedAdapter(adapter, gate)],
      clock: this.clock,
      random: { next: () => 0.5 },
      onProblem: (problem) => this.problems.push(problem),
      timing: LAB_TIMING,
    });
    this.#workers.add(worker);
    const run = worker.run(this.#stop.signal);
    this.#runs.push(Promise.race([run, this.#replaceWhenDead(worker, gate, others)]));
  }

  async #replaceWhenDead(
    worker: OutboxWorker,
    gate: CrashGate,
    lives: readonly number[],
  ): Promise<void> {
    await gate.died;
    this.#workers.delete(worker);
    if (!this.#stop.signal.aborted) {
      this.startWorker(lives);
    }
  }

  async runFor(duration: Duration): Promise<void> {
    await this.clock.runTo(this.clock.now() + duration);
  }

  /** Runs until nothing is due any more. */
  async runUntilQuiet(limit: Duration): Promise<void> {
    const end = this.clock.now() + limit;
    for (;;) {
      const due = await this.store.nextDue(["memory"]);
      if (due === null) {
        return;
      }
      if (this.clock.now() > end) {
        throw new Error(`The outbox never comes to rest: ${this.problems.join("; ")}`);
      }
      await this.clock.runTo(Math.max(due, this.clock.now()) + SECOND);
    }
  }

  /** Tells the workers to stop, and waits until they have. */
  async stopWorkers(): Promise<void> {
    this.#stop.abort();
    await this.clock.through(Promise.all(this.#runs));
  }

  async close(): Promise<void> {
    await this.stopWorkers();
    await this.store.close();
  }
}
