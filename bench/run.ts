import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { exportData, withMoreNoise } from "./export-data.ts";
import type { ExportData } from "./export-data.ts";
import { measure } from "./measure.ts";
import type { Measurement } from "./measure.ts";
import { aimTable, machineLine, medianOf, resultTable } from "./report.ts";
import type { Aim, Result } from "./report.ts";
import { scale } from "./scale.ts";

const HELP = `Measures how fast an export is read and correlated, beside other ways to do it.

npm run bench [-- OPTIONS]
npm run bench -- scale --help      how far one Doorbell goes, instead

  --rows N     events in the export (default 100000, about 580 MB); it is generated once and kept
  --rounds N   how often each program runs, in turn (default 5)
  --fresh      generate the export again
  --help       print this help
`;

interface Contestant {
  readonly name: string;
  readonly isInstalled: boolean;
  readonly run: (data: ExportData) => Promise<Measurement>;
}

const NOISE = 5;

function here(path: string): string {
  return new URL(path, import.meta.url).pathname;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function isRunnable(program: string): boolean {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
}

/** What only the bench needs is installed when it first runs. */
function installDuckDb(): boolean {
  const isThere = (): boolean => existsSync(here("node_modules/@duckdb/node-api/package.json"));
  if (!isThere()) {
    say("The bench needs DuckDB, which is not part of npm ci: npm ci --prefix bench");
    spawnSync("npm", ["ci", "--prefix", here(".")], { stdio: "inherit" });
  }
  return isThere();
}

function node(script: string, ...parameters: readonly string[]): Promise<Measurement> {
  return measure(process.execPath, [here(script), ...parameters]);
}

function contestants(): readonly Contestant[] {
  return [
    {
      name: "JSON.parse of every line, fastest reader",
      isInstalled: true,
      run: (data) => node("parse-lines-fast.js", data.path),
    },
    {
      name: "JSON.parse of every line, readline",
      isInstalled: true,
      run: (data) => node("parse-lines.js", data.path),
    },
    {
      name: "doorbell trail --json",
      isInstalled: true,
      run: (data) => node("../bin/doorbell.js", "trail", "--json", "--from", data.path),
    },
    {
      name: "jq, the join",
      isInstalled: isRunnable("jq"),
      run: (data) => measure("jq", ["-nc", "-f", here("join.jq"), data.path]),
    },
    {
      name: "DuckDB, the join",
      isInstalled: installDuckDb(),
      run: (data) => node("duckdb.js", data.path),
    },
  ];
}

async function compare(data: ExportData, rounds: number): Promise<readonly Result[]> {
  const entries = contestants().map((contestant) => {
    const runs: Measurement[] = [];
    return { contestant, runs };
  });
  say("Warming up: the file into the system's cache, Doorbell's modules into Node's.");
  for (const { contestant } of entries.slice(0, 3)) {
    await contestant.run(data);
  }
  for (let round = 1; round <= rounds; round += 1) {
    for (const { contestant, runs } of entries.filter((entry) => entry.contestant.isInstalled)) {
      runs.push(await contestant.run(data));
    }
    say(`round ${round} of ${rounds} done`);
  }
  return entries.map(({ contestant, runs }) => ({
    name: contestant.name,
    runs: contestant.isInstalled ? runs : null,
  }));
}

/** The same openings among more and more rows of no interest. */
async function flatness(data: ExportData): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const times of [1, NOISE]) {
    const run = await measure(
      process.execPath,
      [here("../bin/doorbell.js"), "trail", "--json", "--from", "-"],
      withMoreNoise(data.path, times),
    );
    results.push({ name: `the other rows ${times} times`, runs: [run] });
  }
  return results;
}

function aims(results: readonly Result[], flat: readonly Result[]): readonly Aim[] {
  const [fast, simple, trail, jq, duckdb] = results;
  const wall = (result: Result | undefined): number | null => medianOf(result, (run) => run.wall);
  const peak = (result: Result | undefined): number | null => medianOf(result, (run) => run.peak);
  const ratio = (a: number | null, b: number | null): number | null =>
    a === null || b === null ? null : a / b;
  const atMost = (text: string, value: number | null, limit: number): Aim => ({
    text,
    value,
    isMet: value !== null && value <= limit,
  });
  const faster = ratio(wall(jq), wall(trail));
  return [
    atMost("time, of JSON.parse (fastest reader): at most 1.00", ratio(wall(trail), wall(fast)), 1),
    atMost("time, of JSON.parse (readline): at most 1.00", ratio(wall(trail), wall(simple)), 1),
    {
      text: "times faster than jq: at least 8.00",
      value: faster,
      isMet: faster !== null && faster >= 8,
    },
    atMost("memory, of DuckDB's: at most 0.25", ratio(peak(trail), peak(duckdb)), 0.25),
    atMost(
      `memory with ${NOISE} times the other rows: at most 1.10`,
      ratio(peak(flat[1]), peak(flat[0])),
      1.1,
    ),
  ];
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`--${name} ${text}: give a whole number from 1.`);
  }
  return value;
}

async function main(): Promise<void> {
  const [first, ...others] = process.argv.slice(2);
  if (first === "scale") {
    await scale(others);
    return;
  }
  const { values } = parseArgs({
    options: {
      rows: { type: "string", default: "100000" },
      rounds: { type: "string", default: "5" },
      fresh: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    say(HELP);
    return;
  }
  const rows = positive("rows", values.rows);
  const rounds = positive("rounds", values.rounds);
  const machine = machineLine();
  say(`Preparing an export of ${rows} events.`);
  const data = await exportData(rows, values.fresh);
  const results = await compare(data, rounds);
  say("Memory, as the file grows: the export on standard input.");
  const flat = await flatness(data);
  const megabytes = Math.round(data.bytes / 1e6);
  say(`\n${machine}`);
  say(
    `${rows} events, ${megabytes} MB, ${data.relevantRows} of them about ports; ${rounds} rounds`,
  );
  const [yardstick = { name: "", runs: null }] = results;
  say(`\n${resultTable(results, yardstick)}`);
  const [one = yardstick] = flat;
  say(`\n${resultTable(flat, one)}`);
  say(`\n${aimTable(aims(results, flat))}`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
