import { activityOf, eventId, teamInfo } from "./activities.ts";
import type { Activity, Delivered, Deliveries } from "./deliveries.ts";
import type { FakeConversation, FakeTeam, FakeTenant, FakeUser } from "./world.ts";

/** What happenings reach. */
export interface LifecycleParts {
  readonly deliveries: Deliveries;
  readonly serviceUrl: () => string;
  readonly now: () => number;
}

/**
 * What people do to teams, channels, chats and the app, and what Teams tells the bot of it.
 * Source: https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events
 */
export class Lifecycle {
  readonly #tenant: FakeTenant;
  readonly #by: FakeUser;
  readonly #parts: LifecycleParts;

  /** @param by who does it. */
  constructor(tenant: FakeTenant, by: FakeUser, parts: LifecycleParts) {
    this.#tenant = tenant;
    this.#by = by;
    this.#parts = parts;
  }

  /** Installs the app in a conversation: of a channel, in its whole team. */
  async installs(where: FakeConversation, action = "add"): Promise<readonly Delivered[]> {
    this.#setInstalled(where, true);
    const team = this.#teamOf(where);
    const settings = team === null ? {} : { settings: { selectedChannel: { id: where.id } } };
    return [
      await this.#updates(where, {
        membersAdded: [
          { id: this.#tenant.bot.id },
          ...(where.kind === "personal"
            ? [{ id: this.#by.id, aadObjectId: this.#by.objectId }]
            : []),
        ],
        channelData: { ...settings, ...(team === null ? {} : { eventType: "teamMemberAdded" }) },
      }),
      await this.#happens(where, { type: "installationUpdate", action, channelData: settings }),
    ];
  }

  /** Uninstalls it: from then on the bot is in no roster there. */
  async uninstalls(where: FakeConversation, action = "remove"): Promise<readonly Delivered[]> {
    this.#setInstalled(where, false);
    const team = this.#teamOf(where);
    const told =
      where.kind === "personal"
        ? []
        : [
            await this.#updates(where, {
              membersRemoved: [{ id: this.#tenant.bot.id }],
              channelData: team === null ? {} : { eventType: "teamMemberRemoved" },
            }),
          ];
    return [...told, await this.#happens(where, { type: "installationUpdate", action })];
  }

  async renamesChannel(channel: FakeConversation, name: string): Promise<Delivered> {
    channel.name = name;
    return this.#channelEvent("channelRenamed", channel);
  }

  async createsChannel(
    team: FakeTeam,
    name: string,
  ): Promise<Delivered & { channel: FakeConversation }> {
    const channel = this.#tenant.addChannel({ name, team });
    return { ...(await this.#channelEvent("channelCreated", channel)), channel };
  }

  async deletesChannel(channel: FakeConversation): Promise<Delivered> {
    channel.deleted = true;
    return this.#channelEvent("channelDeleted", channel);
  }

  async restoresChannel(channel: FakeConversation): Promise<Delivered> {
    channel.deleted = false;
    return this.#channelEvent("channelRestored", channel);
  }

  async renamesTeam(team: FakeTeam, name: string): Promise<Delivered> {
    team.name = name;
    return this.#teamEvent("teamRenamed", team);
  }

  async deletesTeam(team: FakeTeam): Promise<Delivered> {
    team.deleted = true;
    return this.#teamEvent("teamDeleted", team);
  }

  async restoresTeam(team: FakeTeam): Promise<Delivered> {
    team.deleted = false;
    return this.#teamEvent("teamRestored", team);
  }

  async archivesTeam(team: FakeTeam): Promise<Delivered> {
    team.archived = true;
    return this.#teamEvent("teamArchived", team);
  }

  async unarchivesTeam(team: FakeTeam): Promise<Delivered> {
    team.archived = false;
    return this.#teamEvent("teamUnarchived", team);
  }

  /** Gives a group chat another name. */
  async renamesChat(chat: FakeConversation, topicName: string): Promise<Delivered> {
    chat.name = topicName;
    return this.#updates(chat, { topicName });
  }

  async addsMember(where: FakeConversation, user: FakeUser): Promise<Delivered> {
    this.#roster(where).add(user.id);
    return this.#updates(where, {
      membersAdded: [{ id: user.id, aadObjectId: user.objectId }],
      channelData: where.kind === "channel" ? { eventType: "teamMemberAdded" } : {},
    });
  }

  async removesMember(where: FakeConversation, user: FakeUser): Promise<Delivered> {
    this.#roster(where).delete(user.id);
    return this.#updates(where, {
      membersRemoved: [{ id: user.id, aadObjectId: user.objectId }],
      channelData: where.kind === "channel" ? { eventType: "teamMemberRemoved" } : {},
    });
  }

  /** A conversationUpdate of a kind that is not in any documentation. */
  async somethingNew(where: FakeConversation, eventType: string): Promise<Delivered> {
    return this.#updates(where, { channelData: { eventType } });
  }

  async #channelEvent(eventType: string, channel: FakeConversation): Promise<Delivered> {
    const general = this.#tenant.conversations.get(channel.team ?? "") ?? channel;
    return this.#updates(general, {
      channelData: { eventType, channel: { id: channel.id, name: channel.name } },
    });
  }

  async #teamEvent(eventType: string, team: FakeTeam): Promise<Delivered> {
    const general = this.#tenant.conversations.get(team.id);
    if (general === undefined) {
      throw new Error(`There is no team ${team.id}.`);
    }
    return this.#updates(general, { channelData: { eventType } });
  }

  async #updates(where: FakeConversation, fields: Happening): Promise<Delivered> {
    return this.#happens(where, { ...fields, type: "conversationUpdate" });
  }

  async #happens(
    where: FakeConversation,
    { channelData, ...fields }: Happening,
  ): Promise<Delivered> {
    const { deliveries, serviceUrl, now } = this.#parts;
    const team = this.#teamOf(where);
    const activity = activityOf(
      {
        tenant: this.#tenant,
        conversation: where,
        user: this.#by,
        serviceUrl: serviceUrl(),
        now: now(),
        thread: null,
      },
      { id: eventId(this.#tenant.nextGuid()), ...fields },
    );
    return deliveries.make({
      ...activity,
      channelData: {
        ...(team === null ? {} : { channel: { id: where.id }, team: teamInfo(team) }),
        tenant: { id: this.#tenant.id },
        ...channelData,
      },
    });
  }

  #teamOf(where: FakeConversation): FakeTeam | null {
    return this.#tenant.teams.get(where.team ?? "") ?? null;
  }

  #roster(where: FakeConversation): Set<string> {
    return this.#teamOf(where)?.members ?? where.members;
  }

  #setInstalled(where: FakeConversation, installed: boolean): void {
    const team = this.#teamOf(where);
    if (team !== null) {
      team.installed = installed;
    } else if (installed) {
      where.members.add(this.#tenant.bot.id);
    } else {
      where.members.delete(this.#tenant.bot.id);
    }
  }
}

type Happening = Activity & { readonly channelData?: Activity };
