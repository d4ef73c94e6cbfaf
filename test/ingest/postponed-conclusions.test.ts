import { expect, test } from "vitest";
import { HOUR, SECOND } from "../../src/domain/instant.ts";
import { PostponedConclusions } from "../../src/ingest/postponed-conclusions.ts";

test("While history comes, conclusions get a third of the time; afterwards all of it", () => {
  let now = 0;
  const postponed = new PostponedConclusions(now);
  let worked = 0;
  for (let round = 0; round < 1_000; round += 1) {
    postponed.add("one", 200);
    now += 15 * SECOND;
    postponed.begin(now);
    while (postponed.mayGoOn) {
      now += 20 * SECOND;
      worked += 20 * SECOND;
      postponed.worked(now);
    }
  }
  expect(worked / now).toBeCloseTo(1 / 3, 2);
  postponed.add("one", 200);
  postponed.begin(now);
  postponed.begin(now);
  postponed.worked(now + HOUR);
  expect(postponed.mayGoOn).toBe(true);
});

test("Where nobody looks at the time, there is always enough of it", () => {
  const postponed = new PostponedConclusions(0);
  postponed.add("one", 200);
  postponed.begin(0);
  postponed.worked(0);
  expect(postponed.mayGoOn).toBe(true);
});

test("Those that most came of are first, until conclusions were drawn", () => {
  const postponed = new PostponedConclusions(0);
  postponed.add("doubtful", 0);
  postponed.add("few", 100);
  postponed.add("many", 60);
  postponed.add("many", 60);
  expect(postponed.all).toEqual(["many", "few", "doubtful"]);
  postponed.done("many");
  expect([postponed.all, postponed.has("many"), postponed.has("few")]).toEqual([
    ["few", "doubtful"],
    false,
    true,
  ]);
});
