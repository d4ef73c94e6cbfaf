import { expect, test } from "vitest";
import { OneByOne } from "../../src/store/one-by-one.ts";

test("Work runs one after the other, in its order, also behind work that failed", async () => {
  const turns = new OneByOne();
  const log: string[] = [];
  const work = async (name: string): Promise<string> =>
    turns.run(async () => {
      log.push(`${name} begins`);
      await Promise.resolve();
      log.push(`${name} ends`);
      if (name === "b") {
        throw new Error("b failed");
      }
      return name;
    });
  const all = await Promise.allSettled(["a", "b", "c"].map(work));
  expect(all.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(log).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
});
