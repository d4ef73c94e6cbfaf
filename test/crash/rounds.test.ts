import { expect, test } from "vitest";
import { Random } from "../../src/sandbox/random.ts";
import { runSeries, sqliteIn } from "./series.ts";
import { Tally } from "./tally.ts";

/** `npm run test:crash` plays hundreds. */
const ROUNDS = 6;

test("Killed again and again, with Slack and Teams in bad weather, the program loses nothing and doubles nothing", async () => {
  const tally = new Tally(new Random(7));
  const plan = { name: "sqlite", seed: 7, rounds: ROUNDS, replicas: 1, storeIn: sqliteIn };
  await runSeries({ ...plan, onRound: () => undefined }, tally);
  expect(tally.rounds).toBe(ROUNDS);
  expect(tally.owed).toBeGreaterThan(0);
  expect(tally).toMatchObject({ lost: [], doubled: [], wrong: [] });
});
