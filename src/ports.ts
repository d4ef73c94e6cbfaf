import type { AccessRequest } from "./domain/access-request.ts";
import type { ActivityEvent } from "./domain/activity-event.ts";
import type { AuditEntry, AuditQuery } from "./domain/audit.ts";
import type { BarChart } from "./domain/bar-chart.ts";
import type {
  ChannelChange,
  HomeVisit,
  IncomingAction,
  IncomingQuestion,
  IncomingSearch,
  RefusedAttempt,
} from "./domain/chat.ts";
import type {
  FeedHealth,
  FeedPage,
  QuarantinedRow,
  ReadSpan,
  ReceivedEvent,
  SubscriptionCoverage,
} from "./domain/feed.ts";
import type { Duration, Instant } from "./domain/instant.ts";
import type {
  ChannelRef,
  ChannelSubscription,
  DeliveryContent,
  DeliveryState,
  PauseScope,
  Receipt,
} from "./domain/notification.ts";
import type { Opening } from "./domain/opening.ts";
import type { Period, VmFilter } from "./domain/question.ts";
import type { ResourceId } from "./domain/resource-id.ts";
import type { SecurityRule } from "./domain/security-rule.ts";
import type { Acknowledgement, Silence } from "./domain/silence.ts";
import type { Sighting } from "./domain/sighting.ts";
import type { Guard, Trail } from "./domain/trail.ts";
import type { Message } from "./message/message.ts";

/** Time, as far as the program may know it. */
export interface Clock {
  now(): Instant;
  /** Resolves after that long, or as soon as the signal aborts; never rejects. */
  sleep(duration: Duration, signal?: AbortSignal): Promise<void>;
}

/** Chance, for jitter and identities. */
export interface RandomSource {
  /** At least 0, below 1. */
  next(): number;
}

/** How much a line of the log matters. */
export type LogLevel = "error" | "warning" | "info" | "debug";

/** Writes one line of the program's own log. Fields never hold secrets; hostile text is escaped. */
export type Log = (
  level: LogLevel,
  message: string,
  fields?: Readonly<Record<string, string | number | boolean | null>>,
) => void;

// ---------------------------------------------------------------------------------------------
// Feeds

/** Where activity events come from. */
export interface ActivitySource {
  /** Names the feed in the store, such as `activity-log/<subscription>`: never reused for another. */
  readonly feed: string;
  /**
   * Lower-cased; null for a feed over several Azure subscriptions. Among replicas, whoever holds the lease
   * of the Azure subscription reads it; a feed over several has a lease of its own, by its name, so that
   * a source for each partition of a stream is balanced among replicas by itself.
   */
  readonly azureSubscription: string | null;
  /**
   * Pages, for as long as there are any: a live feed goes on until the signal aborts. The next page is
   * asked for only when the one before is stored. Failures that may pass are retried inside, and told
   * by `health`; the generator throws only what no retry can mend. Called again, after the one before has
   * ended, when another replica had the feed meanwhile.
   *
   * @param cursor what the last stored page said; null for a first start.
   * @param fence of the lease that it is read under, which grows with each new holder; none without leases.
   */
  pages(
    cursor: string | null,
    signal: AbortSignal,
    fence?: number,
  ): AsyncGenerator<FeedPage, void, undefined>;
  health(): FeedHealth;
}

/** Feeds that are not known before Azure was asked, such as those of the partitions of a stream. */
export interface SourceGroup {
  /** What the names of its feeds begin with. */
  readonly name: string;
  /** Each feed once, as it becomes known, until the signal aborts; failures are retried inside. */
  sources(signal: AbortSignal): AsyncGenerator<ActivitySource, void, undefined>;
  /** As long as its feeds are not known, or it cannot be seen whether there are more; else null. */
  health(): FeedHealth | null;
}

// ---------------------------------------------------------------------------------------------
// Live state

/** What Azure says of an NSG right now. */
export type NsgState =
  | { readonly kind: "rules"; readonly rules: readonly SecurityRule[]; readonly at: Instant }
  | { readonly kind: "absent"; readonly at: Instant }
  /** It could not be read; `reason` names the missing permission or the failure, in one line. */
  | { readonly kind: "unread"; readonly reason: string };

