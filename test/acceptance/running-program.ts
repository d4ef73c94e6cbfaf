import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { Run } from "./program.ts";

const BIN = fileURLToPath(new URL("../../bin/doorbell.js", import.meta.url));
/** A guard against hanging, not a measure. */
const MOST_LOOKS = 6000;
const LOOK = 20;

/** The program as a process of its own that goes on until it is told to stop. */
export class RunningProgram {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<unknown>;
  #stdout = "";
  #stderr = "";

  /** It is killed when the test ends, if it has not ended by then. */
  constructor(
    words: readonly string[],
    options: {
      readonly cwd: string;
      readonly environment?: Readonly<Record<string, string>>;
      /** No file may grow beyond it, in blocks of the shell: as if the disk were full. */
      readonly fileLimit?: number;
    },
  ) {
    const program = [process.execPath, BIN, ...words];
    const { cwd, fileLimit } = options;
    const [command = "", ...rest] =
      fileLimit === undefined
        ? program
        : ["sh", "-c", `ulimit -f ${fileLimit}; exec "$0" "$@"`, ...program];
    this.#child = spawn(command, rest, {
      cwd,
      env: { TZ: "UTC", ...options.environment },
    });
    this.#closed = once(this.#child, "close");
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    // A program that has ended takes no more input.
    this.#child.stdin.on("error", () => undefined);
    onTestFinished(() => {
      this.#child.kill("SIGKILL");
    });
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  type(text: string): void {
    this.#child.stdin.write(text);
  }

  hangUp(): void {
    this.#child.stdin.end();
  }

  /** Waits until one of its streams says that; returns what fitted. */
  async until(stream: "stdout" | "stderr", pattern: RegExp): Promise<RegExpExecArray> {
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      const found = pattern.exec(this[stream]);
      if (found !== null) {
        return found;
      }
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        break;
      }
      await delay(LOOK);
    }
    throw new Error(`It never said ${pattern}.\n${this.#stdout}\n${this.#stderr}`);
  }

  /** Sends a signal, such as one that stops it or lets it go on. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<Run> {
    this.#child.kill(signal);
    return this.ended();
  }

  /** Waits for the end. */
  async ended(): Promise<Run> {
    await this.#closed;
    return { status: this.#child.exitCode, stdout: this.#stdout, stderr: this.#stderr };
  }
}
