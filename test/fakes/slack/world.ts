import { setTimeout } from "node:timers/promises";

const POLL_MS = 3;

/** What a workspace of the fake Slack holds; tests read it, the Web API changes it. */
export class FakeWorkspace {
  readonly team: string;
  /** The organisation (`E…`) that it belongs to. */
  enterprise: string | null = null;
  /** Members of the user groups (`S…`). */
  readonly groups = new Map<string, ReadonlySet<string>>();
  readonly domain: string;
  readonly users = new Map<string, FakeUser>();
  readonly channels = new Map<string, FakeChannel>();
  readonly views = new Map<string, FakeView>();
  readonly files = new Map<string, FakeFile>();
  readonly bot: FakeUser;
  readonly botId: string;
  readonly appId: string;
  readonly #messages: FakeMessage[] = [];
  readonly #now: () => number;
  #lastTs = 0;
  #count = 0;

  constructor(team: string, domain: string, now: () => number) {
    this.team = team;
    this.domain = domain;
    this.#now = now;
    this.appId = "A0DOORBELL";
    this.botId = `B0${team.slice(1)}`;
    this.bot = this.addUser({ name: "doorbell", realName: "Doorbell", isBot: true });
  }

  addUser(user: Partial<Omit<FakeUser, "id">> & { readonly name: string }): FakeUser {
    const id = this.nextId("U");
    const added: FakeUser = {
      id,
      team: this.team,
      realName: user.name,
      mail: null,
      zone: "Europe/Berlin",
      isBot: false,
      guest: false,
      enterprise: null,
      ...user,
    };
    this.users.set(id, added);
    return added;
  }

  /** A channel with the bot in it, unless `members` says otherwise. */
  addChannel(
    channel: Partial<Omit<FakeChannel, "id" | "members">> & {
      readonly name: string;
      readonly members?: readonly FakeUser[];
    },
  ): FakeChannel {
    const id = this.nextId(channel.kind === "im" ? "D" : "C");
    const added: FakeChannel = {
      kind: "public",
      archived: false,
      partner: null,
      ...channel,
      id,
      members: new Set((channel.members ?? [...this.users.values()]).map((member) => member.id)),
    };
    this.channels.set(id, added);
    return added;
  }

  /** The direct conversation of the bot with a person. */
  directMessages(user: FakeUser): FakeChannel {
    const known = [...this.channels.values()].find(({ partner }) => partner === user.id);
    return (
      known ??
      this.addChannel({ name: user.name, kind: "im", partner: user.id, members: [user, this.bot] })
    );
  }

  nextId(letter: string): string {
    this.#count += 1;
    return `${letter}${this.team.slice(1)}${String(this.#count).padStart(4, "0")}`;
  }

  /** A message timestamp: Slack's identity of a message in a channel, never given twice. */
  nextTs(): string {
    const micros = Math.max(this.#now() * 1000, this.#lastTs + 1);
    this.#lastTs = micros;
    return `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, "0")}`;
  }

  addMessage(message: Omit<FakeMessage, "ts" | "seenInHistoryFrom" | "edits">): FakeMessage {
    const added = { ...message, ts: this.nextTs(), seenInHistoryFrom: 0, edits: 0 };
    this.#messages.push(added);
    return added;
  }

  /** All messages of the channel that exist now, the oldest first; ephemeral ones too. */
  messagesIn(channel: FakeChannel): readonly FakeMessage[] {
    return this.#messages.filter((message) => message.channel === channel.id);
  }

  message(channel: string, ts: string): FakeMessage | null {
    return (
      this.#messages.find((message) => message.channel === channel && message.ts === ts) ?? null
    );
  }

  removeMessage(message: FakeMessage): void {
    const at = this.#messages.indexOf(message);
    if (at >= 0) {
      this.#messages.splice(at, 1);
    }
  }

  /** Resolves with what `look` finds, as soon as it finds something. */
  async until<Found>(look: () => Found | null | undefined | false): Promise<Found> {
    for (;;) {
      const found = look();
      if (found !== null && found !== undefined && found !== false) {
        return found;
      }
      await setTimeout(POLL_MS);
    }
  }
}

export interface FakeUser {
  readonly id: string;
  /** The workspace that the person belongs to: another one for people of a shared channel. */
  readonly team: string;
  readonly name: string;
  readonly realName: string;
  readonly mail: string | null;
  readonly zone: string;
  readonly isBot: boolean;
  readonly guest: boolean;
  /** The organisation (`E…`) that the person's workspace belongs to; null for a workspace of its own. */
  readonly enterprise: string | null;
}

export interface FakeChannel {
  readonly id: string;
  name: string;
  readonly kind: "public" | "private" | "im";
  archived: boolean;
  /** The person at the other end of a direct conversation. */
  readonly partner: string | null;
  readonly members: Set<string>;
}

export interface FakeMessage {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  text: string;
  blocks: readonly unknown[];
  readonly threadTs: string | null;
  metadata: MessageMetadata | null;
  /** The only person who sees it; null when everybody does. */
  readonly ephemeralFor: string | null;
  readonly files: readonly string[];
  /** History shows it from then on: Slack's history lags behind its posts. */
  seenInHistoryFrom: number;
  edits: number;
}

export interface MessageMetadata {
  readonly event_type: string;
  readonly event_payload: Readonly<Record<string, unknown>>;
}

export interface FakeView {
  readonly id: string;
  readonly user: string;
  readonly type: "modal" | "home";
  view: ViewBody;
  updates: number;
}

/** The parts of a view that the fake works with. */
export interface ViewBody {
  readonly type: "modal" | "home";
  readonly blocks: readonly unknown[];
  readonly callback_id?: string | undefined;
  readonly private_metadata?: string | undefined;
  readonly title?: { readonly text: string } | undefined;
}

export interface FakeFile {
  readonly id: string;
  readonly name: string;
  readonly length: number;
  readonly alternativeText: string | null;
  bytes: Buffer | null;
  title: string | null;
}
