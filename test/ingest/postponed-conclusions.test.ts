import { expect, test } from "vitest";
import { HOUR, SECOND } from "../../src/domain/instant.ts";
import { PostponedConclusions } from "../../src/ingest/postponed-conclusions.ts";

test("While history comes, conclusions get a third of the time; afterwards all of it", () => {
  const postponed = new PostponedConclusions();
  let worked = 0;
  for (let round = 0; round < 1_000; round += 1) {
    postponed.add("one", 200);
    postponed.begin(15 * SECOND);
    for (; postponed.mayGoOn; worked += 20) {
      postponed.took(20 * SECOND);
    }
  }
  const all = worked + 1_000 * 15;
  expect(worked / all).toBeCloseTo(1 / 3, 2);
  postponed.add("one", 200);
  postponed.begin(0);
  postponed.begin(0);
  postponed.took(HOUR);
  expect(postponed.mayGoOn).toBe(true);
});

test("Where nobody looks at the time, there is always enough of it", () => {
  const postponed = new PostponedConclusions();
  postponed.add("one", 200);
  postponed.begin(0);
  postponed.took(0);
  expect(postponed.mayGoOn).toBe(true);
});

test("Those that most came of are first, until conclusions were drawn", () => {
  const postponed = new PostponedConclusions();
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
