import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";

const POLL_MS = 3;

/** What a tenant of the fake Teams holds; tests read it, the Connector and people change it. */
export class FakeTenant {
  /** Entra's ID of the tenant, a GUID. */
  readonly id: string;
  readonly bot: { readonly id: string; readonly name: string };
  readonly users = new Map<string, FakeUser>();
  readonly teams = new Map<string, FakeTeam>();
  readonly conversations = new Map<string, FakeConversation>();
  readonly #messages: FakeMessage[] = [];
  readonly #now: () => number;
  #lastMessage = 0;
  #count = 0;

  constructor(id: string, bot: { readonly id: string; readonly name: string }, now: () => number) {
    this.id = id;
    this.bot = bot;
    this.#now = now;
  }

  addUser(
    user: Partial<Omit<FakeUser, "id" | "objectId">> & {
      readonly name: string;
      /** A GUID; made up when left out. */
      readonly objectId?: string;
    },
  ): FakeUser {
    const role = user.role ?? "user";
    const added: FakeUser = {
      tenant: this.id,
      realName: user.name,
      mail: role === "anonymous" ? null : `${user.name}@contoso.example`,
      zone: "Europe/Berlin",
      locale: "en-GB",
      ...user,
      role,
      id: `29:1${this.#secret(66)}`,
      objectId: role === "anonymous" ? null : (user.objectId ?? this.nextGuid()),
    };
    this.users.set(added.id, added);
    return added;
  }

  /** A team with a channel of its own, General, and Doorbell installed, unless `installed` says otherwise. */
  addTeam(
    team: Partial<Pick<FakeTeam, "installed">> & {
      readonly name: string;
      readonly members?: readonly FakeUser[];
    },
  ): FakeTeam {
    const general = this.#conversation({ kind: "channel", name: "General", team: null });
    const added: FakeTeam = {
      id: general.id,
      groupId: this.nextGuid(),
      name: team.name,
      installed: team.installed ?? true,
      archived: false,
      deleted: false,
      members: new Set((team.members ?? [...this.users.values()]).map(({ id }) => id)),
    };
    general.team = added.id;
    this.teams.set(added.id, added);
    return added;
  }

  /** A channel, in a team of its own unless one is named. */
  addChannel(channel: { readonly name: string; readonly team?: FakeTeam }): FakeConversation {
    const team = channel.team ?? this.addTeam({ name: `Team of ${channel.name}` });
    return this.#conversation({ kind: "channel", name: channel.name, team: team.id });
  }

  /** A group chat with the bot in it, unless `installed` says otherwise. */
  addGroupChat(chat: {
    readonly name: string;
    readonly members?: readonly FakeUser[];
    readonly installed?: boolean;
  }): FakeConversation {
    const added = this.#conversation({ kind: "group", name: chat.name, team: null });
    for (const member of chat.members ?? this.users.values()) {
      added.members.add(member.id);
    }
    if (chat.installed !== false) {
      added.members.add(this.bot.id);
    }
    return added;
  }

  /** The personal chat of the bot with a person, with the app installed from the first time on. */
  personalChat(user: FakeUser): FakeConversation {
    const known = this.knownPersonalChat(user);
    if (known !== null) {
      return known;
    }
    const added = this.#conversation({ kind: "personal", name: user.realName, team: null });
    added.partner = user.id;
    added.members.add(user.id).add(this.bot.id);
    return added;
  }

  knownPersonalChat(user: FakeUser): FakeConversation | null {
    return [...this.conversations.values()].find(({ partner }) => partner === user.id) ?? null;
  }

  /** Channels of a team, its General first. */
  channelsOf(team: FakeTeam): readonly FakeConversation[] {
    return [...this.conversations.values()].filter((channel) => channel.team === team.id);
  }

  /** A person by `29:` id or Entra object ID. */
  user(id: string): FakeUser | null {
    return (
      this.users.get(id) ??
      [...this.users.values()].find(({ objectId }) => objectId === id.toLowerCase()) ??
      null
    );
  }

