import type { Duration, Instant } from "../domain/instant.ts";
import { SECOND } from "../domain/instant.ts";
import type { Clock, Lease, LeaseBoard, LeaseState, LeaseStore, RandomSource } from "../ports.ts";
import { KeyedLock } from "./keyed-lock.ts";
import { leasesToGive, leasesToTake } from "./lease-shares.ts";

/** The lengths of time that leases go by, in ms of real time. */
export interface LeaseTiming {
  /** Who has not been heard of for so long is dead: others take over what it held. */
  readonly life: Duration;
  /** How often a replica says that it lives. */
  readonly renew: Duration;
  /** How often a replica that holds more than its share gives some away. */
  readonly give: Duration;
}

/** After a kill, the next renewal of another replica behind the end of the life takes over: 4 s at most. */
export const LEASE_TIMING: LeaseTiming = {
  life: 3 * SECOND,
  renew: SECOND,
  give: 5 * SECOND,
};

/** What the keeper of leases works with. */
export interface LeaseParts {
  readonly store: LeaseStore;
  /** The replica's name: no other, and no earlier one, may have the same. */
  readonly owner: string;
  /** Real time. */
  readonly wall: Clock;
  readonly random: RandomSource;
  /** Told in one line when leases come and go, and when they cannot be renewed. */
  readonly onChange: (words: string, counts: LeaseCounts) => void;
  readonly onProblem: (problem: string) => void;
  readonly timing?: LeaseTiming;
}

/** What is told when leases come and go. */
export interface LeaseCounts {
  readonly changed: number;
  readonly held: number;
  readonly replicas: number;
}

/** The time during which a lease is held. */
export interface Term {
  readonly lease: Lease;
  /** Aborts when it is held no more. */
  readonly over: AbortSignal;
}

const LOCK = ["leases"];

/**
 * Holds a replica's leases: takes its share of those that it wants, renews them all with one statement,
 * and gives away slowly what it holds beyond its share. That a lease is held here is no proof: what is
 * written names its fence, and is refused when somebody else has taken it over.
 */
export class LeaseKeeper {
  readonly owner: string;
  readonly #parts: LeaseParts;
  readonly #timing: LeaseTiming;
  readonly #lock = new KeyedLock();
  readonly #wanted = new Set<string>();
  readonly #terms = new Map<string, { readonly term: Term; readonly end: AbortController }>();
  #board: LeaseBoard = { replicas: [], leases: [] };
  #states: ReadonlyMap<string, LeaseState> = new Map();
  /** Since when replicas that want leases have been seen. */
  #seen: ReadonlyMap<string, Instant> = new Map();
  /** How many looks in a row found a lease free. */
  #free: ReadonlyMap<string, number> = new Map();
  /** What was given away, and came back because nobody wanted it. */
  readonly #unwanted = new Set<string>();
  readonly #given = new Set<string>();
  #gaveAt: Instant;
  #changed = Promise.withResolvers<void>();
  #alarm = new AbortController();
  #problem: string | null = null;

  constructor(parts: LeaseParts) {
    this.#parts = parts;
    this.owner = parts.owner;
    this.#timing = parts.timing ?? LEASE_TIMING;
    this.#gaveAt = parts.wall.now();
  }

  /** From now on the lease is one of those that this replica takes its share of. */
  want(name: string): void {
    if (!this.#wanted.has(name)) {
      this.#wanted.add(name);
      this.hurry();
    }
  }

  /** The lease, while it is held; else null. */
  lease(name: string): Lease | null {
    return this.#terms.get(name)?.term.lease ?? null;
  }

  /** Another living replica that holds it, as far as is known; else null. */
  holder(name: string): string | null {
    const owner = this.#states.get(name)?.owner ?? null;
    return owner === this.owner || this.#terms.has(name) ? null : owner;
  }

  /** How all leases stood at the last look. */
  get board(): LeaseBoard {
    return this.#board;
  }

  /** How the lease stood at the last look; null when nobody ever held it. */
  state(name: string): LeaseState | null {
    return this.#states.get(name) ?? null;
  }

