import { setTimeout as delay } from "node:timers/promises";
import type { Clock, RandomSource } from "./ports.ts";

/** The machine's clock. */
export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  sleep: async (duration, signal) => {
    try {
      await delay(Math.max(0, duration), undefined, signal === undefined ? {} : { signal });
    } catch {
      // Aborted: whoever sleeps goes on and looks at the signal.
    }
  },
};

/** The machine's chance. */
export const SYSTEM_RANDOM: RandomSource = { next: () => Math.random() };
