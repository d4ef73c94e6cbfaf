import { existsSync, mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseActivityRow } from "../src/azure/activity-row.ts";
import { RuleInterner } from "../src/azure/rule-interner.ts";
import { Correlator } from "../src/correlate/correlator.ts";
import { HOUR, MINUTE } from "../src/domain/instant.ts";
import type { Opening } from "../src/domain/opening.ts";
import { parseResourceId } from "../src/domain/resource-id.ts";
import type { TrailQuery } from "../src/ports.ts";
import { generateTenant } from "../src/sandbox/generate-tenant.ts";
import { openSqliteStore } from "../src/store/open-sqlite-store.ts";

const HELP = `Measures what a question costs in SQLite.

node bench/store-questions.ts [OPTIONS]

  --openings N   openings in the store (default 1000000, about 4 GB); it is filled once and kept
  --vms N        VMs that they are spread over (default 10000)
  --rounds N     questions of each kind (default 2000)
`;

const START = Date.UTC(2026, 0, 1);
const PAGE = 1_000;
const SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001";
const BUSY = { name: "vm-busy", openings: 1_000 };
const clock = { now: () => START, sleep: () => Promise.resolve() };

interface Settings {
  readonly openings: number;
  readonly vms: number;
  readonly rounds: number;
}

function settingsOf(args: string[]): Settings | null {
  const { values } = parseArgs({
    args,
    options: {
      openings: { type: "string", default: "1000000" },
      vms: { type: "string", default: "10000" },
      rounds: { type: "string", default: "2000" },
      help: { type: "boolean", default: false },
    },
  });
  return values.help
    ? null
    : {
        openings: Number(values.openings),
        vms: Number(values.vms),
        rounds: Number(values.rounds),
      };
}

/** Openings as they come out of the correlator, to be copied with other times, names and VMs. */
function templates(): readonly Opening[] {
  const correlator = new Correlator();
  const rules = new RuleInterner();
  for (const row of generateTenant({ seed: 7, size: "tiny", start: START }).rows) {
    const outcome = parseActivityRow(row, rules);
    if (outcome.kind === "event") {
      correlator.add([outcome.event]);
    }
  }
  return correlator.trail({ asOf: START, isWorkingTime: null }).openings;
}

function openingAt(index: number, of: readonly Opening[], { openings, vms }: Settings): Opening {
  const template = of[index % of.length];
  // A step without a common divisor spreads the openings of one VM over the whole time.
  const vmName = index < BUSY.openings ? BUSY.name : `vm-${(index * 7_919) % vms}`;
  const vm = parseResourceId(
    `${SUBSCRIPTION}/resourceGroups/rg-${index % 50}/providers/Microsoft.Compute/virtualMachines/${vmName}`,
  );
  if (template === undefined || vm === null) {
    throw new Error("no template");
  }
  const openedAt = START + ((index * 31) % openings) * MINUTE;
  const hex = index.toString(16).padStart(32, "0").toUpperCase();
  return {
    ...template,
    id: `o-${index.toString(32).padStart(12, "0")}`,
    vm,
    vmName,
    rule: { ...template.rule, name: `SecurityCenter-JITRule-${index}-${hex}` },
    openedAt,
    openedAtExact: true,
    closedAt: index % 2_000 === 0 ? null : openedAt + 2 * HOUR,
  };
}

async function fill(path: string, settings: Settings): Promise<void> {
  if (existsSync(path)) {
    return;
  }
  const store = await openSqliteStore(path, { clock });
  const of = templates();
  const began = performance.now();
  for (let from = 0; from < settings.openings; from += PAGE) {
    const count = Math.min(PAGE, settings.openings - from);
    await store.commit({
      feed: null,
      events: [],
      sightings: [],
      quarantined: [],
      cursor: null,
      read: null,
      openings: Array.from({ length: count }, (_, index) => openingAt(from + index, of, settings)),
      goneOpenings: [],
      requests: [],
      goneRequests: [],
      guards: [],
      deliveries: [],
      leases: [],
    });
    if ((from / PAGE) % 50 === 0) {
      process.stderr.write(
        `\rfilled ${from} in ${Math.round((performance.now() - began) / 1_000)} s`,
      );
    }
  }
  process.stderr.write("\n");
  await store.close();
}

