import { sql } from "kysely";
import type { SqlBool } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { ChannelRef, DeliveryState, PauseScope } from "../domain/notification.ts";
import type { ClaimedDelivery, DeliveryOutcome } from "../ports.ts";
import { acknowledgementOf, silencesAbout } from "./channel-reactions.ts";
import { learnFrom, standingOf } from "./channel-pauses.ts";
import { isDeliveryState, readContent, readReceipt } from "./chat-codec.ts";
import type { DatabaseKind, Queries } from "./schema.ts";
import { readOpening } from "./trail-codec.ts";
import { sortedTrail } from "./trail-query.ts";

/** What `OutboxStore.claim` is asked for. */
export interface Claim {
  readonly platforms: readonly string[];
  readonly now: Instant;
  readonly leaseUntil: Instant;
  readonly limit: number;
  readonly owner?: string;
}

/** A reply can be made when its notification stands in the channel. */
export const parentStands = sql<SqlBool>`(delivery.parent is null or exists (select 1 from delivery as notification where notification.key = delivery.parent and notification.receipt is not null and notification.state <> 'dropped'))`;

/**
 * Pauses of the channel, or of more than it, that end by themselves. While one lasts, nothing of the channel
 * is claimed: to put off each of many deliveries would take longer than the pause.
 */
export const passingPause = sql`select max(pause.until_at) from channel_pause as pause where pause.platform = channel.platform and pause.workspace in ('', channel.workspace) and pause.channel in ('', channel.channel) and pause.waits_for_person = 0`;

/** The delivery is one of the channel. */
export const sameChannel = sql<SqlBool>`delivery.platform = channel.platform and delivery.workspace = channel.workspace and delivery.channel = channel.channel`;

function isDue(now: Instant): ReturnType<typeof sql<SqlBool>> {
  return sql<SqlBool>`delivery.due_at is not null and delivery.due_at <= ${now} and (delivery.lease_until is null or delivery.lease_until <= ${now}) and ${parentStands}`;
}

/**
 * Claims due deliveries. A channel's row is locked meanwhile, so that two replicas never hold two
 * deliveries of one channel.
 */
export async function claimDeliveries(
  db: Queries,
  kind: DatabaseKind,
  claim: Claim,
): Promise<readonly ClaimedDelivery[]> {
  const claimed: ClaimedDelivery[] = [];
  for (const channel of await channelsWithWork(db, kind, claim)) {
    const key = await oldestDue(db, channel, claim.now);
    const delivery = key === null ? null : await take(db, key, claim);
    if (delivery !== null) {
      claimed.push(delivery);
    }
  }
  return claimed;
}

async function channelsWithWork(
  db: Queries,
  kind: DatabaseKind,
  { platforms, now, limit }: Claim,
): Promise<readonly ChannelRef[]> {
  if (platforms.length === 0 || limit <= 0) {
    return [];
  }
  return db
    .selectFrom("channel")
    .select(["channel.platform", "channel.workspace", "channel.channel"])
    .where("channel.platform", "in", platforms)
    .where(sql<SqlBool>`exists (select 1 from delivery where ${sameChannel} and ${isDue(now)})`)
    .where(
      sql<SqlBool>`not exists (select 1 from delivery where ${sameChannel} and delivery.lease_until > ${now})`,
    )
    .where(sql<SqlBool>`coalesce((${passingPause}), ${now}) <= ${now}`)
    .orderBy(
      sql`(select min(delivery.due_at) from delivery where ${sameChannel} and ${isDue(now)})`,
    )
    .orderBy("channel.platform")
    .orderBy("channel.workspace")
    .orderBy("channel.channel")
    .limit(limit)
    .$if(kind === "postgres", (query) => query.forUpdate().skipLocked())
    .execute();
}

/** Looks again with the channel locked: another replica may have been there since. */
async function oldestDue(db: Queries, place: ChannelRef, now: Instant): Promise<string | null> {
  const inChannel = db
    .selectFrom("delivery")
    .where("delivery.platform", "=", place.platform)
    .where("delivery.workspace", "=", place.workspace)
    .where("delivery.channel", "=", place.channel);
  const held = await inChannel
    .select("delivery.key")
    .where("delivery.lease_until", ">", now)
    .limit(1)
    .executeTakeFirst();
  if (held !== undefined) {
    return null;
  }
  const due = await inChannel
    .select("delivery.key")
    .where(isDue(now))
    .orderBy("delivery.due_at")
    .orderBy("delivery.created_at")
    .orderBy("delivery.key")
    .limit(1)
    .executeTakeFirst();
  return due?.key ?? null;
}

async function take(db: Queries, key: string, claim: Claim): Promise<ClaimedDelivery | null> {
  const row = await db
    .updateTable("delivery")
    .set((eb) => ({
      lease_until: claim.leaseUntil,
      claimed_by: claim.owner ?? null,
      fence: eb("fence", "+", 1),
      attempts: eb("attempts", "+", 1),
      claimed: eb.ref("wanted"),
      maybe_posted: sql<number>`case when state = 'posting' then 1 else maybe_posted end`,
      state: sql<string>`case when state = 'posting' then 'unknown' else state end`,
    }))
    .where("key", "=", key)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) {
    return null;
  }
  const told = await openingsOf(db, key);
  const parent =
    row.parent === null
      ? undefined
      : await db
          .selectFrom("delivery")
          .select("receipt")
          .where("key", "=", row.parent)
          .executeTakeFirst();
  const receipt = row.receipt === null ? null : readReceipt(row.receipt);
  return {
    key,
    channel: { platform: row.platform, workspace: row.workspace, channel: row.channel },
    content: readContent(row.content),
    ...told,
    state: receipt === null && row.maybe_posted === 1 ? "unknown" : stateOf(row.state),
    receipt,
    parentReceipt:
      parent === undefined || parent.receipt === null ? null : readReceipt(parent.receipt),
    saidDigest: row.said_digest,
    firstTriedAt: row.first_tried_at,
    attempts: row.attempts - 1,
    fence: row.fence,
    createdAt: row.created_at,
    ...(await standingOf(db, row, claim.now)),
    ...(row.parent === null
      ? {
          acknowledgement: await acknowledgementOf(db, key),
          silences: await silencesAbout(db, row, row.created_at, told.openings),
        }
      : { acknowledgement: null, silences: [] }),
  };
}

