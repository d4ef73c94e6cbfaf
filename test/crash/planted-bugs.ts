import { Deliveries } from "../../adapters/slack/deliveries.ts";
import { DatabaseStore } from "../../src/store/database-store.ts";

/** Bugs that lose or double messages, each in the place of a method; the suite has to find them. */
const BUGS = {
  /** Whatever was posted is never found again. */
  "blind-find": [Deliveries.prototype, "find", async () => Promise.resolve(null)],
  /** What became of a post is not written down. */
  "forgotten-outcome": [DatabaseStore.prototype, "record", async () => Promise.resolve(true)],
  /** A post is made without a note that it is about to be. */
  "unnoted-post": [DatabaseStore.prototype, "beginPost", async () => Promise.resolve(true)],
  /** Of each change, a message is not written down. */
  "lost-delivery": [DatabaseStore.prototype, "commit", withoutDelivery],
} as const;

/** The name of a bug. */
export type BugName = keyof typeof BUGS;

/** Plants the bug of that name in the program that this runs in. */
export function plantBug(name: string): void {
  const bug = Object.entries(BUGS).find(([one]) => one === name)?.[1];
  if (bug === undefined) {
    throw new TypeError(`There is no bug ${name} to plant.`);
  }
  const [prototype, method, wrong] = bug;
  const right: unknown = Reflect.get(prototype, method);
  if (typeof right !== "function") {
    throw new TypeError(`There is no method ${method} to plant a bug in.`);
  }
  Reflect.set(prototype, method, function buggy(this: unknown, ...parameters: unknown[]) {
    return wrong(parameters, (changed): unknown => Reflect.apply(right, this, changed));
  });
}

function withoutDelivery(
  [change]: readonly unknown[],
  run: (parameters: readonly unknown[]) => unknown,
): unknown {
  const deliveries: unknown = Reflect.get(Object(change), "deliveries");
  return run([
    Array.isArray(deliveries) ? { ...Object(change), deliveries: deliveries.slice(1) } : change,
  ]);
}
