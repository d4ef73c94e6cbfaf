import { describe, expect, test } from "vitest";
import { Random } from "../../src/sandbox/random.ts";
import { USUAL_STEPS } from "./steps.ts";
import { Tally } from "./tally.ts";

/** Plays so many rounds in which a program dies at its step unless it is among those that nobody comes by. */
function played(rounds: number, replicas: number, unreached: readonly string[] = []): Tally {
  const tally = new Tally(new Random(3));
  for (let round = 0; round < rounds; round += 1) {
    const step = tally.nextStep(replicas);
    tally.killed(step, step !== null && !unreached.includes(step));
  }
  return tally;
}

describe("where the crash suite kills next", () => {
  test("two hundred rounds reach every step, and none much more often than another", () => {
    const tally = played(200, 2);
    expect(tally.spared).toEqual([]);
    const counts = USUAL_STEPS.map((step) => tally.kills.get(step) ?? 0);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    expect(tally.hasGaps).toBe(false);
  });

  test("a program that shares with nobody is not awaited where only sharing leads", () => {
    const { spared } = played(200, 1);
    expect(spared).toEqual(["before giveLeases", "within giveLeases", "after giveLeases"]);
  });

  test("a step that nobody comes by keeps none of the others from their turn, and is told of", () => {
    const tally = played(200, 2, ["before commit"]);
    expect(tally.spared).toEqual(["before commit"]);
    expect(tally.hasGaps).toBe(true);
  });

  test("a short run is forgiven what it spares", () => {
    expect(played(20, 2).hasGaps).toBe(false);
  });
});