/** Reads the present state of Azure resources, with GET calls only. */
export interface LiveState {
  /** Answers within `timeout`, with `unread` where that is not enough. */
  nsg(nsg: ResourceId, timeout: Duration, signal?: AbortSignal): Promise<NsgState>;
}

// ---------------------------------------------------------------------------------------------
// Store

/** What one page of a feed, or the passing of time, changes: stored in one transaction. */
export interface TrailChange {
  /** The feed that the page came from; null for a change without a page. */
  readonly feed: string | null;
  readonly events: readonly ReceivedEvent[];
  readonly sightings: readonly Sighting[];
  readonly quarantined: readonly QuarantinedRow[];
  readonly cursor: string | null;
  /** With the Azure subscription that was read. */
  readonly read: { readonly azureSubscription: string; readonly span: ReadSpan } | null;
  /** New or changed, whole. */
  readonly openings: readonly Opening[];
  /** Openings that later facts took back, by `id`. */
  readonly goneOpenings: readonly string[];
  readonly requests: readonly AccessRequest[];
  readonly goneRequests: readonly string[];
  /** All guards of these Azure subscriptions, which replace those that were known. */
  readonly guards: readonly {
    readonly azureSubscription: string;
    readonly guards: readonly Guard[];
  }[];
  readonly deliveries: readonly NewDelivery[];
  /** What this is done under: refused as a whole unless its author holds all of them still. */
  readonly leases: readonly Lease[];
}

/** A delivery to be made, put into the outbox with the change that it tells of. */
export interface NewDelivery {
  /** `n-` and 12 characters: travels inside the message, and finds it again after a lost response. */
  readonly key: string;
  readonly channel: ChannelRef;
  readonly content: DeliveryContent;
  /** What makes openings one burst; openings join a notification of the same channel and burst. */
  readonly burst: string;
  /** The openings that it tells of. One opening is announced once per channel: others are passed over. */
  readonly openings: readonly string[];
  readonly dueAt: Instant;
}

/** An opening as it was stored, null when it was not, and as it is now. */
export interface OpeningChange {
  readonly before: Opening | null;
  readonly after: Opening;
}

/**
 * Decides which deliveries follow from openings that are new or changed: asked right before they are
 * stored, and the answer is stored with them.
 */
export type NotificationRouter = (
  changes: readonly OpeningChange[],
  now: Instant,
) => Promise<readonly NewDelivery[]>;

/** A delivery that a worker holds. */
export interface ClaimedDelivery {
  readonly key: string;
  readonly channel: ChannelRef;
  readonly content: DeliveryContent;
  /** As they stand now; those that later facts took back are missing. */
  readonly openings: readonly Opening[];
  /** Ids of announced openings that later facts took back. */
  readonly goneOpenings: readonly string[];
  /** Before the claim. */
  readonly state: DeliveryState;
  /** The message, once posted. */
  readonly receipt: Receipt | null;
  /** Receipt of the parent notification, for replies. */
  readonly parentReceipt: Receipt | null;
  /** Digest of what the message says now; null before the first post. */
  readonly saidDigest: string | null;
  /** When the first attempt to post began: where to begin looking for a lost one. */
  readonly firstTriedAt: Instant | null;
  readonly attempts: number;
  /** Whoever records an outcome must hold the newest fence. */
  readonly fence: number;
  readonly createdAt: Instant;
  /** That somebody looks after the notification; null for a reply. */
  readonly acknowledgement: Acknowledgement | null;
  /** Silences of the channel that end after `createdAt` and concern its openings; none for a reply. */
  readonly silences: readonly Silence[];
  /** Why it is not to be tried now; null where nothing keeps it from being tried. */
  readonly pause: ChannelPause | null;
  /** How many attempts in the channel failed, of whomever, since one succeeded. */
  readonly failures: number;
}

/** Nothing is tried in a channel, or in more than it, for a while. */
export interface ChannelPause {
  readonly until: Instant;
  readonly reason: string;
  readonly waitsForPerson: boolean;
}