const WHOLE: TrailQuery = {
  vm: { kind: "any" },
  period: null,
  closedAfter: null,
  openingId: null,
  rule: null,
  person: null,
};

function questions({
  openings,
  vms,
}: Settings): readonly (readonly [string, (round: number) => TrailQuery])[] {
  const end = START + openings * MINUTE;
  const vm = (round: number): TrailQuery["vm"] => ({
    kind: "name",
    name: `VM-${(round * 104_729) % vms}`,
  });
  const of = (round: number): Opening =>
    openingAt((round * 7_907) % openings, TEMPLATES, { openings, vms, rounds: 0 });
  return [
    ["history of a VM", (round) => ({ ...WHOLE, vm: vm(round) })],
    ["who has access to a VM", (round) => ({ ...WHOLE, vm: vm(round), closedAfter: end })],
    [
      "who opened a VM on a day",
      (round) => {
        const from = START + ((round * 1_009) % openings) * MINUTE;
        return { ...WHOLE, vm: vm(round), period: { from, to: from + 24 * HOUR } };
      },
    ],
    [
      `history of a VM with ${BUSY.openings} openings`,
      () => ({ ...WHOLE, vm: { kind: "name", name: BUSY.name } }),
    ],
    ["explain a rule", (round) => ({ ...WHOLE, rule: of(round).rule.name })],
    ["show an opening", (round) => ({ ...WHOLE, openingId: of(round).id })],
    ["what is open", () => ({ ...WHOLE, closedAfter: end })],
    [
      "what was open within an hour",
      (round) => {
        const from = end - 24 * HOUR - round * MINUTE;
        return { ...WHOLE, period: { from, to: from + HOUR } };
      },
    ],
  ];
}

const TEMPLATES = templates();

/** Found, wall time and, for machines that do other things too, processor time. */
async function measure(run: (round: number) => Promise<number>, rounds: number): Promise<string> {
  const times: number[] = [];
  const busy: number[] = [];
  let found = 0;
  for (let round = 0; round < rounds; round += 1) {
    const cpu = process.cpuUsage();
    const began = performance.now();
    found += await run(round);
    times.push(performance.now() - began);
    const { user, system } = process.cpuUsage(cpu);
    busy.push((user + system) / 1_000);
  }
  const at = (part: number, of: number[]): string =>
    (
      of.toSorted((a, b) => a - b)[Math.min(of.length - 1, Math.floor(of.length * part))] ?? 0
    ).toFixed(2);
  return `${(found / rounds).toFixed(1)} | ${at(0.5, times)} | ${at(0.99, times)} | ${at(0.5, busy)} | ${at(0.99, busy)}`;
}

async function main(settings: Settings): Promise<void> {
  const folder = new URL("./data/", import.meta.url).pathname;
  mkdirSync(folder, { recursive: true });
  const path = `${folder}store-${settings.openings}-${settings.vms}.sqlite`;
  await fill(path, settings);
  const store = await openSqliteStore(path, { clock });
  process.stdout.write(`${settings.openings} openings on ${settings.vms} VMs, in ms\n\n`);
  process.stdout.write(
    "| question | found | p50 | p99 | p50 of processor | p99 of processor |\n| --- | --- | --- | --- | --- | --- |\n",
  );
  for (const [name, query] of questions(settings)) {
    const isBig = name.startsWith("what") || name.includes("with");
    const rounds = isBig ? Math.ceil(settings.rounds / 20) : settings.rounds;
    const row = await measure(async (round) => {
      const trail = await store.trail(query(round));
      return trail.openings.length;
    }, rounds);
    process.stdout.write(`| ${name} | ${row} |\n`);
  }
  const names = await measure(async () => (await store.names()).vms.length, settings.rounds);
  process.stdout.write(`| names of VMs and people | ${names} |\n`);
  const coverage = await measure(async () => (await store.coverage()).events, settings.rounds);
  process.stdout.write(`| how far the log goes | ${coverage} |\n`);
  await store.close();
}

const settings = settingsOf(process.argv.slice(2));
if (settings === null) {
  process.stdout.write(HELP);
} else {
  await main(settings);
}
