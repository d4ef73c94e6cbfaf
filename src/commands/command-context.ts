import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { IANAZone } from "luxon";
import type { RenderOptions } from "../../adapters/terminal/index.ts";
import type { ExportReading } from "../app/export-reading.ts";
import { readExports } from "../app/export-reading.ts";
import { quarantinedWords } from "../ask/honesty.ts";
import { MINUTE, isoUtc } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { Coverage } from "../domain/trail.ts";
import { parseWorkingHours } from "../domain/working-hours.ts";
import { DoorbellError } from "../errors.ts";
import type { Clock, RandomSource } from "../ports.ts";
import type { CommonOptions } from "./options.ts";

/** A stream to a terminal, a file or another program. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** What the program is run with: the only way in which the outside reaches it. */
export interface Surroundings {
  /** Without the program's own name. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: OutputStream;
  readonly errors: OutputStream;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** The machine's IANA time zone. */
  readonly zone: string;
  /** The account that runs the program. */
  readonly user: string;
  /** Aborts when somebody asks the program to stop; from then on only that, not the system, ends it. */
  readonly stopped: () => AbortSignal;
}

const PROGRESS_EVERY = 200;
const PLAIN_WIDTH = 100;
/** Clocks that differ by less are told to nobody. */
const CLOCK_TOLERANCE: Duration = 5 * MINUTE;