  nextGuid(): string {
    const hex = this.#digest("guid").toString("hex");
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `a${hex.slice(17, 20)}`,
      hex.slice(20, 32),
    ].join("-");
  }

  /** A message's identity: the milliseconds of its arrival, never given twice. */
  nextMessageId(): string {
    this.#lastMessage = Math.max(this.#now(), this.#lastMessage + 1);
    return String(this.#lastMessage);
  }

  addMessage(
    message: Pick<FakeMessage, "conversation" | "from"> & Partial<Omit<FakeMessage, "id">>,
  ): FakeMessage {
    const added: FakeMessage = {
      text: "",
      textFormat: "plain",
      summary: null,
      attachments: [],
      entities: [],
      thread: null,
      edits: 0,
      views: new Map(),
      ...message,
      id: this.nextMessageId(),
    };
    this.#messages.push(added);
    return added;
  }

  /** All messages of the conversation that exist now, the oldest first, with those of its threads. */
  messagesIn(conversation: FakeConversation): readonly FakeMessage[] {
    return this.#messages.filter((message) => message.conversation === conversation.id);
  }

  message(conversation: string, id: string): FakeMessage | null {
    return (
      this.#messages.find(
        (message) => message.conversation === conversation && message.id === id,
      ) ?? null
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

  #conversation(
    about: Pick<FakeConversation, "kind" | "name"> & { readonly team: string | null },
  ): FakeConversation {
    const id = {
      channel: `19:${this.#secret(43)}1@thread.tacv2`,
      group: `19:${this.#digest("chat").toString("hex").slice(0, 32)}@thread.v2`,
      personal: `a:1${this.#secret(120)}`,
    }[about.kind];
    const added: FakeConversation = {
      ...about,
      id,
      partner: null,
      deleted: false,
      members: new Set(),
    };
    this.conversations.set(id, added);
    return added;
  }

  /** Text that looks as if it was drawn, and is the same in every run. */
  #secret(length: number): string {
    let text = "";
    while (text.length < length) {
      text += this.#digest("secret").toString("base64url");
    }
    return text.slice(0, length);
  }

  #digest(purpose: string): Buffer {
    this.#count += 1;
    return createHash("sha256").update(`${this.id} ${purpose} ${this.#count}`).digest();
  }
}

export interface FakeUser {
  /** `29:…`: the person as this bot knows them. */
  readonly id: string;
  /** Entra object ID; null for anonymous people of a meeting. */
  readonly objectId: string | null;
  /** The tenant that the person belongs to: another one for people of a shared channel. */
  readonly tenant: string;
  /** Such as `alice`: what `@alice` mentions. */
  readonly name: string;
  readonly realName: string;
  /** The UPN too. */
  readonly mail: string | null;
  readonly zone: string;
  readonly locale: string;
  readonly role: "user" | "guest" | "anonymous";
}

export interface FakeTeam {
  /** That of its General channel. */
  readonly id: string;
  /** Entra's ID of the group behind the team. */
  readonly groupId: string;
  name: string;
  /** Whether Doorbell is installed in the team. */
  installed: boolean;
  archived: boolean;
  deleted: boolean;
  readonly members: Set<string>;
}

export interface FakeConversation {
  /** `19:…@thread.tacv2`, `19:…@thread.v2` or `a:…`. */
  readonly id: string;
  readonly kind: "channel" | "group" | "personal";
  name: string;
  /** The team of a channel. */
  team: string | null;
  /** The person at the other end of a personal chat. */
  partner: string | null;
  deleted: boolean;
  /** People and the bot; of a channel, its team has them. */
  readonly members: Set<string>;
}

export interface FakeMessage {
  readonly id: string;
  readonly conversation: string;
  readonly from: string;
  text: string;
  textFormat: string;
  summary: string | null;
  attachments: readonly FakeAttachment[];
  entities: readonly unknown[];
  /** The message that began the thread; null for one that begins a thread itself, and in chats. */
  readonly thread: string | null;
  edits: number;
  /** Cards that one person sees in place of the message's own, by the person's id. */
  readonly views: Map<string, unknown>;
}

export interface FakeAttachment {
  readonly contentType: string;
  readonly content?: unknown;
  readonly contentUrl?: string | undefined;
  readonly name?: string | undefined;
}

/** Whether the bot may post there, as far as installations go. */
export function hasBot(tenant: FakeTenant, conversation: FakeConversation): boolean {
  const team = conversation.team === null ? null : tenant.teams.get(conversation.team);
  return team === null || team === undefined
    ? conversation.members.has(tenant.bot.id)
    : team.installed;
}

/** Who can read the conversation, without the bot. */
export function rosterOf(tenant: FakeTenant, conversation: FakeConversation): readonly FakeUser[] {
  const team = conversation.team === null ? null : tenant.teams.get(conversation.team);
  const ids = team?.members ?? conversation.members;
  return [...tenant.users.values()].filter(({ id }) => ids.has(id));
}
