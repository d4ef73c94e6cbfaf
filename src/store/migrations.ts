import { sql } from "kysely";
import type { CreateTableBuilder, Expression } from "kysely";
import { DoorbellError } from "../errors.ts";
import type { DatabaseKind, Queries } from "./schema.ts";

/**
 * One step of the schema; what was released is never changed, only followed by another. While replicas are
 * upgraded one by one, those of the version before go on with the new tables: a step adds, and what it adds
 * may be missing in what they write. What they no longer may write or read goes a version later.
 */
interface Migration {
  readonly number: number;
  readonly name: string;
  run(db: Queries, kind: DatabaseKind): Promise<void>;
}

const MIGRATIONS: readonly Migration[] = [
  { number: 1, name: "first tables", run: firstTables },
  { number: 2, name: "acknowledgements, silences, installations", run: reactionTables },
  { number: 3, name: "replicas, leases, pauses of channels", run: replicaTables },
  { number: 4, name: "audit", run: auditTables },
  { number: 5, name: "packed rows, VMs by ID", run: packedRows },
];

/** The newest schema that this Doorbell knows. */
const NEWEST = MIGRATIONS.at(-1)?.number ?? 0;

/**
 * Brings the database to the newest schema. Runs within a transaction that no other writer shares.
 *
 * @throws DoorbellError `store` when a newer Doorbell has been there.
 */
export async function migrate(db: Queries, kind: DatabaseKind, setting: string): Promise<void> {
  const { text, integer, end } = wordsOf(kind);
  await end(
    db.schema
      .createTable("schema_migration")
      .ifNotExists()
      .addColumn("number", integer, (column) => column.primaryKey())
      .addColumn("name", text, (column) => column.notNull()),
  ).execute();
  const { newest } = await db
    .selectFrom("schema_migration")
    .select((eb) => eb.fn.max<number | null>("number").as("newest"))
    .executeTakeFirstOrThrow();
  const done = newest ?? 0;
  if (done > NEWEST) {
    throw new DoorbellError(
      "store",
      `The database in ${setting} was written by a newer Doorbell (schema ${done}; this one knows ${NEWEST}): run that version, or set ${setting} to another database.`,
    );
  }
  for (const migration of MIGRATIONS.filter(({ number }) => number > done)) {
    await migration.run(db, kind);
    await db
      .insertInto("schema_migration")
      .values({ number: migration.number, name: migration.name })
      .execute();
  }
}

type Table<Name extends string, Columns extends string> = CreateTableBuilder<Name, Columns>;

/** The few words in which the two databases differ. */
function wordsOf(kind: DatabaseKind): {
  readonly text: Expression<unknown>;
  readonly integer: Expression<unknown>;
  readonly end: <N extends string, C extends string>(table: Table<N, C>) => Table<N, C>;
} {
  return kind === "postgres"
    ? { text: sql`text collate "C"`, integer: sql`bigint`, end: (table) => table }
    : {
        text: sql`text`,
        integer: sql`integer`,
        end: (table) => table.modifyEnd(sql`strict`),
      };
}

/** Adds columns that are never null. */
function withColumns<N extends string, C extends string, More extends string>(
  table: Table<N, C>,
  type: Expression<unknown>,
  names: readonly More[],
): Table<N, C | More> {
  return names.reduce<Table<N, C | More>>(
    (built, name) => built.addColumn(name, type, (column) => column.notNull()),
    table,
  );
}

async function firstTables(db: Queries, kind: DatabaseKind): Promise<void> {
  await evidenceTables(db, kind);
  await trailTables(db, kind);
  await chatTables(db, kind);
}

