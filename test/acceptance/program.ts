import { spawn } from "node:child_process";
import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { text as readAll } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { runCommandLine } from "../../src/command-line.ts";
import { SYSTEM_CLOCK, SYSTEM_RANDOM } from "../../src/system-clock.ts";

/** What the program said and how it ended. */
export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run the program. */
export interface RunOptions {
  /** What stands on standard input; nothing by default. */
  readonly input?: string | Uint8Array | Readable;
  readonly environment?: Readonly<Record<string, string>>;
  /** The machine's time zone; UTC by default. */
  readonly zone?: string;
}

/** How to run the program as a process of its own. */
export interface ProcessOptions extends RunOptions {
  /** Options of Node.js, such as a limit of the heap. */
  readonly nodeArguments?: readonly string[];
  /** Where it is run; the project's own folder by default. */
  readonly cwd?: string;
  /** Whether the reader of its output goes away before it has read anything, as `head -0` does. */
  readonly closesOutput?: boolean;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Later than anything in the fixtures. */
export const NOW = Date.parse("2026-11-30T03:12:00Z");

/** Runs the real program as a process of its own, with an environment of its own. */
export async function runProcess(
  words: readonly string[],
  options: ProcessOptions = {},
): Promise<Run> {
  const child = spawn(
    process.execPath,
    [...(options.nodeArguments ?? []), `${ROOT}bin/doorbell.js`, ...words],
    { cwd: options.cwd ?? ROOT, env: { TZ: options.zone ?? "UTC", ...options.environment } },
  );
  const ended = once(child, "close");
  const feeding = pipeline(bytesOf(options.input), child.stdin).catch(() => {
    // A program that stops reading closes its end: what it says of that is the test's affair.
  });
  if (options.closesOutput === true) {
    child.stdout.destroy();
  }
  const [stdout, stderr] = await Promise.all([
    options.closesOutput === true ? "" : readAll(child.stdout),
    readAll(child.stderr),
  ]);
  await Promise.all([ended, feeding]);
  const run = { status: child.exitCode, stdout, stderr };
  refuseSecrets(run, options.environment ?? {});
  return run;
}

/** Runs the command line within the test's own process. */
export async function runHere(words: readonly string[], options: RunOptions = {}): Promise<Run> {
  const output = new PassThrough();
  const errors = new PassThrough();
  const said = Promise.all([readAll(output), readAll(errors)]);
  const status = await runCommandLine({
    arguments: words,
    environment: options.environment ?? {},
    input: bytesOf(options.input),
    output,
    errors,
    clock: {
      now: () => NOW,
      sleep: async (duration, signal) => SYSTEM_CLOCK.sleep(duration, signal),
    },
    random: SYSTEM_RANDOM,
    zone: options.zone ?? "UTC",
    user: "alice",
    stopped: () => new AbortController().signal,
  });
  output.end();
  errors.end();
  const [stdout, stderr] = await said;
  return { status, stdout, stderr };
}

/** Whatever a test is about: no secret of the program's environment stands in what it says. */
export function refuseSecrets(
  { stdout, stderr }: Run,
  environment: Readonly<Record<string, string>>,
): void {
  for (const [name, value] of Object.entries(environment)) {
    const isSecret = /SECRET|TOKEN|PASSWORD/.test(name) && value.length >= 8;
    if (isSecret && `${stdout}\n${stderr}`.includes(value)) {
      throw new Error(`The program said the secret ${name}.`);
    }
  }
}

/** What standard error never shows, whatever happens: the traces of a crash. */
export function expectNoCrash(run: Run): void {
  expect(run.stderr).not.toMatch(/^\s+at /m);
  expect(run.stderr).not.toContain("Error:");
  expect(run.stderr).not.toContain("node:internal");
}

function bytesOf(input: RunOptions["input"]): Readable {
  if (input instanceof Readable) {
    return input;
  }
  // A copy, because the program gives away the memory of what it has read.
  const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
  return Readable.from(bytes === undefined || bytes.length === 0 ? [] : [Uint8Array.from(bytes)], {
    objectMode: false,
  });
}
