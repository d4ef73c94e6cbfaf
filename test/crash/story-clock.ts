import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { Duration, Instant } from "../../src/domain/instant.ts";
import type { Clock } from "../../src/ports.ts";

/**
 * How a story's time follows the machine's: a file says it, so that the suite and the programs that it kills
 * live by one clock, and so that a program's clock can be put wrong.
 */
const courseSchema = z.object({
  /** An instant of the machine's clock, and of the story's at the same moment. */
  machine: z.number(),
  story: z.number(),
  speed: z.number().positive(),
});

/** How a story's time follows the machine's. */
export type Course = z.infer<typeof courseSchema>;

/** The story's time when the machine's clock stands at `machine`. */
export function storyTime(course: Course, machine: Instant): Instant {
  return Math.floor(course.story + (machine - course.machine) * course.speed);
}

/** What a course's file says. */
export function readCourse(file: string): Course {
  return courseSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}

/** The story's clock, which the suite moves and the programs follow. */
export class StoryClock implements Clock {
  readonly file: string;
  #course: Course;

  /** @param speed how many times as fast as real time the story goes. */
  constructor(file: string, speed: number) {
    const now = Date.now();
    this.file = file;
    this.#course = { machine: now, story: now, speed };
    this.#write(file, 0);
  }

  now(): Instant {
    return storyTime(this.#course, Date.now());
  }

  async sleep(duration: Duration, signal?: AbortSignal): Promise<void> {
    const options = signal === undefined ? {} : { signal };
    const real = Math.max(0, duration / this.#course.speed);
    await delay(real, undefined, options).catch(() => undefined);
  }

  /** So much time passes at once: while no program runs, or as for a machine that slept. */
  moveOn(duration: Duration): void {
    this.#course = { ...this.#course, story: this.#course.story + duration };
    this.#write(this.file, 0);
  }

  /** Writes the course of a clock that is wrong by so much, for a program of its own. */
  writeWrong(file: string, by: Duration): void {
    this.#write(file, by);
  }

  #write(file: string, by: Duration): void {
    writeFileSync(file, JSON.stringify({ ...this.#course, story: this.#course.story + by }));
  }
}
