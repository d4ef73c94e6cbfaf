import { SelectQueryNode } from "kysely";
import { expect, test } from "vitest";
import { TurnsForOthers } from "../../src/store/turns-for-others.ts";

test("Statements that take long together let others have their turn, quick ones do not stop", async () => {
  let now = 0;
  const plugin = new TurnsForOthers({ now: () => now, sleep: async () => Promise.resolve() });
  /** Runs a statement that takes so long; tells whether somebody else had a turn right behind it. */
  const runs = async (duration: number): Promise<boolean> => {
    let hadTurn = false;
    setImmediate(() => {
      hadTurn = true;
    });
    plugin.transformQuery({ node: SelectQueryNode.create(), queryId: { queryId: "one" } });
    now += duration;
    await plugin.transformResult({ result: { rows: [] } });
    return hadTurn;
  };
  expect(await runs(30)).toBe(true);
  expect(await runs(0)).toBe(false);
  now += 1_000;
  expect(await runs(13)).toBe(false);
  expect(await runs(13)).toBe(true);
  expect(await runs(-3_600_000)).toBe(false);
  expect(await runs(30)).toBe(true);
});
