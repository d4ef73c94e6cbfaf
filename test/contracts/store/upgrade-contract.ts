import { expect, test } from "vitest";
import { opening } from "../../ask/trail-builder.ts";
import { change, channel, notification } from "./changes.ts";
import { placeOf } from "./ground.ts";
import type { Ground } from "./ground.ts";
import { claimAt } from "./outbox-contract.ts";

/** What becomes of a database that an older Doorbell wrote. */
export function upgradeContract(ground: Ground): void {
  test("A database of the first release gets the new tables, and keeps what it has.", async () => {
    const place = await placeOf(ground);
    const old = await place.open();
    await old.commit(
      change({ openings: [opening({ id: "o-1" })], deliveries: [notification("n-1", ["o-1"])] }),
    );
    await old.close();
    for (const table of [
      "acknowledgement",
      "silence",
      "chat_installation",
      "replica",
      "lease",
      "channel_pause",
    ]) {
      await place.sql(`drop table ${table}`);
    }
    await place.sql("alter table delivery drop column claimed_by");
    await place.sql("delete from schema_migration where number > 1");
    const store = await place.open();
    const acknowledgement = { by: "bob", at: 1 };
    expect(await store.acknowledge(channel(), "n-1", acknowledgement)).toEqual(acknowledgement);
    expect(await claimAt(store, 1)).toMatchObject([{ key: "n-1", acknowledgement }]);
  });
}
