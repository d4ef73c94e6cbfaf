import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { openSqliteStore } from "../../src/store/open-sqlite-store.ts";
import { all, AZURE, idsOf, WHOLE } from "../contracts/store/changes.ts";
import { StandingClock } from "../contracts/store/ground.ts";

const CHILD = fileURLToPath(new URL("./committing-child.ts", import.meta.url));

test("Whenever the program is killed, every page that it stored is there whole, and no half of another.", async () => {
  const folder = await mkdtemp(join(tmpdir(), "doorbell-kill-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "doorbell.sqlite");
  for (const pages of [1, 7, 4]) {
    const said = await killAfter(path, pages);
    const store = await openSqliteStore(path, { clock: new StandingClock() });
    const last = Number(await store.cursor("feed"));
    const numbers = Array.from({ length: last + 1 }, (_, page) => String(page));
    const openings = numbers.map((page) => `o-${page}`);
    expect(last).toBeGreaterThanOrEqual(said);
    expect({
      events: idsOf(await all(store.events(AZURE))).toSorted(),
      openings: idsOf((await store.trail(WHOLE)).openings).toSorted(),
      announced: (await store.announced(openings)).map(({ key }) => key).toSorted(),
      count: (await store.coverage()).events,
    }).toEqual({
      events: numbers.map((page) => `e-${page}`).toSorted(),
      openings: openings.toSorted(),
      announced: numbers.map((page) => `n-${page}`).toSorted(),
      count: last + 1,
    });
    await store.close();
  }
});

/** Lets a program store pages and kills it after so many; returns the last that it said was stored. */
async function killAfter(path: string, pages: number): Promise<number> {
  const child = spawn(process.execPath, [CHILD, path], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  let said = -1;
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    said = Number(line);
    count += 1;
    if (count === pages) {
      child.kill("SIGKILL");
    }
  }
  await ended;
  return said;
}