/** What became of a claimed delivery. */
export type DeliveryOutcome =
  /** Posted, edited, or found to say what it should. */
  | { readonly kind: "said"; readonly receipt: Receipt; readonly digest: string }
  /** Not posted for certain, or not edited: to be tried again. */
  | { readonly kind: "retry"; readonly at: Instant; readonly reason: string }
  /** Perhaps posted: to be looked for, then tried again. */
  | { readonly kind: "unknown"; readonly at: Instant; readonly reason: string }
  /** Waits for a person; tried again at `at`. */
  | { readonly kind: "waiting"; readonly at: Instant; readonly reason: string }
  | { readonly kind: "dropped"; readonly reason: string };

/** How the outbox stands, for `status` and the health page. */
export interface OutboxHealth {
  readonly byState: Readonly<Record<DeliveryState, number>>;
  /** When the oldest delivery that is not posted was created; null when all are. */
  readonly oldestUnsaid: Instant | null;
  /** The latest reasons why deliveries wait or were dropped, newest first, at most 5. */
  readonly problems: readonly string[];
}

/**
 * Which part of the trail a question needs. Every field narrows; null does not. Requests are narrowed by
 * VM, period and person; where another field narrows, only those come that an opening's candidates name,
 * and those always do.
 */
export interface TrailQuery {
  readonly vm: VmFilter;
  /** Openings that stood, and requests made, at some time of it. */
  readonly period: Period | null;
  /** Only openings that stand, or were closed after this instant. */
  readonly closedAfter: Instant | null;
  /** The beginning of an opening's id. */
  readonly openingId: string | null;
  /**
   * The rule's name without regard to case; where none is named so, the beginning of its name, else a
   * part of it.
   */
  readonly rule: string | null;
  /** A part of the name, or the object ID, of the actor or of a candidate. */
  readonly person: string | null;
}

/** VMs and people of the whole trail, for names in questions. */
export interface TrailNames {
  readonly vms: readonly { readonly name: string; readonly id: ResourceId | null }[];
  readonly people: readonly string[];
}

/** What the store has read so far. */
export interface StoreCoverage {
  /** The time of the oldest kept event, or of an imported export's first row; null without either. */
  readonly from: Instant | null;
  /** The time of the newest kept event, or of an imported export's last row; null without either. */
  readonly to: Instant | null;
  /** Events kept. */
  readonly events: number;
  readonly quarantined: number;
  /** Grows with each row of an event, or a variant of one, or a sighting that is added by anybody. */
  readonly evidence: number;
  /** The part of it that came from a Doorbell of a version that knew no leases. */
  readonly unleased: number;
  readonly subscriptions: readonly SubscriptionCoverage[];
}

/** The part of the store that questions read. */
export interface TrailReader {
  /** Openings and requests in a trail's order, with the guards of the VMs asked about. */
  trail(query: TrailQuery): Promise<Trail>;
  names(): Promise<TrailNames>;
  /** How many openings stand, as far as is known. */
  standing(): Promise<number>;
  /** The kept events of these identities, in any order; those that are not kept are missing. */
  evidence(eventIds: readonly string[]): Promise<readonly ActivityEvent[]>;
  /**
   * The rows of these events as they were received, each variant of them, by time; those that are not kept
   * are missing.
   *
   * @throws DoorbellError `store` when one is damaged.
   */
  rows(eventIds: readonly string[]): Promise<readonly string[]>;
  /** What was read and could not be understood, in the order in which it came. */
  quarantine(): AsyncIterable<QuarantinedRow>;
  coverage(): Promise<StoreCoverage>;
}

/** The part of the store that the ingest writes. */
export interface TrailWriter {
  /**
   * Stores a change as one transaction. Events that are already there are passed over. Notifications
   * that tell of changed or gone openings become due again. Where it adds to an Azure subscription whose
   * lease is not among `leases`, that is news to the holder of it.
   *
   * @throws DoorbellError `lease-lost` when one of the leases has been lost; nothing is stored then.
   */
  commit(change: TrailChange): Promise<void>;
  cursor(feed: string): Promise<string | null>;
  /** Lower-cased IDs of the Azure subscriptions that have events. */
  azureSubscriptions(): Promise<readonly string[]>;
  /** Every kept event of an Azure subscription, in any order, to correlate again. */
  events(azureSubscription: string): AsyncIterable<ActivityEvent>;
  /** Every kept sighting of an Azure subscription, in any order. */
  sightings(azureSubscription: string): AsyncIterable<Sighting>;
  /** The openings and requests of an Azure subscription as stored. */
  stored(azureSubscription: string): Promise<Trail>;
  /** Which of the openings are announced where: the burst and the key of the notification. */
  announced(openingIds: readonly string[]): Promise<readonly Announcement[]>;
  /** Notifications of this burst, posted or not. */
  bursts(bursts: readonly string[]): Promise<readonly Announcement[]>;
  /**
   * Removes events, sightings, openings and requests by identity, in one transaction.
   *
   * @param leases what it is done under; none when left out.
   * @throws DoorbellError `lease-lost`, as `commit` does.
   */
  thin(removal: Removal, leases?: readonly Lease[]): Promise<void>;
}