/** What every command does with its surroundings: read exports, write, complain. */
export class CommandContext {
  readonly surroundings: Surroundings;
  /** The streams that take no more, and why. */
  readonly #lost = new Map<OutputStream, Error>();
  #progressShown = false;

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
    for (const stream of [surroundings.output, surroundings.errors]) {
      stream.on("error", (error) => {
        this.#lost.set(stream, error);
      });
    }
  }

  /** Whether standard output takes no more: its reader has gone, or the disk is full. */
  get outputIsLost(): boolean {
    return this.#lost.has(this.surroundings.output);
  }

  get interactive(): boolean {
    return this.surroundings.input.isTTY === true && this.surroundings.output.isTTY === true;
  }

  /** How to render for the terminal, or for a pipe, in the zone asked for. */
  rendering(zone: string): RenderOptions {
    const { output, environment } = this.surroundings;
    const terminal = output.isTTY === true && environment["TERM"] !== "dumb";
    const colour = terminal && (environment["NO_COLOR"] ?? "") === "";
    const force = environment["FORCE_COLOR"] ?? "";
    return {
      width: output.columns ?? (Number(environment["COLUMNS"]) || PLAIN_WIDTH),
      zone,
      colour: colour || (force !== "" && force !== "0") ? "ansi" : "none",
      hyperlinks: terminal && takesHyperlinks(environment),
    };
  }

  /** @throws DoorbellError `usage` when the zone is not an IANA time zone. */
  zone(options: Pick<CommonOptions, "zone">): string {
    const zone = options.zone ?? this.surroundings.zone;
    if (!IANAZone.isValidZone(zone)) {
      const text = `--zone ${zone}: not a time zone. Use a name such as Europe/Berlin or UTC.`;
      throw new DoorbellError("usage", text);
    }
    return zone;
  }

  /**
   * Reads the exports that `--from` names, and tells on standard error what could not be read.
   *
   * @returns null when not a single row could be read of files that failed.
   * @throws DoorbellError `usage` when there is nothing to read, or an option is wrong.
   */
  async read(options: CommonOptions): Promise<ExportReading | null> {
    const zone = this.zone(options);
    if (options.from.length === 0) {
      const text =
        "Nothing to read: name an Activity Log export with --from FILE (- is standard input), or write a configuration (docs/configuration.md tells how).";
      throw new DoorbellError("usage", text);
    }
    const hours = options.workingHours;
    const workingHours = hours === undefined ? null : parseWorkingHours(hours, zone);
    if (hours !== undefined && workingHours === null) {
      const text = `--working-hours ${hours}: use days and hours such as 'mon-fri 07:00-19:00'.`;
      throw new DoorbellError("usage", text);
    }
    const reading = await readExports(options.from, {
      standardInput: this.surroundings.input,
      workingHours,
      onProgress: this.progress(),
    });
    this.clearProgress();
    await this.#tellReading(reading, options.verbose);
    return reading.failures.length > 0 && reading.coverage.events === 0 ? null : reading;
  }

  /**
   * When a question about exports is asked: now, but never before their newest row. A clock that is
   * behind the log would make standing openings vanish into the future; that is said.
   */
  async askedAt({ to }: Coverage): Promise<Instant> {
    const now = this.surroundings.clock.now();
    if (to === null || to <= now) {
      return now;
    }
    if (to - now > CLOCK_TOLERANCE) {
      const [newest, clock] = [isoUtc(to), isoUtc(now)];
      await this.complain(
        `The newest row, of ${newest}, is later than this machine's clock, ${clock}: the newest row counts as now.`,
      );
    }
    return to;
  }

  async #tellReading(reading: ExportReading, verbose: boolean): Promise<void> {
    for (const text of [...reading.failures.map((one) => one.message), ...reading.warnings]) {
      await this.complain(text);
    }
    const count = reading.coverage.quarantined;
    if (count === 0) {
      return;
    }
    const hint = verbose ? ":" : "; --verbose says which and why.";
    await this.complain(`${quarantinedWords(count)} could not be understood${hint}`);
    if (verbose) {
      for (const { file, record, offset, reason } of reading.quarantined) {
        await this.complain(`  ${file}, record ${record} (byte ${offset}): ${reason}`);
      }
      const more = count - reading.quarantined.length;
      if (more > 0) {
        await this.complain(`  and ${more} more.`);
      }
    }
  }

  /** Writes to standard output, no faster than its reader takes it; nothing once that is lost. */
  async write(content: string | Uint8Array): Promise<void> {
    await this.#send(this.surroundings.output, content);
  }

  /** One line on standard output; text from elsewhere cannot break out of it. */
  async writeLine(text: string): Promise<void> {
    await this.write(`${harmless(text)}\n`);
  }

  /** Writes lines that already are safe to standard error. */
  async explain(text: string): Promise<void> {
    await this.#send(this.surroundings.errors, text);
  }

  /** One line on standard error; text from files cannot break out of it. */
  async complain(text: string): Promise<void> {
    await this.#send(this.surroundings.errors, `${harmless(text)}\n`);
  }

  /** For the option parser, which cannot wait, and may quote what was typed. */
  writeNow(stream: "output" | "errors", text: string): void {
    this.surroundings[stream].write(text.split("\n").map(harmless).join("\n"));
  }

  /**
   * Waits until the output is written, and tells why it could not be; that its reader has gone, as
   * `head` does, is no failure.
   *
   * @returns the exit status to end with.
   */
  async finish(status: number): Promise<number> {
    const { output } = this.surroundings;
    await new Promise<void>((resolve) => {
      output.write("", () => resolve());
    });
    const lost = this.#lost.get(output);
    const code = lost !== undefined && "code" in lost ? String(lost.code) : "";
    if (lost === undefined || code === "EPIPE") {
      return status;
    }
    const reason = code === "ENOSPC" ? "no space is left on the device" : `the system says ${code}`;
    await this.complain(`Cannot write the output: ${reason}.`);
    return 1;
  }

  async #send(stream: OutputStream, content: string | Uint8Array): Promise<void> {
    if (this.#lost.has(stream)) {
      return;
    }
    if (!stream.write(content) && stream.writable) {
      await once(stream, "drain").catch((error: unknown) => error);
    }
  }

  /** Shows how much of a file was read, where somebody watches. */
  progress(): (file: string, bytes: number) => void {
    const { errors, clock } = this.surroundings;
    if (errors.isTTY !== true) {
      return () => {};
    }
    let next = clock.now() + PROGRESS_EVERY;
    return (file, bytes) => {
      const at = clock.now();
      if (at >= next) {
        next = at + PROGRESS_EVERY;
        this.#progressShown = true;
        errors.write(`\r\u001B[Kreading ${file.slice(-60)}: ${(bytes / 1e6).toFixed(0)} MB`);
      }
    };
  }

  /** Takes the progress away again. */
  clearProgress(): void {
    if (this.#progressShown) {
      this.surroundings.errors.write("\r\u001B[K");
    }
  }
}

function harmless(line: string): string {
  return line.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\uFFFD");
}

/** Terminals that are known to show OSC 8 links; others might print the escape sequence. */
function takesHyperlinks(environment: Surroundings["environment"]): boolean {
  const program = environment["TERM_PROGRAM"] ?? "";
  const known = ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper"].includes(program);
  const vte = Number(environment["VTE_VERSION"] ?? "0") >= 5000;
  return known || vte || environment["WT_SESSION"] !== undefined;
}
