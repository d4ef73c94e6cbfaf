import { expect, test } from "vitest";
import { watchFeeds } from "../../src/app/feed-watch.ts";
import type { FeedHealth } from "../../src/domain/feed.ts";
import { LeapClock } from "../azure/leap-clock.ts";

const READING: FeedHealth = {
  feed: "history/a",
  azureSubscription: "a",
  state: "reading",
  lastSuccess: 1,
  problem: null,
  progress: 0,
  callsLastHour: 1,
};

/** The lines that are written while the feed says one thing after the other. */
async function linesOf(healths: readonly Partial<FeedHealth>[]): Promise<readonly string[]> {
  const lines: string[] = [];
  const clock = new LeapClock(0, healths.length * 1000);
  await watchFeeds(
    () => [{ ...READING, ...healths[clock.now() / 1000] }],
    (level, message, fields) => lines.push(`${level} ${message} ${String(fields?.["feed"])}`),
    clock,
    clock.signal,
  );
  return lines;
}

test.each<[string, Partial<FeedHealth>[], string[]]>([
  [
    "a history that is read tells each quarter once",
    [{ progress: null }, { progress: 0.2 }, { progress: 0.3 }, { progress: 0.3 }, { progress: 1 }],
    [
      "info The history is read to 25 %; what is new is read beside it. history/a",
      "info The history is read. history/a",
    ],
  ],
  ["a history that was read before tells nothing", [{ progress: 1, lastSuccess: null }], []],
  [
    "a problem is told when it begins, changes and ends",
    [{ problem: "x" }, { problem: "x" }, { problem: "y" }, {}],
    ["warning x history/a", "warning y history/a", "info The feed is read again. history/a"],
  ],
  ["throttling is no warning", [{ problem: "slow", state: "throttled" }], ["info slow history/a"]],
])("%s", async (_, healths, expected) => {
  expect(await linesOf(healths)).toEqual(expected);
});