/** That one replica, and no other, may do what the name says, as long as nobody has taken it over. */
export interface Lease {
  /** Such as `azure-subscription/<id>`, or `feed/<feed>` for a feed over several. */
  readonly name: string;
  /** The replica's name. */
  readonly owner: string;
  /** Grows whenever the lease changes hands. */
  readonly fence: number;
}

/** How a lease stands. */
export interface LeaseState {
  readonly name: string;
  /** The living replica that holds it; null when it may be taken. */
  readonly owner: string | null;
  readonly fence: number;
  /** Grows whenever others store something of which its holder must draw the conclusions. */
  readonly news: number;
  /** As far as its holders have drawn them. */
  readonly heeded: number;
}

/** What the replicas know of each other. */
export interface LeaseBoard {
  /** Those that live, by name, with the number of leases that they would like to hold. */
  readonly replicas: readonly { readonly owner: string; readonly wants: number }[];
  readonly leases: readonly LeaseState[];
}

/**
 * Who does what among the programs that share a store. A replica lives as long as it says so often enough,
 * by the clock of the database (of the machine, where the database is a file); with it live its leases,
 * so that one statement renews them all.
 */
export interface LeaseStore {
  /**
   * Says that the replica lives for that long from now on; tells how everything stands. Deliveries that
   * a replica had in hand which has been dead for half a minute are free, but for those whose post it had
   * begun: these wait for the end of their claim.
   */
  keepAlive(owner: string, wants: number, duration: Duration): Promise<LeaseBoard>;
  /** Takes those of the leases that no other living replica holds; returns what was got. */
  takeLeases(owner: string, names: readonly string[]): Promise<readonly Lease[]>;
  /** Gives leases back, as far as they are still held. */
  giveLeases(leases: readonly Lease[]): Promise<void>;
  /** Writes down that the holder has drawn the conclusions from so many news, if it still is the holder. */
  heedNews(lease: Lease, news: number): Promise<void>;
  /** The replica ends: its leases are free at once. */
  leave(owner: string): Promise<void>;
}

/** That an opening stands in a notification. */
export interface Announcement {
  readonly key: string;
  readonly channel: ChannelRef;
  readonly burst: string;
  readonly openingId: string;
  readonly createdAt: Instant;
}

/** What thinning takes away. */
export interface Removal {
  readonly events: readonly string[];
  readonly sightings: readonly string[];
  readonly openings: readonly string[];
  readonly requests: readonly string[];
}

/** The part of the store that the outbox works on. */
export interface OutboxStore {
  /**
   * Claims up to `limit` due deliveries of the platforms, oldest first, each until `leaseUntil`: at most
   * one per channel, whoever holds it, and none where a pause lasts that ends by itself. A delivery that was `posting` when its lease ran out comes as `unknown`. A reply
   * comes only when its notification is posted.
   */
  claim(claim: {
    readonly platforms: readonly string[];
    readonly now: Instant;
    readonly leaseUntil: Instant;
    readonly limit: number;
    /** The replica's name, as in `LeaseStore`: what a dead one had in hand is free sooner. */
    readonly owner?: string;
  }): Promise<readonly ClaimedDelivery[]>;
  /** Writes down that a post is about to be made; false when the claim was lost meanwhile. */
  beginPost(key: string, fence: number, at: Instant): Promise<boolean>;
  /**
   * Records what became of it and gives it back; false when the claim was lost meanwhile.
   *
   * @param pauses how much of the platform pauses for all workers until the outcome says to try again;
   *   nothing where it is left out or null.
   */
  record(
    key: string,
    fence: number,
    outcome: DeliveryOutcome,
    pauses?: PauseScope | null,
  ): Promise<boolean>;
  /** When the next delivery of these platforms is due; null when none waits. */
  nextDue(platforms: readonly string[]): Promise<Instant | null>;
  outboxHealth(): Promise<OutboxHealth>;
}

