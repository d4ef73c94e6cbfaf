import { z } from "zod";
import { suggestedOptions } from "./block-kit.ts";
import type { Delivered, Deliveries } from "./deliveries.ts";
import { pressables } from "./reading.ts";
import type { Pressable } from "./reading.ts";
import type { ResponseUrls } from "./response-urls.ts";
import { checkedView } from "./view-methods.ts";
import type { Triggers } from "./view-methods.ts";
import type { FakeChannel, FakeMessage, FakeUser, FakeView, FakeWorkspace } from "./world.ts";

/** What a person's acts reach. */
export interface PersonParts {
  readonly workspace: FakeWorkspace;
  readonly deliveries: Deliveries;
  readonly responseUrls: ResponseUrls;
  readonly triggers: Triggers;
  readonly origin: string;
}

const submissionAnswer = z.object({
  response_action: z.enum(["update", "errors", "clear", "push"]),
  view: z.unknown().optional(),
});

/** A person in front of Slack: what they type and press goes to the app as Slack sends it. */
export class Person {
  readonly user: FakeUser;
  readonly #parts: PersonParts;

  constructor(user: FakeUser, parts: PersonParts) {
    this.user = user;
    this.#parts = parts;
  }

  /** Types a slash command such as `/jit what is open`. */
  async types(channel: FakeChannel, line: string): Promise<Delivered & { responseUrl: string }> {
    const [command = "", ...words] = line.split(" ");
    const { workspace, deliveries } = this.#parts;
    const responseUrl = this.#responseUrl(channel, null);
    const delivered = await deliveries.make("slash_commands", {
      token: "verification",
      team_id: workspace.team,
      team_domain: workspace.domain,
      channel_id: channel.id,
      channel_name: channel.kind === "im" ? "directmessage" : channel.name,
      user_id: this.user.id,
      user_name: this.user.name,
      command,
      text: escaped(words.join(" ")),
      api_app_id: workspace.appId,
      is_enterprise_install: "false",
      response_url: responseUrl,
      trigger_id: this.#parts.triggers.give(this.user.id),
    });
    return { ...delivered, responseUrl };
  }

  /** Writes a message; a mention of the bot, and any direct message to it, reaches the app. */
  async says(
    channel: FakeChannel,
    text: string,
    options: { readonly thread?: FakeMessage; readonly extra?: Record<string, unknown> } = {},
  ): Promise<Delivered & { message: FakeMessage }> {
    const { workspace } = this.#parts;
    const sent = written(text.replaceAll("@doorbell", `<@${workspace.bot.id}>`), workspace);
    const message = workspace.addMessage({
      channel: channel.id,
      user: this.user.id,
      text: sent,
      blocks: [],
      threadTs: options.thread?.ts ?? null,
      metadata: null,
      ephemeralFor: null,
      files: [],
    });
    const event = {
      type: channel.kind === "im" ? "message" : "app_mention",
      ...(channel.kind === "im" ? { channel_type: "im" } : {}),
      user: this.user.id,
      team: this.user.team,
      text: sent,
      ts: message.ts,
      event_ts: message.ts,
      channel: channel.id,
      ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
      ...options.extra,
    };
    const heard = channel.kind === "im" || sent.includes(`<@${workspace.bot.id}>`);
    const delivered = heard
      ? await this.happens(event)
      : { acknowledged: false, answer: null, status: null };
    return { ...delivered, message };
  }

  /** An event that Slack tells the app. */
  async happens(event: Readonly<Record<string, unknown>>): Promise<Delivered> {
    return this.#parts.deliveries.make("events_api", eventOf(this.#parts.workspace, event));
  }

  /** Presses the button with that label. */
  async presses(where: FakeMessage | FakeView, label: string): Promise<Delivered> {
    const button = this.#find(where, label);
    return this.#acts(where, button, { type: "button", value: button.value });
  }

