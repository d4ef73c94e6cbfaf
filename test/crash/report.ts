import { SECOND } from "../../src/domain/instant.ts";
import { STEPS } from "./steps.ts";
import type { Tally } from "./tally.ts";

/** What a run came to, as the tables that are printed in the end. */
export function report(tally: Tally, how: string, took: number): string {
  const rows: readonly (readonly [string, string | number])[] = [
    ["rounds", `${tally.rounds} (${how}, ${(took / SECOND).toFixed(0)} s)`],
    ["killed at a step", tally.rounds - tally.moments],
    ["killed at any moment", tally.moments],
    ["notifications owed (openings times channels)", tally.owed],
    ["notifications that stand", tally.notifications],
    ["replies in threads", tally.replies],
    ["lost", tally.lost.length],
    ["doubled", tally.doubled.length],
    ["repeats marked as such", tally.marked],
    ["otherwise not as without a crash", tally.wrong.length],
    [
      "longest recovery after the last kill",
      `${(tally.longestRecovery / SECOND).toFixed(0)} s of the program's time`,
    ],
  ];
  const steps = STEPS.map((step) => [step, tally.kills.get(step) ?? 0] as const);
  return [
    "",
    ...rows.map(([name, value]) => `${name.padEnd(46)} ${value}`),
    "",
    "kills by step:",
    ...steps.map(([step, count]) => `  ${step.padEnd(32)} ${count}`),
    ...tally.spared.map((step) => `nobody was killed ${step}`),
    ...[...tally.lost, ...tally.doubled, ...tally.wrong].map((line) => `! ${line}`),
  ].join("\n");
}
