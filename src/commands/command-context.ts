import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { IANAZone } from "luxon";
import type { RenderOptions } from "../../adapters/terminal/index.ts";
import type { ExportReading } from "../app.ts";
import { readExports } from "../app.ts";
import type { Instant } from "../domain/instant.ts";
import { parseWorkingHours } from "../domain/working-hours.ts";
import { DoorbellError } from "../errors.ts";
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
  readonly now: () => Instant;
  /** The machine's IANA time zone. */
  readonly zone: string;
}

const PROGRESS_EVERY = 200;
const PLAIN_WIDTH = 100;

/** What every command does with its surroundings: read exports, write, complain. */
export class CommandContext {
  readonly surroundings: Surroundings;
  /** Whether the program that read our output has gone: nobody is left to tell. */
  outputIsGone = false;
  #progressShown = false;

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
    surroundings.output.on("error", () => {
      this.outputIsGone = true;
    });
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
   * @throws DoorbellError `usage` when there is nothing to read, or an option is wrong; the first
   *   failure when no file could be read.
   */
  async read(options: CommonOptions): Promise<ExportReading> {
    const zone = this.zone(options);
    if (options.from.length === 0) {
      const text =
        "Nothing to read: name an Activity Log export with --from FILE (- is standard input).";
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
      onProgress: this.#progress(),
    });
    this.#clearProgress();
    const [first] = reading.failures;
    if (first !== undefined && reading.coverage.events === 0 && reading.failures.length === 1) {
      throw first;
    }
    await this.#tellReading(reading, options.verbose);
    return reading;
  }

  async #tellReading(reading: ExportReading, verbose: boolean): Promise<void> {
    for (const text of [...reading.failures.map((one) => one.message), ...reading.warnings]) {
      await this.complain(text);
    }
    const count = reading.quarantinedCount;
    if (count === 0) {
      return;
    }
    const rows = count === 1 ? "1 row or part of a row" : `${count} rows or parts of rows`;
    const hint = verbose ? ":" : "; --verbose says which and why.";
    await this.complain(`${rows} could not be understood${hint}`);
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

  /** Writes to standard output, no faster than its reader takes it. */
  async write(text: string): Promise<void> {
    await this.#send(this.surroundings.output, text);
  }

  /** One line on standard error; text from files cannot break out of it. */
  async complain(text: string): Promise<void> {
    const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\uFFFD");
    await this.#send(this.surroundings.errors, `${line}\n`);
  }

  /** For the option parser, which cannot wait. */
  writeNow(stream: "output" | "errors", text: string): void {
    this.surroundings[stream].write(text);
  }

  async #send(stream: OutputStream, text: string): Promise<void> {
    if (this.outputIsGone && stream === this.surroundings.output) {
      throw new DoorbellError("unreadable-file", "The reader of the output has gone.");
    }
    if (!stream.write(text)) {
      await once(stream, "drain").catch(() => {
        this.outputIsGone = true;
      });
    }
  }

  #progress(): (file: string, bytes: number) => void {
    const { errors, now } = this.surroundings;
    if (errors.isTTY !== true) {
      return () => {};
    }
    let next = now() + PROGRESS_EVERY;
    return (file, bytes) => {
      const at = now();
      if (at >= next) {
        next = at + PROGRESS_EVERY;
        this.#progressShown = true;
        errors.write(`\r\u001B[Kreading ${file.slice(-60)}: ${(bytes / 1e6).toFixed(0)} MB`);
      }
    };
  }

  #clearProgress(): void {
    if (this.#progressShown) {
      this.surroundings.errors.write("\r\u001B[K");
    }
  }
}

/** Terminals that are known to show OSC 8 links; others might print the escape sequence. */
function takesHyperlinks(environment: Surroundings["environment"]): boolean {
  const program = environment["TERM_PROGRAM"] ?? "";
  const known = ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper"].includes(program);
  const vte = Number(environment["VTE_VERSION"] ?? "0") >= 5000;
  return known || vte || environment["WT_SESSION"] !== undefined;
}
