import type { AccessRequest } from "../domain/access-request.ts";
import type { Opening } from "../domain/opening.ts";
import type { Guard } from "../domain/trail.ts";
import { batchesOf } from "./batches.ts";
import type { NameLists } from "./name-lists.ts";
import type { Queries } from "./schema.ts";
import {
  guardRow,
  openingRow,
  peopleOf,
  personRow,
  requestRow,
  requestVmRows,
  subscriptionOf,
  vmRow,
} from "./trail-rows.ts";

/**
 * Stores openings, new or changed.
 *
 * @returns the ids of those that now say something else.
 */
export async function commitOpenings(
  db: Queries,
  openings: readonly Opening[],
  names: NameLists,
): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const batch of batchesOf([...new Map(openings.map((one) => [one.id, one])).values()])) {
    changed.push(...(await commitOpeningBatch(db, batch, names)));
  }
  return changed;
}

async function commitOpeningBatch(
  db: Queries,
  batch: readonly Opening[],
  names: NameLists,
): Promise<readonly string[]> {
  const stored = await db
    .selectFrom("opening")
    .select(["id", "vm_key", "vm_name_key", "body"])
    .where(
      "id",
      "in",
      batch.map(({ id }) => id),
    )
    .execute();
  const known = new Map(stored.map((row) => [row.id, row]));
  const changed = batch
    .map((opening) => ({ opening, row: openingRow(opening) }))
    .filter(({ row }) => known.get(row.id)?.body !== row.body);
  if (changed.length === 0) {
    return [];
  }
  const ids = changed.map(({ row }) => row.id);
  const before = ids.flatMap((id) => known.get(id) ?? []);
  names.doubtVms(before);
  names.doubtPeople(
    await forgetPeople(
      db,
      before.map(({ id }) => id),
    ),
  );
  await db
    .insertInto("opening")
    .values(changed.map(({ row }) => row))
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet((eb) => ({
        azure_subscription: eb.ref("excluded.azure_subscription"),
        nsg_key: eb.ref("excluded.nsg_key"),
        vm_key: eb.ref("excluded.vm_key"),
        vm_name_key: eb.ref("excluded.vm_name_key"),
        rule_key: eb.ref("excluded.rule_key"),
        began_at: eb.ref("excluded.began_at"),
        ended_at: eb.ref("excluded.ended_at"),
        body: eb.ref("excluded.body"),
      })),
    )
    .execute();
  const people = changed.flatMap(({ opening }) =>
    peopleOf(opening).map((person) => ({ opening_id: opening.id, person })),
  );
  for (const rows of batchesOf(people)) {
    await db
      .insertInto("opening_person")
      .values(rows.map(({ opening_id, person }) => ({ opening_id, person: person.key })))
      .execute();
  }
  for (const { person } of people) {
    names.addPerson(person);
  }
  for (const { opening } of changed) {
    if (opening.vm !== null || opening.vmName !== null) {
      names.addVm(vmRow(opening.vm, opening.vmName ?? ""));
    }
  }
  return ids;
}

async function forgetPeople(db: Queries, openings: readonly string[]): Promise<readonly string[]> {
  if (openings.length === 0) {
    return [];
  }
  const rows = await db
    .deleteFrom("opening_person")
    .where("opening_id", "in", openings)
    .returning("person")
    .execute();
  return rows.map(({ person }) => person);
}

/**
 * Removes openings.
 *
 * @returns the ids of those that were there.
 */
export async function removeOpenings(
  db: Queries,
  ids: readonly string[],
  names: NameLists,
): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const batch of batchesOf(ids)) {
    names.doubtPeople(await forgetPeople(db, batch));
    const rows = await db
      .deleteFrom("opening")
      .where("id", "in", batch)
      .returning(["id", "vm_key", "vm_name_key"])
      .execute();
    names.doubtVms(rows);
    removed.push(...rows.map(({ id }) => id));
  }
  return removed;
}