async function openingsOf(
  db: Queries,
  key: string,
): Promise<Pick<ClaimedDelivery, "openings" | "goneOpenings">> {
  const rows = await db
    .selectFrom("delivery_opening")
    .leftJoin("opening", "opening.id", "delivery_opening.opening_id")
    .select(["delivery_opening.opening_id", "opening.body"])
    .where("delivery_opening.delivery_key", "=", key)
    .where("delivery_opening.thinned", "=", 0)
    .orderBy("delivery_opening.opening_id")
    .execute();
  const openings = rows.flatMap(({ body }) => (body === null ? [] : [readOpening(body)]));
  return {
    openings: sortedTrail(openings, [], []).openings,
    goneOpenings: rows.flatMap((row) => (row.body === null ? [row.opening_id] : [])),
  };
}

function stateOf(text: string): DeliveryState {
  if (!isDeliveryState(text)) {
    throw new TypeError(`no state of a delivery: ${text}`);
  }
  return text;
}

/** Writes down that a post is about to be made, unless the claim ended or was lost. */
export async function beginPosting(
  db: Queries,
  key: string,
  fence: number,
  at: Instant,
): Promise<boolean> {
  const done = await db
    .updateTable("delivery")
    .set((eb) => ({
      state: "posting",
      first_tried_at: eb.fn.coalesce("first_tried_at", eb.val(at)),
    }))
    .where("key", "=", key)
    .where("fence", "=", fence)
    .where("lease_until", ">", at)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

/** Records what became of a claimed delivery, unless somebody else holds it by now. */
export async function recordOutcome(
  db: Queries,
  kind: DatabaseKind,
  {
    key,
    fence,
    outcome,
    pauses,
    now,
  }: {
    readonly key: string;
    readonly fence: number;
    readonly outcome: DeliveryOutcome;
    readonly pauses: PauseScope | null;
    readonly now: Instant;
  },
): Promise<boolean> {
  const row = await db
    .selectFrom("delivery")
    .select(["platform", "workspace", "channel", "receipt", "maybe_posted", "wanted", "claimed"])
    .select("due_at")
    .where("key", "=", key)
    .where("fence", "=", fence)
    .where("lease_until", "is not", null)
    .$if(kind === "postgres", (query) => query.forUpdate())
    .executeTakeFirst();
  if (row === undefined) {
    return false;
  }
  await db
    .updateTable("delivery")
    .set({ ...changeBy(outcome, row, pauses, now), lease_until: null })
    .where("key", "=", key)
    .execute();
  await learnFrom(db, row, outcome, pauses, now);
  if (outcome.kind === "dropped") {
    await dropReplies(db, key, now);
  }
  return true;
}

function changeBy(
  outcome: DeliveryOutcome,
  row: {
    readonly receipt: string | null;
    readonly maybe_posted: number;
    readonly wanted: number;
    readonly claimed: number;
    readonly due_at: number | null;
  },
  pauses: PauseScope | null,
  now: Instant,
) {
  // The pause of its channel holds it back: it stays the first of those that wait there.
  const again = (at: Instant): Instant =>
    pauses === "channel" ? Math.min(row.due_at ?? at, at) : at;
  switch (outcome.kind) {
    case "said":
      return {
        state: "posted",
        receipt: JSON.stringify(outcome.receipt),
        said_digest: outcome.digest,
        maybe_posted: 0,
        attempts: 0,
        due_at: row.wanted > row.claimed ? now : null,
        reason: null,
        reason_at: null,
      };
    case "retry":
      return {
        state: row.receipt !== null ? "posted" : row.maybe_posted === 1 ? "unknown" : "pending",
        due_at: again(outcome.at),
        reason: outcome.reason,
        reason_at: now,
      };
    case "unknown":
      return {
        state: row.receipt === null ? "unknown" : "posted",
        maybe_posted: row.receipt === null ? 1 : 0,
        due_at: again(outcome.at),
        reason: outcome.reason,
        reason_at: now,
      };
    case "waiting":
      return { state: "waiting", due_at: outcome.at, reason: outcome.reason, reason_at: now };
    case "dropped":
      return { state: "dropped", due_at: null, reason: outcome.reason, reason_at: now };
  }
}

/** Nobody can reply to a notification that is not there. */
async function dropReplies(db: Queries, parent: string, now: Instant): Promise<void> {
  await db
    .updateTable("delivery")
    .set({
      state: "dropped",
      due_at: null,
      lease_until: null,
      reason: "The notification that it belongs to was dropped.",
      reason_at: now,
    })
    .where("parent", "=", parent)
    .where("receipt", "is", null)
    .execute();
}
