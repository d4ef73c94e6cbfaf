import type { Kysely } from "kysely";

/**
 * The tables, the same in SQLite and PostgreSQL. Times are whole ms since 1970 in UTC, truths are 0 or 1,
 * `body` is JSON as the codecs write it, and names ending in `_key` are lower-cased for comparing.
 */
export interface Schema {
  readonly schema_migration: MigrationTable;
  readonly event: EventTable;
  readonly sighting: SightingTable;
  readonly quarantine: QuarantineTable;
  readonly feed: FeedTable;
  readonly read_span: ReadSpanTable;
  readonly azure_subscription: AzureSubscriptionTable;
  readonly tally: TallyTable;
  readonly opening: OpeningTable;
  readonly opening_person: OpeningPersonTable;
  readonly access_request: AccessRequestTable;
  readonly request_vm: RequestVmTable;
  readonly guard: GuardTable;
  readonly vm: VmTable;
  readonly person: PersonTable;
  readonly channel: ChannelTable;
  readonly delivery: DeliveryTable;
  readonly delivery_opening: DeliveryOpeningTable;
  readonly channel_subscription: ChannelSubscriptionTable;
  readonly seen: SeenTable;
  readonly acknowledgement: AcknowledgementTable;
  readonly silence: SilenceTable;
  readonly chat_installation: ChatInstallationTable;
  readonly replica: ReplicaTable;
  readonly lease: LeaseTable;
  readonly channel_pause: ChannelPauseTable;
  readonly audit_entry: AuditEntryTable;
}

/** A connection, or a transaction on one. */
export type Queries = Kysely<Schema>;

/** The two databases, which differ in few words only. */
export type DatabaseKind = "sqlite" | "postgres";

/** Migrations that were run. */
interface MigrationTable {
  number: number;
  name: string;
}

/** Every variant of every event: one event read from two feeds may differ in what it carries. */
export interface EventTable {
  id: string;
  /** Of `body`: with `id` the primary key. */
  digest: string;
  azure_subscription: string;
  at: number;
  feed_key: string;
  /** 1 where `id` is Azure's own. */
  identified: number;
  /** Version of the codec that wrote `body`. */
  form: number;
  body: string;
  /** The row as received, of a version that did not pack it; else empty. */
  raw: string;
  /** The row as received, packed; null where an older version wrote it. */
  raw_packed: Uint8Array | null;
}

interface SightingTable {
  id: string;
  azure_subscription: string;
  form: number;
  body: string;
}

interface QuarantineTable {
  digest: string;
  reason: string;
  received_at: number;
  raw: string;
}

interface FeedTable {
  feed: string;
  cursor: string;
}

/** Stretches of one Azure subscription never touch each other. */
interface ReadSpanTable {
  azure_subscription: string;
  from_at: number;
  to_at: number;
}

/** Azure subscriptions that have, or had, events. */
interface AzureSubscriptionTable {
  id: string;
}

/** Counts that would take too long to count. */
interface TallyTable {
  name: string;
  count: number;
}

interface OpeningTable {
  id: string;
  azure_subscription: string;
  /** Empty where the VM is not known. */
  vm_key: string;
  /** null where not even a name is known. */
  vm_name_key: string | null;
  /** The NSG where no VM is known, which then counts for every VM that it guards; else null. */
  nsg_key: string | null;
  rule_key: string;
  /** A time before all others where the true beginning is unknown. */
  began_at: number;
  /** A time after all others while it stands. */
  ended_at: number;
  body: string;
}

/** Who stands, or may stand, behind an opening. */
interface OpeningPersonTable {
  opening_id: string;
  person: string;
}

interface AccessRequestTable {
  id: string;
  azure_subscription: string;
  at: number;
  person: string | null;
  body: string;
}

interface RequestVmTable {
  request_id: string;
  vm_key: string;
  vm_name_key: string;
}

interface GuardTable {
  azure_subscription: string;
  nsg_key: string;
  /** Empty where only the VM's name is known. */
  vm_key: string;
  vm_name_key: string;
  body: string;
}

/** VMs that openings, requests and guards name: kept for quick lists of names. */
interface VmTable {
  name_key: string;
  /** Empty where only the name is known. */
  id_key: string;
  name: string;
  id: string | null;
}

/** People whom openings and requests name: kept for quick lists of names. */
interface PersonTable {
  /** A digest of name and object ID. */
  key: string;
  name: string;
  name_key: string;
  object_id: string | null;
}

/** One row per channel that has deliveries: locked while one of them is claimed. */
interface ChannelTable {
  platform: string;
  workspace: string;
  channel: string;
}

interface DeliveryTable {
  key: string;
  platform: string;
  workspace: string;
  channel: string;
  burst: string;
  /** Key of the notification that it replies to; null for a notification. */
  parent: string | null;
  content: string;
  state: string;
  /** 1 when an attempt to post may have reached the channel unseen. */
  maybe_posted: number;
  /** The adapter's receipt as JSON; null before the first post. */
  receipt: string | null;
  said_digest: string | null;
  first_tried_at: number | null;
  /** Claims since it last said what it should. */
  attempts: number;
  fence: number;
  /** null while nobody holds it. */
  lease_until: number | null;
  /** The replica that claimed it last; null where it has no name. */
  claimed_by: string | null;
  /** null while there is nothing to do. */
  due_at: number | null;
  /** Grows with every change of what it should say. */
  wanted: number;
  /** `wanted` at the latest claim. */
  claimed: number;
  created_at: number;
  /** Why it waits or was dropped. */
  reason: string | null;
  reason_at: number | null;
}

interface DeliveryOpeningTable {
  delivery_key: string;
  opening_id: string;
  platform: string;
  workspace: string;
  channel: string;
  /** 1 for a notification, which announces it once per channel; 0 for a reply. */
  announces: number;
  /** 1 when the opening went because of its age, not because of what later facts say. */
  thinned: number;
}

interface ChannelSubscriptionTable {
  id: string;
  platform: string;
  workspace: string;
  channel: string;
  created_at: number;
  body: string;
}

/** Deliveries from chats that were taken. */
interface SeenTable {
  delivery_id: string;
  at: number;
}

/** That somebody looks after a notification. */
interface AcknowledgementTable {
  delivery_key: string;
  body: string;
}

/** What channels do not want to hear of for a while. */
interface SilenceTable {
  id: string;
  platform: string;
  workspace: string;
  channel: string;
  from_at: number;
  /** Moves to an earlier time when somebody ends it. */
  until_at: number;
  body: string;
}

/** Workspaces that installed the program; the records hold tokens. */
interface ChatInstallationTable {
  platform: string;
  workspace: string;
  record: string;
}

/** Programs that share the store, and until when they are believed to live. */
interface ReplicaTable {
  owner: string;
  /** How many leases it would like to hold. */
  wants: number;
  until_at: number;
}

/** Who does what; a lease is held while its owner lives. */
interface LeaseTable {
  name: string;
  /** Empty when it was given back. */
  owner: string;
  fence: number;
  news: number;
  heeded: number;
}

/** Where nothing is posted for a while; empty parts of the channel stand for any. */
interface ChannelPauseTable {
  platform: string;
  workspace: string;
  channel: string;
  until_at: number;
  /** Failures in a row. */
  failures: number;
  waits_for_person: number;
  reason: string;
}

/** Who asked what, and what became of it; `body` has it all, the other columns find it. */
interface AuditEntryTable {
  id: string;
  at: number;
  channel: string;
  user_id: string;
  user_key: string;
  outcome: string;
  body: string;
}
