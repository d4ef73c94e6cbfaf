/**
 * `npm run test:crash`: kills the real program again and again, and counts what is lost or doubled. Ends with
 * status 1 when anything is, and when 200 rounds or more spared one of the usual steps. With `--sabotage`, it
 * plants bugs in the program instead, and ends with status 1 when it does not find one.
 */
import { parseArgs } from "node:util";
import { Random } from "../../src/sandbox/random.ts";
import { startPostgres } from "../contracts/postgres-server.ts";
import { report } from "./report.ts";
import { sabotage } from "./sabotage.ts";
import { planSeries } from "./series-plans.ts";
import { runSeries } from "./series.ts";
import { Tally } from "./tally.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "210" },
    seed: { type: "string", default: "1" },
    lanes: { type: "string", default: "2" },
    sabotage: { type: "boolean", default: false },
  },
});
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
if (values.sabotage) {
  process.exit((await sabotage(say)) ? 0 : 1);
}
const [rounds, seed, lanes] = [values.rounds, values.seed, values.lanes].map(Number);
const random = new Random(seed ?? 1);
const tally = new Tally(random);
const began = performance.now();
const postgres = await startPostgres();
try {
  const plans = planSeries(rounds ?? 0, random, postgres);
  // Asked to stop, it finishes the series that it plays, and reports.
  process.once("SIGTERM", () => {
    plans.length = 0;
  });
  const lane = async (): Promise<void> => {
    for (let plan = plans.shift(); plan !== undefined; plan = plans.shift()) {
      const series = { ...(await plan()), onRound: say };
      try {
        await runSeries(series, tally);
      } catch (error) {
        tally.wrong.push(`${series.name}: ${String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes ?? 1 }, lane));
} finally {
  await postgres.stop();
}
say(report(tally, `seed ${values.seed}`, performance.now() - began));
process.exitCode = tally.isClean && tally.rounds > 0 && !tally.hasGaps ? 0 : 1;