  /** Chooses an option of the menu with that label. */
  async chooses(where: FakeMessage | FakeView, label: string, choice: string): Promise<Delivered> {
    const menu = this.#find(where, label);
    const option = menu.options.find((one) => one.label === choice);
    if (option === undefined) {
      throw new Error(`There is no option ${choice} in ${label}.`);
    }
    return this.#acts(where, menu, {
      type: menu.type,
      selected_option: { text: { type: "plain_text", text: choice }, value: option.value },
    });
  }

  /** Types into a menu whose options the app suggests; gives the labels suggested. */
  async looksFor(view: FakeView, label: string, typed: string): Promise<readonly string[]> {
    const menu = this.#find(view.view, label);
    const delivered = await this.#parts.deliveries.make("interactive", {
      ...this.#who("block_suggestion"),
      action_id: menu.actionId,
      block_id: menu.blockId,
      value: typed,
      container: { type: "view", view_id: view.id },
      view: this.#shownView(view),
    });
    return suggestedOptions.parse(delivered.answer).options.map(({ text }) => text.text);
  }

  /** Uses a shortcut from the lightning menu. */
  async usesShortcut(callbackId: string): Promise<Delivered> {
    return this.#parts.deliveries.make("interactive", {
      ...this.#who("shortcut"),
      callback_id: callbackId,
      trigger_id: this.#parts.triggers.give(this.user.id),
      action_ts: "1764000000.000100",
    });
  }

  /** Uses a shortcut on a message. */
  async usesMessageShortcut(callbackId: string, message: FakeMessage): Promise<Delivered> {
    const channel = this.#channel(message.channel);
    return this.#parts.deliveries.make("interactive", {
      ...this.#who("message_action"),
      callback_id: callbackId,
      trigger_id: this.#parts.triggers.give(this.user.id),
      action_ts: "1764000000.000100",
      message_ts: message.ts,
      channel: { id: channel.id, name: channel.name },
      message: shownMessage(message),
      response_url: this.#responseUrl(channel, message),
    });
  }

  /** Submits a modal; `values` by action id: what was typed, or what was chosen. */
  async submits(
    view: FakeView,
    values: Readonly<Record<string, { readonly block: string; readonly value: unknown }>>,
  ): Promise<Delivered> {
    const state: Record<string, Record<string, unknown>> = {};
    for (const [action, { block, value }] of Object.entries(values)) {
      state[block] = { ...state[block], [action]: value };
    }
    const delivered = await this.#parts.deliveries.make("interactive", {
      ...this.#who("view_submission"),
      trigger_id: this.#parts.triggers.give(this.user.id),
      response_urls: [],
      view: { ...this.#shownView(view), state: { values: state } },
    });
    const answer = submissionAnswer.safeParse(delivered.answer);
    if (answer.success && answer.data.response_action === "update") {
      view.view = checkedView(answer.data.view);
      view.updates += 1;
    }
    return delivered;
  }

  /** Opens the app's home tab. */
  async opensHome(): Promise<Delivered> {
    return this.happens({
      type: "app_home_opened",
      user: this.user.id,
      channel: this.#parts.workspace.directMessages(this.user).id,
      tab: "home",
      event_ts: this.#parts.workspace.nextTs(),
    });
  }

  /** What this person sees of the bot in a channel, the oldest first. */
  sees(channel: FakeChannel): readonly FakeMessage[] {
    const { workspace } = this.#parts;
    return workspace
      .messagesIn(channel)
      .filter(
        ({ user, ephemeralFor }) =>
          user === workspace.bot.id && (ephemeralFor === null || ephemeralFor === this.user.id),
      );
  }

  #find(where: { readonly blocks: readonly unknown[] } | FakeView, label: string): Pressable {
    const found = pressables("view" in where ? where.view : where);
    const one = found.find((pressable) => pressable.label === label);
    if (one === undefined) {
      throw new Error(
        `Nothing is labelled ${label}; there is ${found.map((each) => each.label).join(", ")}.`,
      );
    }
    return one;
  }

  async #acts(
    where: FakeMessage | FakeView,
    pressed: Pressable,
    action: Readonly<Record<string, unknown>>,
  ): Promise<Delivered> {
    return this.#parts.deliveries.make("interactive", {
      ...this.#who("block_actions"),
      trigger_id: this.#parts.triggers.give(this.user.id),
      ...("view" in where ? this.#inView(where) : this.#inMessage(where)),
      actions: [
        {
          action_id: pressed.actionId,
          block_id: pressed.blockId,
          action_ts: this.#parts.workspace.nextTs(),
          ...action,
        },
      ],
    });
  }

  #inView(view: FakeView): Readonly<Record<string, unknown>> {
    return { container: { type: "view", view_id: view.id }, view: this.#shownView(view) };
  }

  #inMessage(message: FakeMessage): Readonly<Record<string, unknown>> {
    const channel = this.#channel(message.channel);
    const ephemeral = message.ephemeralFor !== null;
    return {
      container: {
        type: "message",
        message_ts: message.ts,
        channel_id: channel.id,
        is_ephemeral: ephemeral,
        ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
      },
      channel: {
        id: channel.id,
        name: channel.kind === "im" ? "directmessage" : channel.name,
      },
      ...(ephemeral ? {} : { message: shownMessage(message) }),
      response_url: this.#responseUrl(channel, message),
    };
  }

  #who(type: string): Readonly<Record<string, unknown>> {
    const { workspace } = this.#parts;
    return {
      type,
      token: "verification",
      api_app_id: workspace.appId,
      team: { id: workspace.team, domain: workspace.domain },
      enterprise: null,
      is_enterprise_install: false,
      user: {
        id: this.user.id,
        username: this.user.name,
        name: this.user.name,
        team_id: this.user.team,
      },
    };
  }

  #shownView(view: FakeView): Readonly<Record<string, unknown>> {
    return { ...view.view, id: view.id, state: { values: {} } };
  }

  #responseUrl(channel: FakeChannel, source: FakeMessage | null): string {
    const { responseUrls, workspace, origin } = this.#parts;
    return origin + responseUrls.give(workspace, channel.id, this.user.id, source);
  }

  #channel(id: string): FakeChannel {
    const channel = this.#parts.workspace.channels.get(id);
    if (channel === undefined) {
      throw new Error(`There is no channel ${id}.`);
    }
    return channel;
  }
}

