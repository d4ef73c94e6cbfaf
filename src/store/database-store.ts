import type { Expression } from "kysely";
import type { ActivityEvent } from "../domain/activity-event.ts";
import type { AuditEntry, AuditQuery } from "../domain/audit.ts";
import type { QuarantinedRow } from "../domain/feed.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import { importedSubscription } from "../domain/imported-reach.ts";
import { subscriptionLease } from "../domain/lease-name.ts";
import type { ChannelRef, ChannelSubscription, PauseScope } from "../domain/notification.ts";
import type { Acknowledgement, Silence } from "../domain/silence.ts";
import type { Sighting } from "../domain/sighting.ts";
import type { Trail } from "../domain/trail.ts";
import type {
  Announcement,
  ClaimedDelivery,
  Clock,
  DeliveryOutcome,
  Lease,
  LeaseBoard,
  OutboxHealth,
  Removal,
  Store,
  StoreCoverage,
  TrailChange,
  TrailNames,
  TrailQuery,
} from "../ports.ts";
import { readAudit, removeAuditBefore, writeAudit } from "./audit.ts";
import {
  addSilence,
  makeWaitingDue,
  readSilences,
  shortenSilence,
  writeAcknowledgement,
} from "./channel-reactions.ts";
import { endWaitingPauses } from "./channel-pauses.ts";
import { readInstallation, removeInstallation, writeInstallation } from "./chat-installations.ts";
import {
  commitCursor,
  commitEvents,
  commitQuarantined,
  commitSightings,
  commitSpan,
  eventRows,
} from "./commit-evidence.ts";
import { commitDelivery, notifyAgain } from "./commit-outbox.ts";
import {
  commitGuards,
  commitOpenings,
  commitRequests,
  removeOpenings,
  removeRequests,
} from "./commit-trail.ts";
import {
  forgetSeenBefore,
  readSubscriptions,
  rememberSeen,
  removeSubscriptions,
  writeSubscription,
} from "./conversations.ts";
import { readCoverage } from "./coverage.ts";
import type { Database } from "./database.ts";
import {
  readEvents,
  readEvidence,
  readQuarantine,
  readRows,
  readSightings,
  readSubscriptionIds,
} from "./evidence.ts";
import {
  endDeadClaims,
  endReplica,
  giveLeasesBack,
  readBoard,
  renewReplica,
  requireLeases,
  sharedNow,
  takeFreeLeases,
  tellNews,
  writeHeeded,
} from "./leases.ts";
import { NameLists, NameReader } from "./name-lists.ts";
import { beginPosting, claimDeliveries, recordOutcome } from "./outbox.ts";
import type { Claim } from "./outbox.ts";
import { announcementsBy, nextDueAt, readHealth } from "./outbox-view.ts";
import { addToTally } from "./tally.ts";
import { thinStore } from "./thinning.ts";
import { countStanding, readStoredTrail, readTrail } from "./trail-query.ts";

