import { expect, test } from "vitest";
import { startService } from "../../src/app/service.ts";
import { DAY } from "../../src/domain/instant.ts";
import { openSqliteStore } from "../../src/store/open-sqlite-store.ts";
import { auditEntry, WHOLE_AUDIT } from "../contracts/store/audit-contract.ts";
import { all } from "../contracts/store/changes.ts";
import { StandingClock } from "../contracts/store/ground.ts";

const NOW = 1_000 * DAY;

test("entries of the audit go once they are older than it is kept, and no sooner", async () => {
  const clock = new StandingClock(NOW);
  const store = await openSqliteStore(":memory:", { clock });
  for (const [id, age] of [
    ["a-1", 400 * DAY],
    ["a-2", 30 * DAY + 1],
    ["a-3", 30 * DAY],
  ] as const) {
    await store.audit(auditEntry(id, { at: NOW - age }));
  }
  const service = await startService({
    store,
    sources: [],
    live: null,
    chats: [],
    subscriptions: [],
    clock,
    wall: clock,
    random: { next: () => 0 },
    zone: "UTC",
    workingHours: null,
    retention: null,
    auditRetention: 30 * DAY,
    log: () => {},
  });
  const ids = async (): Promise<readonly string[]> =>
    (await all(store.audited(WHOLE_AUDIT))).map(({ id }) => id);
  while ((await ids()).length > 1) {
    await clock.sleep();
  }
  expect(await ids()).toEqual(["a-3"]);
  await service.stop();
});
