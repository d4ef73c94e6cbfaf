import { readFile } from "node:fs/promises";
import { Command, CommanderError, Option } from "commander";
import { CommandContext } from "./commands/command-context.ts";
import type { Surroundings } from "./commands/command-context.ts";
import {
  askOptions,
  auditOptions,
  evidenceOptions,
  demoOptions,
  manifestOptions,
  serviceOptions,
  storeCopyOptions,
  timelineOptions,
  trailOptions,
} from "./commands/options.ts";
import type { ParsedOptions } from "./commands/options.ts";
import { DoorbellError } from "./errors.ts";

const TRAIL_EXAMPLES = `
Examples:
  az monitor activity-log list --offset 7d -o json | doorbell trail --from -
  doorbell trail --from monday.json.gz tuesday.json.gz --vm 'vm-*' --since yesterday
  doorbell trail --from export.json --open --csv > open-ports.csv`;

const ASK_EXAMPLES = `
Examples:
  doorbell ask "who opened port 3389 on vm-x" --from export.json
  doorbell ask "what is open to any source" --from export.json --zone Europe/Berlin
  doorbell ask "help"`;

const AUDIT_EXAMPLES = `
Examples:
  doorbell audit --since 24h --outcome refused
  doorbell audit --since monday --user alice
  doorbell audit --since 90d --format csv > questions.csv`;

const EVIDENCE_EXAMPLES = `
Examples:
  doorbell evidence o-rcg61ss5pck7 > evidence.jsonl
  doorbell trail --from evidence.jsonl
  doorbell evidence --quarantined`;

const DEMO_EXAMPLES = `
Examples:
  doorbell demo
  doorbell demo --once "who opened port 3389 on vm-x"
  doorbell demo --speed 1000 --seed 7
  echo "what is open" | doorbell demo`;

const ZONE = "your time zone, such as Europe/Berlin (default: the machine's)";
const TIMELINE_EXAMPLES = `
Examples:
  doorbell timeline vm-x --from export.json --out vm-x.png
  doorbell timeline "vm-* since friday" --from export.json --zone Europe/Berlin --out week.svg
  doorbell timeline subscription 6f1d5c3a-0000-4000-8000-000000000001 --from log.json --out all.png`;

const MANIFEST_PRESETS = "slack: -, teams: doorbell-teams.zip";
const MANIFEST_EXAMPLES = `
Examples:
  doorbell manifest slack
  doorbell manifest teams --out doorbell-teams.zip --app-version 1.0.1`;

const FROM =
  "Activity Log exports: az output, API pages, portal events, diagnostic records, gzip; - is standard input";

/**
 * Runs the program once.
 *
 * @returns the exit status: 0, 1 for a failure, 2 for a command line that cannot be understood.
 */
export async function runCommandLine(surroundings: Surroundings): Promise<number> {
  const context = new CommandContext(surroundings);
  let status = 0;
  const program = await describeProgram(context, (code) => {
    status = code;
  });
  try {
    await program.parseAsync([...surroundings.arguments], { from: "user" });
  } catch (error) {
    status = await report(error, context);
  }
  return context.finish(status);
}

async function report(error: unknown, context: CommandContext): Promise<number> {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? 0 : 2;
  }
  if (error instanceof DoorbellError) {
    for (const line of error.message.split("\n")) {
      await context.complain(line);
    }
    return error.code === "usage" ? 2 : 1;
  }
  throw error;
}