/** The store, on either database. */
export class DatabaseStore implements Store {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #names = new NameReader();

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  get description(): string {
    return this.#database.description;
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  async trail(query: TrailQuery): Promise<Trail> {
    return this.#database.read(async (db) => readTrail(db, query));
  }

  async names(): Promise<TrailNames> {
    return this.#database.read(async (db) => this.#names.names(db));
  }

  async standing(): Promise<number> {
    return this.#database.read(countStanding);
  }

  async evidence(eventIds: readonly string[]): Promise<readonly ActivityEvent[]> {
    return this.#database.read((db) => readEvidence(db, eventIds));
  }

  async rows(eventIds: readonly string[]): Promise<readonly string[]> {
    return this.#database.read(async (db) => readRows(db, eventIds));
  }

  quarantine(): AsyncIterable<QuarantinedRow> {
    return readQuarantine(this.#database);
  }

  async coverage(): Promise<StoreCoverage> {
    return this.#database.read(readCoverage);
  }

  async commit(change: TrailChange): Promise<void> {
    const now = this.#clock.now();
    const events = eventRows(change.events);
    await this.#database.writeAlone(async (db) => {
      await requireLeases(db, this.#database.kind, change.leases);
      const names = new NameLists(db);
      const added =
        (await commitEvents(db, events)) + (await commitSightings(db, change.sightings));
      await addToTally(db, "evidence", added);
      await addToTally(db, "leased", added);
      await tellNews(db, newsOf(change, added));
      await commitQuarantined(db, change.quarantined);
      if (change.feed !== null && change.cursor !== null) {
        await commitCursor(db, change.feed, change.cursor);
      }
      if (change.read !== null) {
        await commitSpan(db, change.read.azureSubscription, change.read.span);
      }
      const gone = await removeOpenings(db, change.goneOpenings, names);
      const changed = await commitOpenings(db, change.openings, names);
      await removeRequests(db, change.goneRequests, names);
      await commitRequests(db, change.requests, names);
      for (const { azureSubscription, guards } of change.guards) {
        await commitGuards(db, azureSubscription, guards, names);
      }
      await notifyAgain(db, [...gone, ...changed], now);
      for (const delivery of change.deliveries) {
        await commitDelivery(db, delivery, now);
      }
      await names.settle();
    });
  }

  async cursor(feed: string): Promise<string | null> {
    return this.#database.read(async (db) => {
      const row = await db
        .selectFrom("feed")
        .select("cursor")
        .where("feed", "=", feed)
        .executeTakeFirst();
      return row?.cursor ?? null;
    });
  }

  async azureSubscriptions(): Promise<readonly string[]> {
    return this.#database.read(readSubscriptionIds);
  }

  events(azureSubscription: string): AsyncIterable<ActivityEvent> {
    return readEvents(this.#database, azureSubscription);
  }

  sightings(azureSubscription: string): AsyncIterable<Sighting> {
    return readSightings(this.#database, azureSubscription);
  }

  async stored(azureSubscription: string): Promise<Trail> {
    return this.#database.read(async (db) => readStoredTrail(db, azureSubscription));
  }

  async announced(openingIds: readonly string[]): Promise<readonly Announcement[]> {
    return this.#database.read(async (db) => announcementsBy(db, "opening", openingIds));
  }

  async bursts(bursts: readonly string[]): Promise<readonly Announcement[]> {
    return this.#database.read(async (db) => announcementsBy(db, "burst", bursts));
  }

  async thin(removal: Removal, leases: readonly Lease[] = []): Promise<void> {
    const now = this.#clock.now();
    await this.#database.writeAlone(async (db) => {
      await requireLeases(db, this.#database.kind, leases);
      await thinStore(db, removal, now);
    });
  }

  async keepAlive(owner: string, wants: number, duration: Duration): Promise<LeaseBoard> {
    return this.#database.write(async (db) => {
      const now = this.#sharedNow();
      await renewReplica(db, { owner, wants }, duration, now);
      await endDeadClaims(db, this.#database.kind, now);
      return readBoard(db, now);
    });
  }

  async takeLeases(owner: string, names: readonly string[]): Promise<readonly Lease[]> {
    return this.#database.write(async (db) =>
      takeFreeLeases(db, this.#database.kind, { owner, names }, this.#sharedNow()),
    );
  }

  async giveLeases(leases: readonly Lease[]): Promise<void> {
    await this.#database.write(async (db) => {
      await giveLeasesBack(db, leases);
    });
  }

  async heedNews(lease: Lease, news: number): Promise<void> {
    await this.#database.write(async (db) => {
      await writeHeeded(db, lease, news);
    });
  }

  async leave(owner: string): Promise<void> {
    await this.#database.write(async (db) => {
      await endReplica(db, owner);
    });
  }

  async claim(claim: Claim): Promise<readonly ClaimedDelivery[]> {
    return this.#database.write(async (db) => claimDeliveries(db, this.#database.kind, claim));
  }

  async beginPost(key: string, fence: number, at: Instant): Promise<boolean> {
    return this.#database.write(async (db) => beginPosting(db, key, fence, at));
  }

  async record(
    key: string,
    fence: number,
    outcome: DeliveryOutcome,
    pauses: PauseScope | null = null,
  ): Promise<boolean> {
    const now = this.#clock.now();
    return this.#database.write(async (db) =>
      recordOutcome(db, this.#database.kind, { key, fence, outcome, pauses, now }),
    );
  }

  async nextDue(platforms: readonly string[]): Promise<Instant | null> {
    return this.#database.read(async (db) => nextDueAt(db, platforms));
  }

  async outboxHealth(): Promise<OutboxHealth> {
    return this.#database.read(readHealth);
  }

  async channelSubscriptions(): Promise<readonly ChannelSubscription[]> {
    return this.#database.read(readSubscriptions);
  }

  async subscribe(subscription: ChannelSubscription): Promise<void> {
    await this.#database.write(async (db) => {
      await writeSubscription(db, subscription);
    });
  }

  async unsubscribe(channel: ChannelRef, id: string | null): Promise<number> {
    return this.#database.write(async (db) => removeSubscriptions(db, channel, id));
  }

  async markSeen(deliveryId: string, at: Instant): Promise<boolean> {
    return this.#database.write(async (db) => rememberSeen(db, deliveryId, at));
  }

  async forgetSeen(before: Instant): Promise<void> {
    await this.#database.write(async (db) => {
      await forgetSeenBefore(db, before);
    });
  }

  async acknowledge(
    channel: ChannelRef,
    key: string,
    acknowledgement: Acknowledgement,
  ): Promise<Acknowledgement | null> {
    return this.#database.write(async (db) =>
      writeAcknowledgement(db, channel, key, acknowledgement),
    );
  }

  async silence(silence: Silence, now: Instant): Promise<void> {
    await this.#database.write(async (db) => {
      await addSilence(db, silence, now);
    });
  }

  async silences(endAfter: Instant): Promise<readonly Silence[]> {
    return this.#database.read(async (db) => readSilences(db, endAfter));
  }

  async endSilence(channel: ChannelRef, id: string, now: Instant): Promise<boolean> {
    return this.#database.write(async (db) => shortenSilence(db, channel, id, now));
  }

  async retryWaiting(channel: ChannelRef, now: Instant): Promise<void> {
    await this.#database.write(async (db) => {
      await endWaitingPauses(db, channel);
      await makeWaitingDue(db, channel, now);
    });
  }

  async saveInstallation(platform: string, workspace: string, record: string): Promise<void> {
    await this.#database.write(async (db) => {
      await writeInstallation(db, platform, workspace, record);
    });
  }

  async installation(platform: string, workspace: string): Promise<string | null> {
    return this.#database.read(async (db) => readInstallation(db, platform, workspace));
  }

  async forgetInstallation(platform: string, workspace: string): Promise<void> {
    await this.#database.write(async (db) => {
      await removeInstallation(db, platform, workspace);
    });
  }

  async audit(entry: AuditEntry): Promise<void> {
    await this.#database.write(async (db) => {
      await writeAudit(db, entry);
    });
  }

  audited(query: AuditQuery): AsyncIterable<AuditEntry> {
    return readAudit(this.#database, query);
  }

  async forgetAudited(before: Instant): Promise<void> {
    await this.#database.write(async (db) => {
      await removeAuditBefore(db, before);
    });
  }

  #sharedNow(): Expression<number> {
    return sharedNow(this.#database.kind, this.#clock.now());
  }
}

/**
 * The leases of Azure subscriptions that a change adds to without holding them: facts, or how far imported
 * exports reached.
 */
function newsOf(
  { feed, cursor, events, sightings, leases }: TrailChange,
  added: number,
): readonly string[] {
  const held = new Set(leases.map(({ name }) => name));
  const resources = [
    ...events.map(({ event }) => event.resource),
    ...sightings.map(({ resource }) => resource),
  ];
  const imported = cursor === null ? null : importedSubscription(feed);
  const touched = new Set(
    [
      ...(added === 0 ? [] : resources.map(({ subscriptionId }) => subscriptionId)),
      ...(imported === null ? [] : [imported]),
    ].map(subscriptionLease),
  );
  return [...touched].filter((name) => !held.has(name));
}
