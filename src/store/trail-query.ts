import { sql } from "kysely";
import type { Expression, SqlBool } from "kysely";
import type { AccessRequest } from "../domain/access-request.ts";
import { compareText } from "../domain/compare-text.ts";
import type { Opening } from "../domain/opening.ts";
import type { VmFilter } from "../domain/question.ts";
import type { Guard, Trail } from "../domain/trail.ts";
import type { TrailQuery } from "../ports.ts";
import { batchesOf } from "./batches.ts";
import type { Queries } from "./schema.ts";
import { readGuard, readOpening, readRequest } from "./trail-codec.ts";
import { AFTER_ALL, nameKey } from "./trail-rows.ts";

/** Longer words than any name has are not looked for: the question itself then finds nothing. */
const LONGEST_PART = 1_000;

/** Comes after every other character. */
const LAST_CHARACTER = "\u{10ffff}";

type Condition = Expression<SqlBool>;

/**
 * The part of the trail that a query asks for, and perhaps more. Openings without a VM count for a VM
 * whose NSG they open.
 */
export async function readTrail(db: Queries, query: TrailQuery): Promise<Trail> {
  const openings = (await openingBodies(db, query)).map(readOpening);
  const requests = (await requestBodies(db, query, openings)).map(readRequest);
  return sortedTrail(openings, requests, await guardsOf(db, query.vm));
}

/** How many openings have no end. */
export async function countStanding(db: Queries): Promise<number> {
  const row = await db
    .selectFrom("opening")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("ended_at", "=", AFTER_ALL)
    .executeTakeFirst();
  return row?.count ?? 0;
}

/** Everything stored of one Azure subscription. */
export async function readStoredTrail(db: Queries, azureSubscription: string): Promise<Trail> {
  const openings = await db
    .selectFrom("opening")
    .select("body")
    .where("azure_subscription", "=", azureSubscription)
    .execute();
  const requests = await db
    .selectFrom("access_request")
    .select("body")
    .where("azure_subscription", "=", azureSubscription)
    .execute();
  const guards = await db
    .selectFrom("guard")
    .select("body")
    .where("azure_subscription", "=", azureSubscription)
    .orderBy("nsg_key")
    .orderBy("vm_key")
    .orderBy("vm_name_key")
    .execute();
  return sortedTrail(
    openings.map(({ body }) => readOpening(body)),
    requests.map(({ body }) => readRequest(body)),
    guards.map(({ body }) => readGuard(body)),
  );
}

/** A trail in its order. */
export function sortedTrail(
  openings: readonly Opening[],
  requests: readonly AccessRequest[],
  guards: readonly Guard[],
): Trail {
  return {
    openings: openings.toSorted((a, b) => a.openedAt - b.openedAt || compareText(a.id, b.id)),
    requests: requests.toSorted((a, b) => a.at - b.at || compareText(a.id, b.id)),
    guards,
  };
}

async function openingBodies(db: Queries, query: TrailQuery): Promise<readonly string[]> {
  const conditions = [
    ...timeConditions(query),
    ...idConditions(query),
    ...(await ruleConditions(db, query)),
    ...personConditions(query),
  ];
  const select = db.selectFrom("opening").select("opening.body").where(allOf(conditions));
  const named = vmRows(query.vm, "opening");
  if (named === null) {
    return (await select.execute()).map(({ body }) => body);
  }
  const own = await select.where(named).execute();
  const guarding = await select
    .where("opening.nsg_key", "in", (eb) =>
      eb
        .selectFrom("guard")
        .select("guard.nsg_key")
        .where(vmRows(query.vm, "guard") ?? sql<SqlBool>`1 = 1`),
    )
    .execute();
  return [...own, ...guarding].map(({ body }) => body);
}

function timeConditions({ period, closedAfter }: TrailQuery): Condition[] {
  return [
    ...(period?.from === null || period === null ? [] : [after("opening.ended_at", period.from)]),
    ...(period?.to === null || period === null
      ? []
      : [sql<SqlBool>`${sql.ref("opening.began_at")} < ${period.to}`]),
    ...(closedAfter === null ? [] : [after("opening.ended_at", closedAfter)]),
  ];
}

function after(column: string, at: number): Condition {
  return sql<SqlBool>`${sql.ref(column)} >= ${at}`;
}

function idConditions({ openingId }: TrailQuery): Condition[] {
  return openingId === null ? [] : [beginsWith("opening.id", openingId)];
}

/** The rules that have exactly this name; where none has, that begin with it; else that contain it. */
async function ruleConditions(db: Queries, { rule }: TrailQuery): Promise<Condition[]> {
  if (rule === null) {
    return [];
  }
  const wanted = nameKey(rule);
  const column = "opening.rule_key";
  const stages = [sql<SqlBool>`${sql.ref(column)} = ${wanted}`, beginsWith(column, wanted)];
  for (const stage of stages) {
    const found = await db
      .selectFrom("opening")
      .select("opening.rule_key")
      .where(stage)
      .limit(1)
      .executeTakeFirst();
    if (found !== undefined) {
      return [stage];
    }
  }
  return [
    sql<SqlBool>`opening.id in (select found.id from opening as found where ${contains("found.rule_key", wanted)})`,
  ];
}

