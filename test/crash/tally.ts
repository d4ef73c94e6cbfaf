import { isAmongReplicas, STEPS, USUAL_STEPS } from "./steps.ts";
import type { Random } from "../../src/sandbox/random.ts";
import type { Verdict } from "./verdict.ts";

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
  readonly #planned = new Map<string, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** One of the steps at which programs died least often so far; null for any moment. */
  nextStep(replicas: number): string | null {
    if (this.#random.chance(0.25)) {
      return null;
    }
    const usual = USUAL_STEPS.filter((step) => replicas > 1 || !isAmongReplicas(step));
    // Whoever did not come by may the next time, and must not keep others from it for ever.
    const weight = (step: string): number =>
      (this.kills.get(step) ?? 0) + (this.#planned.get(step) ?? 0);
    const least = Math.min(...usual.map(weight));
    const step = this.#random.pick(usual.filter((one) => weight(one) === least));
    this.#planned.set(step, (this.#planned.get(step) ?? 0) + 1);
    return step;
  }

  /** A program was killed: at a step, or at any moment. */
  killed(step: string | null): void {
    this.rounds += 1;
    if (step === null) {
      this.moments += 1;
    } else {
      this.kills.set(step, (this.kills.get(step) ?? 0) + 1);
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
}