function shownMessage(message: FakeMessage): Readonly<Record<string, unknown>> {
  return {
    type: "message",
    ts: message.ts,
    user: message.user,
    text: message.text,
    ...(message.blocks.length === 0 ? {} : { blocks: message.blocks }),
    ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    ...(message.metadata === null ? {} : { metadata: message.metadata }),
  };
}

/** An event in the cover that Slack sends it in. */
export function eventOf(
  workspace: FakeWorkspace,
  event: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return {
    token: "verification",
    team_id: workspace.team,
    api_app_id: workspace.appId,
    type: "event_callback",
    event_id: workspace.nextId("Ev"),
    event_time: 1_764_000_000,
    authorizations: [
      {
        enterprise_id: null,
        team_id: workspace.team,
        user_id: workspace.bot.id,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
    event,
  };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Text as Slack passes it on: escaped, with addresses and names made into links. */
function written(text: string, workspace: FakeWorkspace): string {
  return text
    .split(
      /(<@\w+>|https?:\/\/\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|io)\b)/,
    )
    .map((part) => {
      if (/^<@\w+>$/.test(part)) {
        return part;
      }
      if (/^https?:\/\//.test(part)) {
        return `<${escaped(part)}>`;
      }
      const user = [...workspace.users.values()].find(({ name }) => part === `@${name}`);
      if (user !== undefined) {
        return `<@${user.id}>`;
      }
      if (/@/.test(part) && /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/.test(part)) {
        return `<mailto:${part}|${part}>`;
      }
      return /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|io)$/.test(part)
        ? `<http://${part}|${part}>`
        : escaped(part);
    })
    .join("");
}