  /** Waits until a lease that is wanted is held; null when the signal aborts before. */
  async term(name: string, signal: AbortSignal): Promise<Term | null> {
    const aborted = Promise.withResolvers<void>();
    const onAbort = (): void => {
      aborted.resolve();
    };
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      while (!signal.aborted) {
        const held = this.#terms.get(name);
        if (held !== undefined) {
          return held.term;
        }
        await Promise.race([this.#changed.promise, aborted.promise]);
      }
      return null;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /**
   * Takes a lease at once that no other living replica holds, wanted or not; null when one does. It is
   * given back by `give`, and lives on only while `run` does.
   */
  async take(name: string): Promise<Lease | null> {
    return this.#lock.run(LOCK, async () => {
      await this.#look();
      if (!this.#terms.has(name) && (this.#states.get(name)?.owner ?? null) === null) {
        await this.#takeAll([name]);
      }
      return this.lease(name);
    });
  }

  /** Gives a lease back, if it is held. */
  async give(name: string): Promise<void> {
    await this.#lock.run(LOCK, async () => this.#giveAll([name]));
  }

  /** Writes down that the conclusions from so many news were drawn. */
  async heed(name: string, news: number): Promise<void> {
    const lease = this.lease(name);
    if (lease !== null && (this.#states.get(name)?.heeded ?? 0) < news) {
      await this.#parts.store.heedNews(lease, news);
    }
  }

  /** Looks at once how the leases stand: something hints that they have changed. */
  hurry(): void {
    this.#alarm.abort();
  }

  /** Keeps the leases until the signal aborts; then gives all of them back. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const alarm = new AbortController();
      this.#alarm = alarm;
      try {
        await this.#lock.run(LOCK, async () => this.#turn());
        this.#problem = null;
      } catch (error) {
        const problem = `The leases cannot be renewed: ${error instanceof Error ? error.message : String(error)}`;
        if (this.#problem !== problem) {
          this.#problem = problem;
          this.#parts.onProblem(problem);
        }
      }
      await this.#parts.wall.sleep(
        this.#timing.renew,
        this.#problem === null ? AbortSignal.any([signal, alarm.signal]) : signal,
      );
    }
    for (const name of this.#terms.keys()) {
      this.#end(name);
    }
    try {
      await this.#parts.store.leave(this.owner);
    } catch {
      // Whoever is gone is found to be dead a moment later.
    }
  }

  async #turn(): Promise<void> {
    await this.#look();
    const { wall, random } = this.#parts;
    const now = wall.now();
    const { taken, free } = leasesToTake({
      owner: this.owner,
      board: this.#board,
      wanted: this.#wanted,
      held: new Set(this.#terms.keys()),
      freeBefore: this.#free,
      start: random.next(),
    });
    this.#free = free;
    const got = await this.#takeAll(taken);
    for (const name of got) {
      if (this.#given.delete(name)) {
        this.#unwanted.add(name);
      }
    }
    this.#told("Leases were taken.", got.length);
    if (now - this.#gaveAt < this.#timing.give) {
      return;
    }
    const given = leasesToGive({
      owner: this.owner,
      board: this.#board,
      held: [...this.#terms.keys()].filter(
        (name) => this.#wanted.has(name) && !this.#unwanted.has(name),
      ),
      wanted: this.#wanted.size,
      settled: (owner) => now - (this.#seen.get(owner) ?? now) >= this.#timing.give,
    });
    if (given.length > 0) {
      this.#gaveAt = now;
      await this.#giveAll(given);
      for (const name of given) {
        this.#given.add(name);
      }
      this.#told("Leases were given to other replicas.", given.length);
    }
  }

  /** Says that this replica lives, and finds out what it still holds. */
  async #look(): Promise<void> {
    const { store, wall } = this.#parts;
    this.#board = await store.keepAlive(this.owner, this.#wanted.size, this.#timing.life);
    this.#states = new Map(this.#board.leases.map((state) => [state.name, state]));
    const now = wall.now();
    const owners = this.#board.replicas.filter(({ wants }) => wants > 0).map(({ owner }) => owner);
    if (owners.some((owner) => !this.#seen.has(owner))) {
      this.#unwanted.clear();
    }
    this.#seen = new Map(owners.map((owner) => [owner, this.#seen.get(owner) ?? now]));
    const lost = [...this.#terms].filter(([name, { term }]) => {
      const state = this.#states.get(name);
      return state?.owner !== this.owner || state.fence !== term.lease.fence;
    });
    for (const [name] of lost) {
      this.#end(name);
    }
    this.#told("Leases were taken over by another replica.", lost.length);
  }

  async #takeAll(names: readonly string[]): Promise<readonly string[]> {
    if (names.length === 0) {
      return [];
    }
    const got = await this.#parts.store.takeLeases(this.owner, names);
    for (const lease of got) {
      const end = new AbortController();
      this.#terms.set(lease.name, { term: { lease, over: end.signal }, end });
    }
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    return got.map(({ name }) => name);
  }

  async #giveAll(names: readonly string[]): Promise<void> {
    const leases = names.flatMap((name) => this.lease(name) ?? []);
    for (const name of names) {
      this.#end(name);
    }
    await this.#parts.store.giveLeases(leases);
  }

  #end(name: string): void {
    this.#terms.get(name)?.end.abort();
    this.#terms.delete(name);
  }

  #told(words: string, changed: number): void {
    if (changed > 0) {
      const held = this.#terms.size;
      const replicas = this.#board.replicas.length;
      this.#parts.onChange(words, { changed, held, replicas });
    }
  }
}