function personConditions({ person }: TrailQuery): Condition[] {
  return person === null
    ? []
    : [
        sql<SqlBool>`opening.id in (select opening_person.opening_id from opening_person where opening_person.person in (${personKeys(person)}))`,
      ];
}

/** The keys of the people that a part of a name, or an object ID, means. */
function personKeys(person: string): Expression<unknown> {
  const wanted = nameKey(person);
  return sql`select person.key from person where person.object_id = ${wanted} or ${contains("person.name_key", wanted)}`;
}

/**
 * Which rows of a table are about the VMs; null: all. What names no more than a VM's name counts for each
 * VM that is called so.
 */
function vmRows(filter: VmFilter, table: "opening" | "guard" | "request_vm"): Condition | null {
  const [name, id] = [sql.ref(`${table}.vm_name_key`), sql.ref(`${table}.vm_key`)];
  switch (filter.kind) {
    case "any":
      return null;
    case "name":
      return sql<SqlBool>`${name} = ${nameKey(filter.name)}`;
    case "resource":
      return sql<SqlBool>`${id} in (${filter.id.key}, '') and ${name} = ${nameKey(filter.id.name)}`;
    case "wildcard":
      return sql<SqlBool>`${name} in (select vm.name_key from vm where ${like("vm.name_key", wildcardPattern(filter.pattern))})`;
  }
}

function wildcardPattern(pattern: string): string {
  return nameKey(pattern).split(/\*+/).map(escapedForLike).join("%");
}

/** As a range, which an index serves; SQLite's `like` without regard to case would not use it. */
function beginsWith(column: string, beginning: string): Condition {
  return sql<SqlBool>`${sql.ref(column)} >= ${beginning} and ${sql.ref(column)} < ${`${beginning}${LAST_CHARACTER}`}`;
}

/** That the column contains the part, which has no wildcards. */
export function contains(column: string, part: string): Condition {
  return like(column, `%${escapedForLike(part)}%`);
}

function like(column: string, pattern: string): Condition {
  return pattern.length > LONGEST_PART
    ? sql<SqlBool>`1 = 1`
    : sql<SqlBool>`${sql.ref(column)} like ${pattern} escape '\\'`;
}

function escapedForLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, "\\$&");
}

function allOf(conditions: readonly Condition[]): Condition {
  return conditions.reduce<Condition>(
    (all, one) => sql<SqlBool>`${all} and ${one}`,
    sql<SqlBool>`1 = 1`,
  );
}

/** Requests by VM, time and person, and those that the openings name. */
async function requestBodies(
  db: Queries,
  query: TrailQuery,
  openings: readonly Opening[],
): Promise<readonly string[]> {
  const bodies = new Map<string, string>();
  if (query.openingId === null && query.rule === null && query.closedAfter === null) {
    for (const { id, body } of await askedFor(db, query)) {
      bodies.set(id, body);
    }
  }
  const named = new Set(
    openings.flatMap(({ attribution }) =>
      attribution.candidates.flatMap(({ requestId }) =>
        requestId === null || bodies.has(requestId) ? [] : [requestId],
      ),
    ),
  );
  for (const batch of batchesOf([...named])) {
    const rows = await db
      .selectFrom("access_request")
      .select(["id", "body"])
      .where("id", "in", batch)
      .execute();
    for (const { id, body } of rows) {
      bodies.set(id, body);
    }
  }
  return [...bodies.values()];
}

async function askedFor(
  db: Queries,
  { vm, period, person }: TrailQuery,
): Promise<readonly { readonly id: string; readonly body: string }[]> {
  const ofVms = vmRows(vm, "request_vm");
  const conditions = [
    ...(period?.from === null || period === null ? [] : [after("access_request.at", period.from)]),
    ...(period?.to === null || period === null
      ? []
      : [sql<SqlBool>`access_request.at < ${period.to}`]),
    ...(person === null ? [] : [sql<SqlBool>`access_request.person in (${personKeys(person)})`]),
    ...(ofVms === null
      ? []
      : [
          sql<SqlBool>`access_request.id in (select request_vm.request_id from request_vm where ${ofVms})`,
        ]),
  ];
  return db
    .selectFrom("access_request")
    .select(["access_request.id", "access_request.body"])
    .where(allOf(conditions))
    .execute();
}

async function guardsOf(db: Queries, filter: VmFilter): Promise<readonly Guard[]> {
  const named = vmRows(filter, "guard");
  const select = db
    .selectFrom("guard")
    .select("guard.body")
    .orderBy("guard.azure_subscription")
    .orderBy("guard.nsg_key")
    .orderBy("guard.vm_key")
    .orderBy("guard.vm_name_key");
  const rows = await (named === null ? select : select.where(named)).execute();
  return rows.map(({ body }) => readGuard(body));
}
