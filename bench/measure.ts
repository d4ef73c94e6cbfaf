import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** What one run of a program took. */
export interface Measurement {
  /** From start to exit, in seconds. */
  readonly wall: number;
  /** Of all its threads, in user and kernel mode, in seconds; null where the system does not tell. */
  readonly cpu: number | null;
  /** Most memory that it ever had resident, in MiB; null where the system does not tell. */
  readonly peak: number | null;
  /** Lines that it printed. */
  readonly lines: number;
}

const NEWLINE = 0x0a;
/** How often the system is asked, in ms: what happens after the last time is missed. */
const SAMPLE_EVERY = 10;
/** Linux counts processor time in hundredths of a second, whatever the hardware. */
const TICKS_PER_SECOND = 100;

/**
 * Runs a program and measures it from outside, each program in the same way.
 *
 * @param input what it reads on standard input; null for nothing.
 * @throws Error when it cannot be run, or fails.
 */
export async function measure(
  program: string,
  parameters: readonly string[],
  input: Readable | null = null,
): Promise<Measurement> {
  const start = performance.now();
  const child = spawn(program, parameters, { stdio: ["pipe", "pipe", "pipe"] });
  let seen: Pick<Measurement, "cpu" | "peak"> = { cpu: null, peak: null };
  const timer = setInterval(() => {
    seen = child.pid === undefined ? seen : (usageOf(child.pid) ?? seen);
  }, SAMPLE_EVERY);
  let lines = 0;
  child.stdout.on("data", (chunk: Uint8Array) => {
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) {
      lines += 1;
    }
  });
  let complaints = "";
  child.stderr.on("data", (chunk: Uint8Array) => {
    complaints = (complaints + Buffer.from(chunk).toString()).slice(-2000);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  try {
    if (input === null) {
      child.stdin.end();
    } else {
      await pipeline(input, child.stdin);
    }
    const status = await ended;
    if (status !== 0) {
      throw new Error(`${program} ended with status ${status}: ${complaints}`);
    }
  } finally {
    clearInterval(timer);
  }
  return { ...seen, wall: (performance.now() - start) / 1000, lines };
}

/** Linux tells in /proc; elsewhere nothing does. */
function usageOf(pid: number): Pick<Measurement, "cpu" | "peak"> | null {
  try {
    const peak = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name, in brackets, may hold spaces; user and system time are fields 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    return peak === undefined
      ? null
      : { cpu: ticks / TICKS_PER_SECOND, peak: Math.round(Number(peak) / 1024) };
  } catch {
    return null;
  }
}