async function evidenceTables(db: Queries, kind: DatabaseKind): Promise<void> {
  const { text, integer, end } = wordsOf(kind);
  const { schema } = db;
  let event = withColumns(schema.createTable("event"), text, [
    "id",
    "digest",
    "azure_subscription",
  ]);
  event = withColumns(event, integer, ["at"]);
  event = withColumns(event, text, ["feed_key"]);
  event = withColumns(event, integer, ["identified", "form"]);
  event = withColumns(event, text, ["body", "raw"]);
  await end(event.addPrimaryKeyConstraint("event_pk", ["id", "digest"])).execute();
  await schema
    .createIndex("event_by_subscription")
    .on("event")
    .columns(["azure_subscription", "id", "digest"])
    .execute();
  await schema.createIndex("event_by_time").on("event").column("at").execute();
  await sql`create index event_derived on event (feed_key) where identified = 0`.execute(db);
  let sighting = withColumns(schema.createTable("sighting"), text, ["id", "azure_subscription"]);
  sighting = withColumns(sighting, integer, ["form"]);
  sighting = withColumns(sighting, text, ["body"]);
  await end(sighting.addPrimaryKeyConstraint("sighting_pk", ["id"])).execute();
  await schema
    .createIndex("sighting_by_subscription")
    .on("sighting")
    .columns(["azure_subscription", "id"])
    .execute();
  let quarantine = withColumns(schema.createTable("quarantine"), text, ["digest", "reason"]);
  quarantine = withColumns(quarantine, integer, ["received_at"]);
  quarantine = withColumns(quarantine, text, ["raw"]);
  await end(quarantine.addPrimaryKeyConstraint("quarantine_pk", ["digest"])).execute();
  const feed = withColumns(schema.createTable("feed"), text, ["feed", "cursor"]);
  await end(feed.addPrimaryKeyConstraint("feed_pk", ["feed"])).execute();
  const span = withColumns(
    withColumns(schema.createTable("read_span"), text, ["azure_subscription"]),
    integer,
    ["from_at", "to_at"],
  );
  await end(
    span.addPrimaryKeyConstraint("read_span_pk", ["azure_subscription", "from_at"]),
  ).execute();
  const subscription = withColumns(schema.createTable("azure_subscription"), text, ["id"]);
  await end(subscription.addPrimaryKeyConstraint("azure_subscription_pk", ["id"])).execute();
  let tally = withColumns(schema.createTable("tally"), text, ["name"]);
  tally = withColumns(tally, integer, ["count"]);
  await end(tally.addPrimaryKeyConstraint("tally_pk", ["name"])).execute();
}

async function trailTables(db: Queries, kind: DatabaseKind): Promise<void> {
  const { text, integer, end } = wordsOf(kind);
  const { schema } = db;
  let opening = withColumns(schema.createTable("opening"), text, [
    "id",
    "azure_subscription",
    "vm_key",
  ])
    .addColumn("vm_name_key", text)
    .addColumn("nsg_key", text);
  opening = withColumns(opening, text, ["rule_key"]);
  opening = withColumns(opening, integer, ["began_at", "ended_at"]);
  opening = withColumns(opening, text, ["body"]);
  await end(opening.addPrimaryKeyConstraint("opening_pk", ["id"])).execute();
  const openingIndexes = {
    opening_by_vm: ["vm_name_key", "ended_at", "began_at"],
    opening_by_nsg: ["nsg_key", "ended_at", "began_at"],
    opening_by_end: ["ended_at", "began_at"],
    opening_by_rule: ["rule_key", "id"],
    opening_by_subscription: ["azure_subscription", "id"],
  } as const;
  for (const [name, columns] of Object.entries(openingIndexes)) {
    await schema
      .createIndex(name)
      .on("opening")
      .columns([...columns])
      .execute();
  }
  const people = withColumns(schema.createTable("opening_person"), text, ["opening_id", "person"]);
  await end(
    people
      .addPrimaryKeyConstraint("opening_person_pk", ["opening_id", "person"])
      .addForeignKeyConstraint("opening_person_opening", ["opening_id"], "opening", ["id"], (key) =>
        key.onDelete("cascade"),
      ),
  ).execute();
  await schema
    .createIndex("opening_person_by_person")
    .on("opening_person")
    .columns(["person", "opening_id"])
    .execute();
  let request = withColumns(schema.createTable("access_request"), text, [
    "id",
    "azure_subscription",
  ]);
  request = withColumns(request, integer, ["at"]).addColumn("person", text);
  request = withColumns(request, text, ["body"]);
  await end(request.addPrimaryKeyConstraint("access_request_pk", ["id"])).execute();
  const requestIndexes = {
    request_by_time: ["at"],
    request_by_person: ["person", "at"],
    request_by_subscription: ["azure_subscription", "id"],
  } as const;
  for (const [name, columns] of Object.entries(requestIndexes)) {
    await schema
      .createIndex(name)
      .on("access_request")
      .columns([...columns])
      .execute();
  }
  const targets = withColumns(schema.createTable("request_vm"), text, [
    "request_id",
    "vm_key",
    "vm_name_key",
  ]);
  await end(
    targets
      .addPrimaryKeyConstraint("request_vm_pk", ["request_id", "vm_key"])
      .addForeignKeyConstraint(
        "request_vm_request",
        ["request_id"],
        "access_request",
        ["id"],
        (key) => key.onDelete("cascade"),
      ),
  ).execute();
  await schema
    .createIndex("request_vm_by_name")
    .on("request_vm")
    .columns(["vm_name_key", "request_id"])
    .execute();
  const guard = withColumns(schema.createTable("guard"), text, [
    "azure_subscription",
    "nsg_key",
    "vm_key",
    "vm_name_key",
    "body",
  ]);
  await end(
    guard.addPrimaryKeyConstraint("guard_pk", [
      "azure_subscription",
      "nsg_key",
      "vm_key",
      "vm_name_key",
    ]),
  ).execute();
  await schema.createIndex("guard_by_vm").on("guard").columns(["vm_name_key", "nsg_key"]).execute();
  const vm = withColumns(schema.createTable("vm"), text, ["name_key", "id_key", "name"]).addColumn(
    "id",
    text,
  );
  await end(vm.addPrimaryKeyConstraint("vm_pk", ["name_key", "id_key"])).execute();
  const person = withColumns(schema.createTable("person"), text, [
    "key",
    "name",
    "name_key",
  ]).addColumn("object_id", text);
  await end(person.addPrimaryKeyConstraint("person_pk", ["key"])).execute();
}

