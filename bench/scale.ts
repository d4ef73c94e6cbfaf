import { scaleAgain } from "./scale-again.ts";
import { scaleDrain } from "./scale-drain.ts";
import { scaleIngest } from "./scale-ingest.ts";
import { scaleModel } from "./scale-model.ts";
import { scaleStart } from "./scale-start.ts";

const HELP = `Measures how far one Doorbell goes. docs/scale.md has the figures.

npm run bench -- scale WHAT [OPTIONS]

  again    one Azure subscription when a little comes: correlating again
  drain    a patch night: notifications, and how long the platforms take them
  ingest   many Azure subscriptions into a store: rate, memory, disk, and questions meanwhile
  model    what a tenant of a size costs, on paper
  start    many Azure subscriptions in which nothing happens: calls, leases, memory, processor
`;

const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  again: scaleAgain,
  drain: scaleDrain,
  ingest: scaleIngest,
  model: scaleModel,
  start: scaleStart,
};

/** Runs one of the benches of scale; the parameters are those behind `scale`. */
export async function scale([what = "--help", ...args]: readonly string[]): Promise<void> {
  const bench = BENCHES[what];
  if (bench === undefined) {
    process.stdout.write(HELP);
    return;
  }
  await bench(args);
}
