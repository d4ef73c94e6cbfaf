import { parseArgs } from "node:util";
import { Random } from "../../src/sandbox/random.ts";
import { runSeries, sqliteIn } from "./series.ts";
import { Tally } from "./tally.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
  },
});
const random = new Random(Number(values.seed));
const tally = new Tally(random);
await runSeries({ name: "sqlite", seed: 1, rounds: Number(values.rounds), replicas: 1, storeIn: sqliteIn, onRound: (line) => process.stdout.write(line + "\n") }, tally);
console.log(tally);