/** Stores access requests, new or changed. */
export async function commitRequests(
  db: Queries,
  requests: readonly AccessRequest[],
  names: NameLists,
): Promise<void> {
  for (const batch of batchesOf([...new Map(requests.map((one) => [one.id, one])).values()])) {
    const ids = batch.map(({ id }) => id);
    const stored = await db
      .selectFrom("access_request")
      .select(["id", "body"])
      .where("id", "in", ids)
      .execute();
    const known = new Map(stored.map(({ id, body }) => [id, body]));
    const rows = [];
    for (const request of batch) {
      const row = requestRow(request, await subscriptionByEvents(db, request));
      if (known.get(row.id) !== row.body) {
        rows.push({ request, row });
      }
    }
    if (rows.length > 0) {
      await removeRequests(
        db,
        rows.map(({ row }) => row.id).filter((id) => known.has(id)),
        names,
      );
      await insertRequests(db, rows, names);
    }
  }
}

async function insertRequests(
  db: Queries,
  rows: readonly { readonly request: AccessRequest; readonly row: ReturnType<typeof requestRow> }[],
  names: NameLists,
): Promise<void> {
  await db
    .insertInto("access_request")
    .values(rows.map(({ row }) => row))
    .execute();
  for (const batch of batchesOf(rows.flatMap(({ request }) => requestVmRows(request)))) {
    await db
      .insertInto("request_vm")
      .values([...batch])
      .execute();
  }
  for (const { request } of rows) {
    if (request.actor !== null) {
      names.addPerson(personRow(request.actor));
    }
    for (const { vm } of request.targets) {
      names.addVm(vmRow(vm, vm.name));
    }
  }
}

/** A request of blank rows names no resource: its rows are those of an Azure subscription all the same. */
async function subscriptionByEvents(db: Queries, request: AccessRequest): Promise<string> {
  const named = subscriptionOf(request);
  const [first] = request.events;
  if (named !== null || first === undefined) {
    return named ?? "";
  }
  const row = await db
    .selectFrom("event")
    .select("azure_subscription")
    .where("id", "=", first)
    .limit(1)
    .executeTakeFirst();
  return row?.azure_subscription ?? "";
}

/** Removes access requests. */
export async function removeRequests(
  db: Queries,
  ids: readonly string[],
  names: NameLists,
): Promise<void> {
  for (const batch of batchesOf(ids)) {
    const vms = await db
      .deleteFrom("request_vm")
      .where("request_id", "in", batch)
      .returning(["vm_key", "vm_name_key"])
      .execute();
    const rows = await db
      .deleteFrom("access_request")
      .where("id", "in", batch)
      .returning("person")
      .execute();
    names.doubtVms(vms);
    names.doubtPeople(rows.map(({ person }) => person));
  }
}

/** Replaces all guards of an Azure subscription. */
export async function commitGuards(
  db: Queries,
  azureSubscription: string,
  guards: readonly Guard[],
  names: NameLists,
): Promise<void> {
  const rows = guards.map((guard) => ({ guard, row: guardRow(azureSubscription, guard) }));
  const wanted = new Map(rows.map((one) => [keyOf(one.row), one]));
  const stored = await db
    .selectFrom("guard")
    .select(["nsg_key", "vm_key", "vm_name_key", "body"])
    .where("azure_subscription", "=", azureSubscription)
    .execute();
  const known = new Map(stored.map((row) => [keyOf(row), row.body]));
  const gone = stored.filter((row) => wanted.get(keyOf(row))?.row.body !== row.body);
  const added = [...wanted.values()].filter(({ row }) => known.get(keyOf(row)) !== row.body);
  for (const row of gone) {
    await db
      .deleteFrom("guard")
      .where("azure_subscription", "=", azureSubscription)
      .where("nsg_key", "=", row.nsg_key)
      .where("vm_key", "=", row.vm_key)
      .where("vm_name_key", "=", row.vm_name_key)
      .execute();
  }
  names.doubtVms(gone);
  for (const batch of batchesOf(added)) {
    await db
      .insertInto("guard")
      .values(batch.map(({ row }) => row))
      .execute();
  }
  for (const { guard } of added) {
    names.addVm(vmRow(guard.vm, guard.vmName));
  }
}

function keyOf(row: {
  readonly nsg_key: string;
  readonly vm_key: string;
  readonly vm_name_key: string;
}): string {
  return JSON.stringify([row.nsg_key, row.vm_key, row.vm_name_key]);
}
