import { z } from "zod";
import { HOUR } from "../../src/domain/instant.ts";
import type { ChannelRef } from "../../src/domain/notification.ts";
import type { ChatInstallations, Clock } from "../../src/ports.ts";
import { ExpiringCache } from "../chat/expiring-cache.ts";
import { kindOf } from "./incoming.ts";
import type { Arrival, Conversation } from "./incoming.ts";
import { PLATFORM } from "./receipt.ts";
import type { TeamsSettings } from "./settings.ts";

/** How long a record counts for known; another replica may have changed or lost it. */
const KNOWN_FOR = HOUR;
const MOST_KNOWN = 5000;
const MOST_CHANNELS = 1000;

const tenantRecord = z.object({ serviceUrl: z.string() });
const conversationRecord = z.object({
  serviceUrl: z.string(),
  kind: z.enum(["channel", "groupChat", "personal"]),
  botId: z.string(),
  teamId: z.string().nullable(),
});
const teamRecord = z.object({ channels: z.array(z.string()) });

/**
 * How conversations are reached: what activities told, kept as records of three kinds, for a tenant, a
 * conversation and a team, under names that no two of them share.
 */
export class Conversations {
  readonly #settings: TeamsSettings;
  readonly #store: ChatInstallations;
  readonly #clock: Clock;
  readonly #records = new ExpiringCache<string>(MOST_KNOWN);

  constructor(settings: TeamsSettings, store: ChatInstallations, clock: Clock) {
    this.#settings = settings;
    this.#store = store;
    this.#clock = clock;
  }

  /** Remembers where an activity came from. */
  async heard({ conversation, activity }: Arrival): Promise<void> {
    const { channel, serviceUrl, kind, botId, teamId } = conversation;
    const { workspace } = channel;
    await this.#keep(workspace, { serviceUrl });
    await this.#keep(conversationKey(channel), { serviceUrl, kind, botId, teamId });
    if (teamId !== null) {
      const happenedIn = activity.channelData?.channel?.id;
      const named = kind === "channel" ? [channel.channel, happenedIn ?? channel.channel] : [];
      await this.#join(workspace, teamId, named);
    }
  }

  /** How a channel is reached; one that nothing was heard from, as its tenant and its ID let expect. */
  async of(channel: ChannelRef): Promise<Conversation> {
    const known = conversationRecord.safeParse(await this.#read(conversationKey(channel))).data;
    if (known !== undefined) {
      return { channel, ...known };
    }
    const tenant = tenantRecord.safeParse(await this.#read(channel.workspace)).data;
    return {
      channel,
      serviceUrl: tenant?.serviceUrl ?? this.#settings.cloud.serviceUrl,
      kind: kindOf(channel.channel, null),
      botId: `28:${this.#settings.appId ?? ""}`,
      teamId: null,
    };
  }

  /** The channels of a team that were heard of; its first channel has the team's ID. */
  async ofTeam(workspace: string, teamId: string): Promise<readonly ChannelRef[]> {
    const known = teamRecord.safeParse(await this.#read(teamKey(workspace, teamId))).data;
    const channels = new Set([teamId, ...(known?.channels ?? [])]);
    return [...channels].map((channel) => ({ platform: PLATFORM, workspace, channel }));
  }

  async #join(workspace: string, teamId: string, channels: readonly string[]): Promise<void> {
    const key = teamKey(workspace, teamId);
    const known = teamRecord.safeParse(await this.#read(key)).data?.channels ?? [];
    const joined = [...new Set([...known, ...channels])].slice(-MOST_CHANNELS);
    await this.#keep(key, { channels: joined });
  }

  async #read(key: string): Promise<unknown> {
    const now = this.#clock.now();
    const record =
      this.#records.get(key, now) ?? (await this.#store.installation(PLATFORM, key)) ?? null;
    if (record === null) {
      return null;
    }
    this.#records.set(key, record, now, KNOWN_FOR);
    try {
      return JSON.parse(record);
    } catch {
      return null;
    }
  }

  async #keep(key: string, value: object): Promise<void> {
    const record = JSON.stringify(value);
    const now = this.#clock.now();
    if (this.#records.get(key, now) !== record) {
      await this.#store.saveInstallation(PLATFORM, key, record);
      this.#records.set(key, record, now, KNOWN_FOR);
    }
  }
}

function conversationKey({ workspace, channel }: ChannelRef): string {
  return `${workspace} conversation ${channel}`;
}

function teamKey(workspace: string, teamId: string): string {
  return `${workspace} team ${teamId}`;
}
