import type { Instant } from "../domain/instant.ts";
import type { ChannelRef } from "../domain/notification.ts";
import type { Opening } from "../domain/opening.ts";
import { concerns } from "../domain/silence.ts";
import type { Acknowledgement, Silence, SilenceSubject } from "../domain/silence.ts";
import { readAcknowledgement, readSilence, writeSilence } from "./chat-codec.ts";
import { wantAgain } from "./commit-outbox.ts";
import type { Queries, Schema } from "./schema.ts";
import { readOpening } from "./trail-codec.ts";

/** So many of the latest notifications of a channel are looked through when something is silenced. */
const MOST_LOOKED_AT = 50;
/** So many of them say it. */
const MOST_TOLD = 5;

/** Writes an acknowledgement down, unless there is one; returns the one that counts. */
export async function writeAcknowledgement(
  db: Queries,
  { platform, workspace, channel }: ChannelRef,
  key: string,
  acknowledgement: Acknowledgement,
): Promise<Acknowledgement | null> {
  const delivery = await db
    .selectFrom("delivery")
    .select("key")
    .where("key", "=", key)
    .where("platform", "=", platform)
    .where("workspace", "=", workspace)
    .where("channel", "=", channel)
    .where("parent", "is", null)
    .executeTakeFirst();
  if (delivery === undefined) {
    return null;
  }
  const done = await db
    .insertInto("acknowledgement")
    .values({ delivery_key: key, body: JSON.stringify(acknowledgement) })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if ((done.numInsertedOrUpdatedRows ?? 0n) > 0n) {
    await wantAgain(db, [key], acknowledgement.at);
    return acknowledgement;
  }
  return acknowledgementOf(db, key);
}

/** The acknowledgement of a notification; null while nobody looks after it. */
export async function acknowledgementOf(db: Queries, key: string): Promise<Acknowledgement | null> {
  const row = await db
    .selectFrom("acknowledgement")
    .select("body")
    .where("delivery_key", "=", key)
    .executeTakeFirst();
  return row === undefined ? null : readAcknowledgement(row.body);
}

/** Adds a silence, unless it is there, and makes the latest notifications say so. */
export async function addSilence(db: Queries, silence: Silence, now: Instant): Promise<void> {
  const { platform, workspace, channel } = silence.channel;
  await db
    .insertInto("silence")
    .values({
      id: silence.id,
      platform,
      workspace,
      channel,
      from_at: silence.from,
      until_at: silence.until,
      body: writeSilence(silence),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await tellAgain(db, silence.channel, silence.subject, now);
}

/** Lets a silence of the channel end now; false when it has none with the id that lasts. */
export async function shortenSilence(
  db: Queries,
  { platform, workspace, channel }: ChannelRef,
  id: string,
  now: Instant,
): Promise<boolean> {
  const ended = await db
    .updateTable("silence")
    .set({ until_at: now })
    .where("id", "=", id)
    .where("platform", "=", platform)
    .where("workspace", "=", workspace)
    .where("channel", "=", channel)
    .where("until_at", ">", now)
    .returning("body")
    .executeTakeFirst();
  if (ended === undefined) {
    return false;
  }
  await tellAgain(db, { platform, workspace, channel }, readSilence(ended.body).subject, now);
  return true;
}

/** Silences that end after an instant, oldest first. */
export async function readSilences(db: Queries, endAfter: Instant): Promise<readonly Silence[]> {
  const rows = await db
    .selectFrom("silence")
    .selectAll()
    .where("until_at", ">", endAfter)
    .orderBy("from_at")
    .orderBy("id")
    .execute();
  return rows.map(silenceOf);
}

/** Silences of a channel that end after an instant and concern one of the openings, oldest first. */
export async function silencesAbout(
  db: Queries,
  { platform, workspace, channel }: ChannelRef,
  endAfter: Instant,
  openings: readonly Opening[],
): Promise<readonly Silence[]> {
  const rows = await db
    .selectFrom("silence")
    .selectAll()
    .where("until_at", ">", endAfter)
    .where("platform", "=", platform)
    .where("workspace", "=", workspace)
    .where("channel", "=", channel)
    .orderBy("from_at")
    .orderBy("id")
    .execute();
  return rows
    .map(silenceOf)
    .filter(({ subject }) => openings.some((opening) => concerns(subject, opening)));
}

/** Makes deliveries due at once that wait for a person; empty parts of the channel stand for any. */
export async function makeWaitingDue(
  db: Queries,
  { platform, workspace, channel }: ChannelRef,
  now: Instant,
): Promise<void> {
  const waiting = db
    .updateTable("delivery")
    .set({ due_at: now })
    .where("state", "=", "waiting")
    .where("due_at", ">", now)
    .where("lease_until", "is", null)
    .where("platform", "=", platform);
  const there = workspace === "" ? waiting : waiting.where("workspace", "=", workspace);
  await (channel === "" ? there : there.where("channel", "=", channel)).execute();
}

function silenceOf(row: Schema["silence"]): Silence {
  return {
    id: row.id,
    channel: { platform: row.platform, workspace: row.workspace, channel: row.channel },
    from: row.from_at,
    until: row.until_at,
    ...readSilence(row.body),
  };
}

/** The channel's latest notifications about the subject become due again. */
async function tellAgain(
  db: Queries,
  { platform, workspace, channel }: ChannelRef,
  subject: SilenceSubject,
  now: Instant,
): Promise<void> {
  const latest = await db
    .selectFrom("delivery")
    .select("key")
    .where("platform", "=", platform)
    .where("workspace", "=", workspace)
    .where("channel", "=", channel)
    .where("parent", "is", null)
    .where("state", "<>", "dropped")
    .orderBy("created_at", "desc")
    .orderBy("key")
    .limit(MOST_LOOKED_AT)
    .execute();
  if (latest.length === 0) {
    return;
  }
  const rows = await db
    .selectFrom("delivery_opening")
    .innerJoin("opening", "opening.id", "delivery_opening.opening_id")
    .select(["delivery_opening.delivery_key", "opening.body"])
    .where(
      "delivery_opening.delivery_key",
      "in",
      latest.map(({ key }) => key),
    )
    .execute();
  const about = new Set(
    rows.filter(({ body }) => concerns(subject, readOpening(body))).map((row) => row.delivery_key),
  );
  const keys = latest.map(({ key }) => key).filter((key) => about.has(key));
  await wantAgain(db, keys.slice(0, MOST_TOLD), now);
}