async function chatTables(db: Queries, kind: DatabaseKind): Promise<void> {
  const { text, integer, end } = wordsOf(kind);
  const { schema } = db;
  const place = ["platform", "workspace", "channel"] as const;
  const channel = withColumns(schema.createTable("channel"), text, place);
  await end(channel.addPrimaryKeyConstraint("channel_pk", [...place])).execute();
  let delivery = withColumns(schema.createTable("delivery"), text, ["key", ...place, "burst"])
    .addColumn("parent", text)
    .addColumn("receipt", text)
    .addColumn("said_digest", text)
    .addColumn("reason", text)
    .addColumn("reason_at", integer)
    .addColumn("first_tried_at", integer)
    .addColumn("lease_until", integer)
    .addColumn("due_at", integer);
  delivery = withColumns(delivery, text, ["content", "state"]);
  delivery = withColumns(delivery, integer, [
    "maybe_posted",
    "attempts",
    "fence",
    "wanted",
    "claimed",
    "created_at",
  ]);
  await end(delivery.addPrimaryKeyConstraint("delivery_pk", ["key"])).execute();
  await sql`create index delivery_due on delivery (platform, workspace, channel, due_at) where due_at is not null`.execute(
    db,
  );
  await sql`create index delivery_leased on delivery (platform, workspace, channel, lease_until) where lease_until is not null`.execute(
    db,
  );
  await schema
    .createIndex("delivery_by_state")
    .on("delivery")
    .columns(["state", "created_at"])
    .execute();
  await schema.createIndex("delivery_by_burst").on("delivery").column("burst").execute();
  await sql`create index delivery_by_parent on delivery (parent) where parent is not null`.execute(
    db,
  );
  let told = withColumns(schema.createTable("delivery_opening"), text, [
    "delivery_key",
    "opening_id",
    ...place,
  ]);
  told = withColumns(told, integer, ["announces", "thinned"]);
  await end(
    told
      .addPrimaryKeyConstraint("delivery_opening_pk", ["delivery_key", "opening_id"])
      .addForeignKeyConstraint("delivery_opening_delivery", ["delivery_key"], "delivery", ["key"]),
  ).execute();
  await sql`create unique index announced_once on delivery_opening (opening_id, platform, workspace, channel) where announces = 1`.execute(
    db,
  );
  let subscription = withColumns(schema.createTable("channel_subscription"), text, [
    "id",
    ...place,
  ]);
  subscription = withColumns(subscription, integer, ["created_at"]);
  subscription = withColumns(subscription, text, ["body"]);
  await end(subscription.addPrimaryKeyConstraint("channel_subscription_pk", ["id"])).execute();
  let seen = withColumns(schema.createTable("seen"), text, ["delivery_id"]);
  seen = withColumns(seen, integer, ["at"]);
  await end(seen.addPrimaryKeyConstraint("seen_pk", ["delivery_id"])).execute();
  await schema.createIndex("seen_by_time").on("seen").column("at").execute();
}

