import { expect, test } from "vitest";
import { DAY, HOUR } from "../../src/domain/instant.ts";
import { SYSTEM_CLOCK } from "../../src/system-clock.ts";
import { expectNoCrash } from "./program.ts";
import { trailLines } from "./trail-rows.ts";
import { WatchedTenant } from "./watched-tenant.ts";

const READ = /"feed":"log-analytics\/.*"The history is read\."/;

test("what only the Log Analytics workspace was asked for is answered without ringing, and is read once", async () => {
  const tenant = await WatchedTenant.start({
    backfill: "0",
    logAnalytics: "20d",
    more: "notifications:\n  - channel: { platform: terminal, channel: main }\n",
  });
  const queries = (): number =>
    tenant.sandbox.requestsSeen().filter(({ path }) => path.endsWith("/query")).length;
  const first = tenant.serve();
  await first.until("stderr", READ);
  const run = await first.end("SIGTERM");
  expect(run.status).toBe(0);
  expectNoCrash(run);
  const asked = queries();
  expect(asked).toBeGreaterThan(1);

  // What came last may be understood by the next start only.
  const again = tenant.serve();
  await again.until("stderr", /Doorbell serves\./);
  const ended = await again.end("SIGTERM");
  expect(ended.status).toBe(0);
  expect(ended.stderr).not.toMatch(READ);
  expect(queries()).toBe(asked);

  const since = SYSTEM_CLOCK.now() - 2 * DAY;
  const stored = trailLines(await tenant.run(["trail", "--json"]));
  const told = new Set(
    stored.filter(({ openedAt }) => Date.parse(openedAt) < since).map(({ id }) => id),
  );
  const log = tenant.folder.file("log.json", await tenant.log(20));
  const whole = trailLines(await tenant.run(["trail", "--json", "--from", log]));
  const owed = whole.filter(({ openedAt }) => Date.parse(openedAt) < since - HOUR);
  expect(owed.length).toBeGreaterThan(10);
  expect(owed.filter(({ id }) => !told.has(id))).toEqual([]);
  expect(owed.filter(({ id }) => `${run.stdout}${ended.stdout}`.includes(id))).toEqual([]);
});
