import { sql } from "kysely";
import type { Insertable, SqlBool } from "kysely";
import { parseResourceId } from "../domain/resource-id.ts";
import type { TrailNames } from "../ports.ts";
import { batchesOf } from "./batches.ts";
import type { Queries, Schema } from "./schema.ts";
import { addToTally, tallyOf } from "./tally.ts";

/** A VM as openings, requests and guards name it. */
type NamedVm = Readonly<Pick<Schema["opening"], "vm_key" | "vm_name_key">>;

type DoubtfulVm = Readonly<Pick<Schema["vm"], "name_key" | "id_key">>;

/**
 * Keeps the lists of VMs and people in step with openings, requests and guards, within the transaction
 * that changes those. What is only perhaps no longer named is collected first and looked at in the end.
 */
export class NameLists {
  readonly #db: Queries;
  readonly #vms = new Map<string, Insertable<Schema["vm"]>>();
  readonly #people = new Map<string, Insertable<Schema["person"]>>();
  readonly #doubtfulVms = new Map<string, DoubtfulVm>();
  readonly #doubtfulPeople = new Set<string>();

  constructor(db: Queries) {
    this.#db = db;
  }

  addVm(vm: Insertable<Schema["vm"]>): void {
    this.#vms.set(keyOf(vm), vm);
  }

  addPerson(person: Insertable<Schema["person"]>): void {
    this.#people.set(person.key, person);
  }

  /** Something that named these VMs is gone or changed. */
  doubtVms(named: Iterable<NamedVm>): void {
    for (const { vm_name_key: nameKey, vm_key: idKey } of named) {
      if (nameKey !== null) {
        const vm = { name_key: nameKey, id_key: idKey };
        this.#doubtfulVms.set(keyOf(vm), vm);
      }
    }
  }

  /** Something that named these people is gone or changed. */
  doubtPeople(keys: Iterable<string | null>): void {
    for (const key of keys) {
      if (key !== null) {
        this.#doubtfulPeople.add(key);
      }
    }
  }

  /** Writes the lists; to be called when everything else is written. */
  async settle(): Promise<void> {
    let changes = 0n;
    for (const batch of batchesOf([...this.#vms.values()])) {
      const done = await this.#db
        .insertInto("vm")
        .values([...batch])
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      changes += done.numInsertedOrUpdatedRows ?? 0n;
    }
    for (const batch of batchesOf([...this.#people.values()])) {
      const done = await this.#db
        .insertInto("person")
        .values([...batch])
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      changes += done.numInsertedOrUpdatedRows ?? 0n;
    }
    changes += await this.#dropUnnamed();
    if (changes > 0n) {
      await addToTally(this.#db, "names", 1);
    }
  }

  /** What was added is named by what stays in this transaction, and needs no look. */
  async #dropUnnamed(): Promise<bigint> {
    let dropped = 0n;
    const vms = [...this.#doubtfulVms].filter(([key]) => !this.#vms.has(key));
    for (const batch of batchesOf(vms)) {
      const keys = batch.map(([, vm]) => sql`(${vm.name_key}, ${vm.id_key})`);
      const done = await this.#db
        .deleteFrom("vm")
        .where(sql<SqlBool>`(name_key, id_key) in (values ${sql.join(keys)})`)
        .where(
          sql<SqlBool>`not exists (select 1 from opening where opening.vm_key = vm.id_key and opening.vm_name_key = vm.name_key)`,
        )
        .where(
          sql<SqlBool>`not exists (select 1 from guard where guard.vm_key = vm.id_key and guard.vm_name_key = vm.name_key)`,
        )
        .where(
          sql<SqlBool>`not exists (select 1 from request_vm where request_vm.vm_key = vm.id_key and request_vm.vm_name_key = vm.name_key)`,
        )
        .executeTakeFirst();
      dropped += done.numDeletedRows;
    }
    const people = [...this.#doubtfulPeople].filter((key) => !this.#people.has(key));
    for (const batch of batchesOf(people)) {
      const done = await this.#db
        .deleteFrom("person")
        .where("key", "in", batch)
        .where(
          sql<SqlBool>`not exists (select 1 from opening_person where opening_person.person = person.key)`,
        )
        .where(
          sql<SqlBool>`not exists (select 1 from access_request where access_request.person = person.key)`,
        )
        .executeTakeFirst();
      dropped += done.numDeletedRows;
    }
    return dropped;
  }
}

function keyOf({ name_key: nameKey, id_key: idKey }: DoubtfulVm): string {
  return `${nameKey} ${idKey}`;
}

/** Reads the lists of names again only when they have changed. */
export class NameReader {
  #known: { readonly revision: number; readonly names: TrailNames } | null = null;

  async names(db: Queries): Promise<TrailNames> {
    const revision = await tallyOf(db, "names");
    if (this.#known?.revision === revision) {
      return this.#known.names;
    }
    const vms = await db
      .selectFrom("vm")
      .select(["name", "id"])
      .orderBy("name")
      .orderBy("id_key")
      .execute();
    const people = await db
      .selectFrom("person")
      .select("name")
      .distinct()
      .orderBy("name")
      .execute();
    const names = {
      vms: vms.map(({ name, id }) => ({ name, id: id === null ? null : parseResourceId(id) })),
      people: people.map(({ name }) => name),
    };
    this.#known = { revision, names };
    return names;
  }
}