async function reactionTables(db: Queries, kind: DatabaseKind): Promise<void> {
  const { text, integer, end } = wordsOf(kind);
  const { schema } = db;
  const acknowledgement = withColumns(schema.createTable("acknowledgement"), text, [
    "delivery_key",
    "body",
  ]);
  await end(
    acknowledgement
      .addPrimaryKeyConstraint("acknowledgement_pk", ["delivery_key"])
      .addForeignKeyConstraint("acknowledgement_delivery", ["delivery_key"], "delivery", ["key"]),
  ).execute();
  let silence = withColumns(schema.createTable("silence"), text, [
    "id",
    "platform",
    "workspace",
    "channel",
  ]);
  silence = withColumns(silence, integer, ["from_at", "until_at"]);
  silence = withColumns(silence, text, ["body"]);
  await end(silence.addPrimaryKeyConstraint("silence_pk", ["id"])).execute();
  await schema.createIndex("silence_by_end").on("silence").column("until_at").execute();
  const installation = withColumns(schema.createTable("chat_installation"), text, [
    "platform",
    "workspace",
    "record",
  ]);
  await end(
    installation.addPrimaryKeyConstraint("chat_installation_pk", ["platform", "workspace"]),
  ).execute();
}

async function replicaTables(db: Queries, kind: DatabaseKind): Promise<void> {
  const { text, integer, end } = wordsOf(kind);
  const { schema } = db;
  const replica = withColumns(
    withColumns(schema.createTable("replica"), text, ["owner"]),
    integer,
    ["wants", "until_at"],
  );
  await end(replica.addPrimaryKeyConstraint("replica_pk", ["owner"])).execute();
  const lease = withColumns(
    withColumns(schema.createTable("lease"), text, ["name", "owner"]),
    integer,
    ["fence", "news", "heeded"],
  );
  await end(lease.addPrimaryKeyConstraint("lease_pk", ["name"])).execute();
  const place = ["platform", "workspace", "channel"] as const;
  let pause = withColumns(withColumns(schema.createTable("channel_pause"), text, place), integer, [
    "until_at",
    "failures",
    "waits_for_person",
  ]);
  pause = withColumns(pause, text, ["reason"]);
  await end(pause.addPrimaryKeyConstraint("channel_pause_pk", [...place])).execute();
  await schema.alterTable("delivery").addColumn("claimed_by", text).execute();
}

async function auditTables(db: Queries, kind: DatabaseKind): Promise<void> {
  const { text, integer, end } = wordsOf(kind);
  const { schema } = db;
  let entry = withColumns(schema.createTable("audit_entry"), text, ["id"]);
  entry = withColumns(entry, integer, ["at"]);
  entry = withColumns(entry, text, ["channel", "user_id", "user_key", "outcome", "body"]);
  await end(entry.addPrimaryKeyConstraint("audit_entry_pk", ["id"])).execute();
  await schema.createIndex("audit_by_time").on("audit_entry").columns(["at", "id"]).execute();
}

async function packedRows(db: Queries, kind: DatabaseKind): Promise<void> {
  const bytes = kind === "postgres" ? sql`bytea` : sql`blob`;
  await db.schema.alterTable("event").addColumn("raw_packed", bytes).execute();
  for (const table of ["opening", "request_vm", "guard"] as const) {
    await db.schema
      .createIndex(`${table}_by_vm_id`)
      .on(table)
      .columns(["vm_key", "vm_name_key"])
      .execute();
  }
}
