import { expect, test } from "vitest";
import { opening } from "../../ask/trail-builder.ts";
import { auditEntry, WHOLE_AUDIT } from "./audit-contract.ts";
import { all, change, channel, event, notification, received } from "./changes.ts";
import { placeOf } from "./ground.ts";
import type { Ground } from "./ground.ts";
import { claimAt } from "./outbox-contract.ts";

/** What becomes of a database that an older Doorbell wrote. */
export function upgradeContract(ground: Ground): void {
  test("A database of the first release gets the new tables, and keeps what it has.", async () => {
    const place = await placeOf(ground);
    const old = await place.open();
    await old.commit(
      change({
        events: [received(event("e-1"), "packed"), received(event("e-2"), "packed too")],
        openings: [opening({ id: "o-1" })],
        deliveries: [notification("n-1", ["o-1"])],
      }),
    );
    await old.close();
    for (const table of [
      "acknowledgement",
      "silence",
      "chat_installation",
      "replica",
      "lease",
      "channel_pause",
      "audit_entry",
    ]) {
      await place.sql(`drop table ${table}`);
    }
    await place.sql("alter table delivery drop column claimed_by");
    await place.sql("update event set raw = 'as text'");
    await place.sql("alter table event drop column raw_packed");
    for (const table of ["opening", "request_vm", "guard"]) {
      await place.sql(`drop index ${table}_by_vm_id`);
    }
    await place.sql("delete from schema_migration where number > 1");
    const store = await place.open();
    await store.commit(change({ events: [received(event("e-3"), "packed anew")] }));
    expect(await store.rows(["e-1", "e-2", "e-3"])).toEqual(["as text", "as text", "packed anew"]);
    const acknowledgement = { by: "bob", at: 1 };
    expect(await store.acknowledge(channel(), "n-1", acknowledgement)).toEqual(acknowledgement);
    await store.audit(auditEntry("a-1"));
    expect(await all(store.audited(WHOLE_AUDIT))).toEqual([auditEntry("a-1")]);
    expect(await claimAt(store, 1)).toMatchObject([{ key: "n-1", acknowledgement }]);
  });
}