/** The part of the store that conversations use. */
export interface ConversationStore {
  channelSubscriptions(): Promise<readonly ChannelSubscription[]>;
  /** Adds, or replaces the one with the same id. */
  subscribe(subscription: ChannelSubscription): Promise<void>;
  /** Removes those of the channel, or the one with that id; returns how many there were. */
  unsubscribe(channel: ChannelRef, id: string | null): Promise<number>;
  /** Remembers a delivery's identity; false when it was known already. */
  markSeen(deliveryId: string, at: Instant): Promise<boolean>;
  /** Forgets the identities seen before. */
  forgetSeen(before: Instant): Promise<void>;
}

/** The part of the store for what people, and the platform, do to a channel's notifications. */
export interface ChannelStore {
  /**
   * Writes down that somebody looks after a notification of the channel, unless somebody does already,
   * and makes it due again.
   *
   * @returns the acknowledgement that counts; null when the channel has no such notification.
   */
  acknowledge(
    channel: ChannelRef,
    key: string,
    acknowledgement: Acknowledgement,
  ): Promise<Acknowledgement | null>;
  /**
   * Adds a silence, unless one with its id is there, and makes the channel's latest notifications that it
   * concerns due again.
   */
  silence(silence: Silence, now: Instant): Promise<void>;
  /** The silences of all channels that end after an instant, oldest first. */
  silences(endAfter: Instant): Promise<readonly Silence[]>;
  /** Ends a silence of the channel now; false when it has none with the id that lasts. */
  endSilence(channel: ChannelRef, id: string, now: Instant): Promise<boolean>;
  /**
   * Makes what waits for a person due at once, and ends pauses that do: in the channel; in the whole workspace where `channel` is
   * empty; on the whole platform where `workspace` is empty too.
   */
  retryWaiting(channel: ChannelRef, now: Instant): Promise<void>;
}

/** The part of the store that keeps who asked what, and what became of it. */
export interface AuditStore {
  /** Adds an entry, or replaces the one with its id. */
  audit(entry: AuditEntry): Promise<void>;
  /** Entries that fit, oldest first. */
  audited(query: AuditQuery): AsyncIterable<AuditEntry>;
  /** Removes entries from before an instant. */
  forgetAudited(before: Instant): Promise<void>;
}

/** Everything that is kept. */
export interface Store
  extends
    TrailReader,
    TrailWriter,
    LeaseStore,
    OutboxStore,
    ConversationStore,
    ChannelStore,
    AuditStore,
    ChatInstallations {
  /** Which database it is, without secrets, for `status` and `doctor`. */
  readonly description: string;
  close(): Promise<void>;
}

// ---------------------------------------------------------------------------------------------
// Chat

/** What a chat platform can do; what it cannot, the outbox does without. */
export interface ChatCapabilities {
  /** Whether `find` can look for a message by its key. */
  readonly readBack: boolean;
  readonly threads: boolean;
  /**
   * How long, in ms of real time, lies between two posts to a channel that the platform takes as long as
   * there are more; edits do not count. The outbox waits it out; none when missing.
   */
  readonly postInterval?: Duration;
}

/** How a message is posted. */
export interface PostOptions {
  /** Travels inside the message, so that `find` knows it again. */
  readonly key: string;
  /** The message whose thread this belongs to; null for a message of its own. */
  readonly thread: Receipt | null;
  /** true when an earlier post of unknown outcome may stand there too: the message says so. */
  readonly maybeRepeated: boolean;
}

/**
 * A chat platform. `post` and `edit` throw `DeliveryError` and nothing else; the platform's own retries
 * are off, because the outbox owns them.
 */
