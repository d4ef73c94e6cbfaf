import type { Instant } from "../domain/instant.ts";
import type { ChannelRef, PauseScope } from "../domain/notification.ts";
import type { ChannelPause, DeliveryOutcome } from "../ports.ts";
import type { Queries } from "./schema.ts";

/** What is known of a channel's failures. */
export interface ChannelStanding {
  /** null where nothing keeps it from being tried. */
  readonly pause: ChannelPause | null;
  /** In a row. */
  readonly failures: number;
}

/** How a channel stands: what holds for it, for its workspace and for its platform. */
export async function standingOf(
  db: Queries,
  { platform, workspace, channel }: ChannelRef,
  now: Instant,
): Promise<ChannelStanding> {
  const rows = await db
    .selectFrom("channel_pause")
    .selectAll()
    .where("platform", "=", platform)
    .where("workspace", "in", ["", workspace])
    .where("channel", "in", ["", channel])
    .orderBy("until_at", "desc")
    .execute();
  const [longest] = rows.filter(({ until_at }) => until_at > now);
  return {
    pause:
      longest === undefined
        ? null
        : {
            until: longest.until_at,
            reason: longest.reason,
            waitsForPerson: longest.waits_for_person === 1,
          },
    failures: Math.max(0, ...rows.map(({ failures }) => failures)),
  };
}

/** What the outcome of one delivery says of its channel, or of more, to all who deliver there. */
export async function learnFrom(
  db: Queries,
  place: ChannelRef,
  outcome: DeliveryOutcome,
  scope: PauseScope | null,
  now: Instant,
): Promise<void> {
  if (outcome.kind === "said") {
    await forgetFailures(db, place, now);
  } else if (outcome.kind !== "dropped" && scope !== null) {
    const row = {
      ...partOf(place, scope),
      until_at: outcome.at,
      reason: outcome.reason,
      waits_for_person: outcome.kind === "waiting" ? 1 : 0,
    };
    await db
      .insertInto("channel_pause")
      .values({ ...row, failures: 1 })
      .onConflict((conflict) =>
        conflict.columns(["platform", "workspace", "channel"]).doUpdateSet((eb) => ({
          until_at: eb.ref("excluded.until_at"),
          reason: eb.ref("excluded.reason"),
          waits_for_person: eb.ref("excluded.waits_for_person"),
          failures: eb("channel_pause.failures", "+", 1),
        })),
      )
      .execute();
  }
}

/** What was posted in a channel ends its failures; a pause of more than the channel must have ended. */
async function forgetFailures(
  db: Queries,
  { platform, workspace, channel }: ChannelRef,
  now: Instant,
): Promise<void> {
  await db
    .deleteFrom("channel_pause")
    .where("platform", "=", platform)
    .where("workspace", "in", ["", workspace])
    .where("channel", "in", ["", channel])
    .where((eb) =>
      eb.or([
        eb.and([eb("workspace", "=", workspace), eb("channel", "=", channel)]),
        eb("until_at", "<=", now),
      ]),
    )
    .execute();
}

/** Ends pauses that wait for a person; empty parts of the channel stand for any. */
export async function endWaitingPauses(
  db: Queries,
  { platform, workspace, channel }: ChannelRef,
): Promise<void> {
  const waiting = db
    .deleteFrom("channel_pause")
    .where("waits_for_person", "=", 1)
    .where("platform", "=", platform);
  const there = workspace === "" ? waiting : waiting.where("workspace", "=", workspace);
  await (channel === "" ? there : there.where("channel", "=", channel)).execute();
}

function partOf({ platform, workspace, channel }: ChannelRef, scope: PauseScope): ChannelRef {
  switch (scope) {
    case "channel":
      return { platform, workspace, channel };
    case "workspace":
      return { platform, workspace, channel: "" };
    case "platform":
      return { platform, workspace: "", channel: "" };
  }
}
