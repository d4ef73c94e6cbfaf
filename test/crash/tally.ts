import { isAmongReplicas, STEPS, USUAL_STEPS } from "./steps.ts";
import type { Random } from "../../src/sandbox/random.ts";
import type { Verdict } from "./verdict.ts";

/** So many rounds are enough to kill at every step. */
const FULL = 200;
/** So many rounds in which nobody came by a step count as a kill there. */
const MISSES = 3;

/** Counts what all series together have done, and says where to kill next. */
export class Tally {
  readonly kills = new Map<string, number>(STEPS.map((step) => [step, 0]));
  rounds = 0;
  moments = 0;
  owed = 0;
  notifications = 0;
  replies = 0;
  marked = 0;
  readonly lost: string[] = [];
  readonly doubled: string[] = [];
  readonly wrong: string[] = [];
  /** In ms of the story. */
  longestRecovery = 0;
  readonly #random: Random;
  /** In rounds that are being played. */
  readonly #planned = new Map<string, number>();
  readonly #missed = new Map<string, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  /**
   * A step that a series of so many replicas can reach and at which programs died least often so far; null
   * for any moment.
   */
  nextStep(replicas: number): string | null {
    if (this.#random.chance(0.25)) {
      return null;
    }
    const usual = USUAL_STEPS.filter((step) => replicas > 1 || !isAmongReplicas(step));
    const least = Math.min(...usual.map((step) => this.#weight(step)));
    const step = this.#random.pick(usual.filter((one) => this.#weight(one) === least));
    add(this.#planned, step, 1);
    return step;
  }

  /** Whoever does not come by time and again must not keep others from it for ever. */
  #weight(step: string): number {
    const [kills, planned, missed] = [this.kills, this.#planned, this.#missed].map(
      (counts) => counts.get(step) ?? 0,
    );
    return (kills ?? 0) + (planned ?? 0) + Math.floor((missed ?? 0) / MISSES);
  }

  /**
   * A program was killed.
   *
   * @param planned the step at which it was to die; null for any moment.
   * @param hit whether it died there.
   */
  killed(planned: string | null, hit: boolean): void {
    this.rounds += 1;
    if (planned !== null) {
      add(this.#planned, planned, -1);
      add(hit ? this.kills : this.#missed, planned, 1);
    }
    if (!hit) {
      this.moments += 1;
    }
  }

  judged(verdict: Verdict, name: string, recovery: number): void {
    this.owed += verdict.owed;
    this.notifications += verdict.notifications;
    this.replies += verdict.replies;
    this.marked += verdict.marked;
    for (const list of ["lost", "doubled", "wrong"] as const) {
      this[list].push(...verdict[list].map((line) => `${name}: ${line}`));
    }
    this.longestRecovery = Math.max(this.longestRecovery, recovery);
  }

  /** Steps that every program comes by, and at which none was killed. */
  get spared(): readonly string[] {
    return USUAL_STEPS.filter((step) => (this.kills.get(step) ?? 0) === 0);
  }

  get isClean(): boolean {
    return this.lost.length + this.doubled.length + this.wrong.length === 0;
  }

  /** Whether so many rounds were played that no step should have been spared, and one was. */
  get hasGaps(): boolean {
    return this.rounds >= FULL && this.spared.length > 0;
  }
}

function add(counts: Map<string, number>, step: string, more: number): void {
  counts.set(step, (counts.get(step) ?? 0) + more);
}
