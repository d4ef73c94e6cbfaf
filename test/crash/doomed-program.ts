import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Ground } from "./ground.ts";
import type { BugName } from "./planted-bugs.ts";

const BIN = fileURLToPath(new URL("../../bin/doorbell.js", import.meta.url));
const UNDER_FIRE = new URL("./under-fire.ts", import.meta.url).href;
/** More of what it said is not kept. */
const MOST_TEXT = 200_000;
const LOOK = 10;

/** How a program is started. */
export interface Doom {
  /** Where it dies by its own hand; null for nowhere. */
  readonly step: string | null;
  /** When it comes by for so many times. */
  readonly count: number;
  /** The course of its clock; the ground's own where left out. */
  readonly clockFile?: string;
  /** The bug that is planted in it; none where left out. */
  readonly bug?: BugName;
  /** No file may grow beyond it, in blocks of 512 bytes: as if the disk were full. */
  readonly fileLimit?: number;
}

/** The real program as a process of its own, which can be killed at a step. */
export class DoomedProgram {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #stderr = "";

  constructor(ground: Ground, configuration: string, doom: Doom) {
    const program = ["--import", UNDER_FIRE, BIN, "serve", "--config", configuration];
    const [command, words] =
      doom.fileLimit === undefined
        ? [process.execPath, program]
        : // The soft limit alone, so that it can be lifted while the program runs.
          [
            "sh",
            ["-c", `ulimit -S -f ${doom.fileLimit}; exec "$0" "$@"`, process.execPath, ...program],
          ];
    this.#child = spawn(command, words, {
      cwd: ground.folder,
      stdio: ["ignore", "ignore", "pipe"],
      env: {
        ...ground.environment,
        CRASH_CLOCK: doom.clockFile ?? ground.clock.file,
        CRASH_AT: doom.step ?? "",
        CRASH_COUNT: String(doom.count),
        CRASH_BUG: doom.bug ?? "",
      },
    });
    this.#ended = once(this.#child, "close");
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = `${this.#stderr}${text}`.slice(-MOST_TEXT);
    });
  }

  get stderr(): string {
    return this.#stderr;
  }

  get process(): number {
    return this.#child.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Waits until it says that, for so many real ms at most, and not beyond its end. */
  async says(pattern: RegExp, within = 120_000): Promise<boolean> {
    const end = performance.now() + within;
    while (performance.now() < end) {
      if (pattern.test(this.#stderr)) {
        return true;
      }
      if (!this.isAlive) {
        break;
      }
      await delay(LOOK);
    }
    return pattern.test(this.#stderr);
  }

  /** Waits for its death, for so many real ms at most; tells whether it came. */
  async dies(within: number): Promise<boolean> {
    const stop = new AbortController();
    const gaveUp = delay(within, false, { signal: stop.signal }).catch(() => false);
    const died = await Promise.race([this.#ended.then(() => true), gaveUp]);
    stop.abort();
    return died;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  /**
   * Waits for its end.
   *
   * @returns how it ended: a signal's name, or the exit status.
   */
  async end(): Promise<string> {
    await this.#ended;
    return this.#child.signalCode ?? String(this.#child.exitCode);
  }
}