export interface ChatAdapter {
  readonly platform: string;
  readonly capabilities: ChatCapabilities;
  /** Whether only the person is there who runs the program, and whom nobody slows; false when missing. */
  readonly isLocal?: boolean;
  /** Connects and begins to hand over questions. */
  start(handlers: ChatHandlers): Promise<void>;
  stop(): Promise<void>;
  post(channel: ChannelRef, message: Message, options: PostOptions): Promise<Receipt>;
  /** Replaces what the message says. */
  edit(receipt: Receipt, message: Message): Promise<void>;
  /**
   * Looks for a message with the key that this program posted after `since`; only with
   * `capabilities.readBack`. Throws `DeliveryError` when it could not look: null means that it looked.
   *
   * @param thread the message in whose thread it was to stand; null for a message of its own.
   */
  find(
    channel: ChannelRef,
    key: string,
    since: Instant,
    thread: Receipt | null,
  ): Promise<Receipt | null>;
  /** Posts a picture, where the platform takes files; throws `DeliveryError`. */
  postPicture?(channel: ChannelRef, picture: Picture, thread: Receipt | null): Promise<void>;
  /** How the connection stands, for `status`, the health page and `doctor`. */
  health?(): ChatHealth;
}

/** A picture to be posted. */
export interface Picture {
  readonly png: Uint8Array;
  /** Such as `timeline-vm-x.png`. */
  readonly fileName: string;
  readonly title: string;
  /** What the picture shows, for those who do not see it; longer ones are cut at 1,000 characters. */
  readonly alternativeText: string;
  /** The gist of it, for platforms that draw charts themselves. */
  readonly chart?: BarChart;
}

/** How an adapter's connection to its platform stands. */
export interface ChatHealth {
  /** `refused`: the platform does not accept the program's identity, and a person must act. */
  readonly state: "stopped" | "connecting" | "connected" | "refused";
  readonly since: Instant;
  /** What is wrong and what to do about it, one line each; empty when all is well. */
  readonly problems: readonly string[];
}

/** A chat platform with how its connection stands. */
export interface ChatState extends ChatHealth {
  readonly platform: string;
}

/** What the program does with what comes from a chat. An adapter does without those that are missing. */
export interface ChatHandlers {
  /** Answers a question; null when this delivery was answered before. */
  readonly answer: (question: IncomingQuestion) => Promise<Message | null>;
  /**
   * Does what a pressed button says, and tells the presser; null when this delivery was obeyed before.
   * What changes for everybody reaches the message as an edit, through the outbox.
   */
  readonly act?: (action: IncomingAction) => Promise<Message | null>;
  /** What the program's own page shows to a person. */
  readonly home?: (visit: HomeVisit) => Promise<Message>;
  /** Names of VMs that contain the text, the likeliest first, for suggestions while typing. */
  readonly vmNames?: (typed: string, most: number) => Promise<readonly string[]>;
  /** Questions about the VMs and rules that a text names, complete, in the order of the text. */
  readonly questionsAbout?: (text: string) => Promise<readonly string[]>;
  /**
   * Openings that fit what was typed into a search, the newest first; all where nothing was; null when
   * the person searches too fast, and nothing was looked for.
   */
  readonly openings?: (
    search: IncomingSearch,
    most: number,
  ) => Promise<readonly OpeningHit[] | null>;
  /**
   * Hears of whatever the adapter refuses by the rules of `domain/access.ts`, so that it is audited.
   *
   * @returns whether the person is told; false when they try so often that nothing more is said.
   */
  readonly refused?: (attempt: RefusedAttempt) => Promise<boolean>;
  /** Hears that a channel closed, opened or was renamed. */
  readonly channelChanged?: (change: ChannelChange) => Promise<void>;
}

/** An opening that a search found. */
export interface OpeningHit {
  /** One short line, for a list; hostile text. */
  readonly title: string;
  /** One sentence under it; hostile text. */
  readonly text: string;
  /** The whole, to be put into a conversation. */
  readonly message: Message;
}

/**
 * Keeps what a chat platform must remember of the places that it reaches: one record for each workspace
 * that installed the program, or for each conversation and team, as the adapter names them. There may be
 * tokens inside, so that it belongs where secrets may lie.
 */
export interface ChatInstallations {
  /** Adds, or replaces the record of the same platform and place. */
  saveInstallation(platform: string, workspace: string, record: string): Promise<void>;
  installation(platform: string, workspace: string): Promise<string | null>;
  forgetInstallation(platform: string, workspace: string): Promise<void>;
}