async function describeProgram(
  context: CommandContext,
  finish: (status: number) => void,
): Promise<Command> {
  const program = new Command("doorbell")
    .description(
      "Who opened that port? Names the person behind every opened port, with the evidence.",
    )
    .version(await ownVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.writeNow("output", text),
      writeErr: (text) => context.writeNow("errors", text),
    })
    .addHelpText("after", "\nWithout a command: serve, or where nothing is configured the demo.")
    .allowExcessArguments(true)
    .action(async () => {
      const [unknown] = program.args;
      if (unknown !== undefined) {
        const names = program.commands.map((command) => command.name()).join(", ");
        const text = `doorbell ${unknown}: no such command. There are: ${names}, help.`;
        throw new DoorbellError("usage", text);
      }
      const { readConfiguration } = await import("./commands/configuration-file.ts");
      const loaded = await readConfiguration(undefined, context);
      if (loaded === null) {
        const { runDemo } = await import("./commands/demo.ts");
        finish(await runDemo(demoOptions({}), context, false));
        return;
      }
      const { serveConfigured } = await import("./commands/serve.ts");
      finish(await serveConfigured(loaded.configuration, loaded.path, context));
    });
  describeQuestions(program, context, finish);
  describeService(program, context, finish);
  describePlatforms(program, context, finish);
  describeStore(program, context, finish);
  return program;
}

function describeQuestions(
  program: Command,
  context: CommandContext,
  finish: (status: number) => void,
): void {
  common(program.command("trail"))
    .description("List every opened port, with the person behind it")
    .option("--vm <name>", "only this VM: a name, a wildcard such as 'vm-*', or a resource ID")
    .option(
      "--since <time>",
      "only what was open after this time, such as 'yesterday' or 2026-11-20",
    )
    .option("--until <time>", "only what was opened before this time")
    .option("--open", "only what still stands when the log ends")
    .addOption(new Option("--json", "one JSON object per line, for programs").conflicts("csv"))
    .option("--csv", "comma-separated values, for spreadsheets")
    .addHelpText("after", TRAIL_EXAMPLES)
    .action(async (options: ParsedOptions, { args }: Command) => {
      const [stray] = args;
      if (stray !== undefined) {
        const text = `doorbell trail ${stray}: name exports with --from, such as --from ${stray}.`;
        throw new DoorbellError("usage", text);
      }
      const { printTrail } = await import("./commands/trail.ts");
      finish(await printTrail(trailOptions(options), context));
    });

  common(program.command("timeline"))
    .description("Draw the openings over time, as SVG or PNG, and tell what the picture shows")
    .argument(
      "[words...]",
      "a VM, such as vm-x or 'vm-*', or an Azure subscription; all by default",
    )
    .requiredOption("--out <file>", "the picture to write: its name ends in .png or .svg")
    .option("--since <time>", "only what was open after this time, such as 'yesterday'")
    .option("--until <time>", "only what was opened before this time")
    .addHelpText("after", TIMELINE_EXAMPLES)
    .action(async (words: readonly string[], options: ParsedOptions) => {
      const { writeTimeline } = await import("./commands/timeline.ts");
      finish(await writeTimeline(words.join(" "), timelineOptions(options), context));
    });

  common(program.command("ask"))
    .description("Answer one question")
    .argument("<question...>", 'best in quotes, such as "who opened port 3389 on vm-x"')
    .option("--json", "the answer as JSON, for programs")
    .addHelpText("after", ASK_EXAMPLES)
    .action(async (words: readonly string[], options: ParsedOptions) => {
      const { answerOnce } = await import("./commands/ask.ts");
      finish(await answerOnce(words.join(" "), askOptions(options), context));
    });
}

function describeService(
  program: Command,
  context: CommandContext,
  finish: (status: number) => void,
): void {
  program
    .command("demo")
    .description("A made-up Azure tenant on this machine, with a chat in this terminal")
    .option("--speed <times>", "how many times as fast as real time it lives (default: 60)")
    .option("--seed <number>", "another story: the same number gives the same one (default: 1)")
    .option("--once <question>", "ask one question, print the answer and leave")
    .option("--zone <zone>", ZONE)
    .addHelpText("after", DEMO_EXAMPLES)
    .action(async (options: ParsedOptions) => {
      const { runDemo } = await import("./commands/demo.ts");
      finish(await runDemo(demoOptions(options), context, true));
    });

  configured(program.command("serve"))
    .description("Read Azure, post notifications and answer in chats, as configured")
    .action(async (options: ParsedOptions) => {
      const { serve } = await import("./commands/serve.ts");
      finish(await serve(serviceOptions(options), context));
    });

  configured(program.command("import"))
    .description("Take exports into the store: Azure keeps 90 days only")
    .argument("<file...>", FROM)
    .action(async (files: readonly string[], options: ParsedOptions) => {
      const { importFiles } = await import("./commands/import.ts");
      finish(await importFiles(files, serviceOptions(options), context));
    });

  configured(program.command("doctor"))
    .description("Check configuration, store, credentials and each permission; say what to fix")
    .action(async (options: ParsedOptions) => {
      const { runDoctor } = await import("./commands/doctor.ts");
      finish(await runDoctor(serviceOptions(options), context));
    });
}

function describePlatforms(
  program: Command,
  context: CommandContext,
  finish: (status: number) => void,
): void {
  configured(program.command("manifest"))
    .description("Make the app of a chat platform, filled in as configured")
    .argument("<platform>", "slack: a manifest; teams: an app package")
    .option("--out <file>", `the file to write; - is standard output (${MANIFEST_PRESETS})`)
    .option("--app-version <version>", "of the Teams app, which grows when it changes (1.0.0)")
    .addHelpText("after", MANIFEST_EXAMPLES)
    .action(async (platform: string, options: ParsedOptions) => {
      const { makeManifest } = await import("./commands/manifest.ts");
      finish(await makeManifest(platform, manifestOptions(options), context));
    });
}

function describeStore(
  program: Command,
  context: CommandContext,
  finish: (status: number) => void,
): void {
  configured(program.command("audit"))
    .description("List who asked and pressed what, in any chat, and what became of it")
    .option("--since <time>", "only after this time, such as 24h or 'monday' (default: 24h)")
    .option("--until <time>", "only before this time")
    .option("--user <person>", "only this person: an ID, or a part of the name")
    .option("--channel <id>", "only this channel, by its ID")
    .option("--outcome <outcome>", "only answered, refused, failed, slowed, repeated or unfinished")
    .option("--format <format>", "text, json, csv or ndjson (default: text)")
    .option("--zone <zone>", ZONE)
    .addHelpText("after", AUDIT_EXAMPLES)
    .action(async (options: ParsedOptions) => {
      const { printAudit } = await import("./commands/audit.ts");
      finish(await printAudit(auditOptions(options), context));
    });

  configured(program.command("evidence"))
    .description("Print the rows of the Activity Log behind an opening, as they were received")
    .argument("[ids...]", "openings (o-…), or events by their eventDataId")
    .option("--quarantined", "instead: what was read and could not be understood, and why")
    .addHelpText("after", EVIDENCE_EXAMPLES)
    .action(async (ids: readonly string[], options: ParsedOptions) => {
      const { printEvidence } = await import("./commands/evidence.ts");
      finish(await printEvidence(ids, evidenceOptions(options), context));
    });

  const store = program.command("store").description("Work on the store itself");
  configured(store.command("copy"))
    .description("Copy a store into another, empty one: the way to PostgreSQL and back")
    .requiredOption("--to <file>", "a configuration with the other store")
    .action(async (options: ParsedOptions) => {
      const { runStoreCopy } = await import("./commands/store-copy.ts");
      finish(await runStoreCopy(storeCopyOptions(options), context));
    });
}

function common(command: Command): Command {
  return configured(command)
    .option("--from <file...>", `${FROM} (default: the configured store)`)
    .option("--zone <zone>", ZONE)
    .option("--working-hours <hours>", "such as 'mon-fri 07:00-19:00': openings outside are told")
    .option("--verbose", "say which rows could not be understood, and why");
}

function configured(command: Command): Command {
  return command.option("--config <file>", "the configuration (default: doorbell.yaml)");
}

async function ownVersion(): Promise<string> {
  const text = await readFile(new URL("../package.json", import.meta.url), "utf8");
  const own: unknown = JSON.parse(text);
  return typeof own === "object" && own !== null && "version" in own ? String(own.version) : "";
}
