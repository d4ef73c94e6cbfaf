import type { ChannelChange } from "../../src/domain/chat.ts";
import type { ChannelRef } from "../../src/domain/notification.ts";
import { choices, message as messageOf, paragraph } from "../../src/message/build.ts";
import type { Message } from "../../src/message/message.ts";
import type { ChatHandlers, Clock, Log } from "../../src/ports.ts";
import { reasonOf } from "../chat/reason.ts";
import type { Access } from "./access.ts";
import type { InvokeAnswer } from "./bot.ts";
import type { Conversations } from "./conversations.ts";
import { searched } from "./extension.ts";
import { cardAction, mentionsIn } from "./incoming.ts";
import type { Arrival } from "./incoming.ts";
import { isInstallation, lifecycleOf } from "./lifecycle.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Pressing } from "./pressing.ts";
import type { Questions } from "./questions.ts";
import { typedText } from "./typed-text.ts";

/** What activities are handed to. */
export interface ActivityParts {
  readonly access: Access;
  readonly conversations: Conversations;
  readonly questions: Questions;
  readonly pressing: Pressing;
  readonly handlers: ChatHandlers;
  readonly clock: Clock;
  readonly log: Log;
}

/** Does what an activity asks for. Never throws: what fails is logged. */
export class Activities {
  readonly #parts: ActivityParts;

  constructor(parts: ActivityParts) {
    this.#parts = parts;
  }

  /** @returns the answer to an `invoke`; null for everything else. */
  async handle(arrival: Arrival): Promise<InvokeAnswer | null> {
    const { activity } = arrival;
    const { log } = this.#parts;
    try {
      await this.#remember(arrival);
      if (activity.type === "invoke") {
        return await this.#invoked(arrival);
      }
      if (activity.type === "message") {
        await this.#said(arrival);
      } else {
        await this.#happened(arrival);
      }
    } catch (error) {
      log("error", `Teams: a ${kindOf(activity.type)} could not be handled: ${reasonOf(error)}`);
    }
    return activity.type === "invoke" ? { status: 500 } : null;
  }

  /** Remembers where it came from; what came is worth an answer without that too. */
  async #remember(arrival: Arrival): Promise<void> {
    const { access, conversations, log } = this.#parts;
    if (!access.isAllowedTenant(arrival.conversation.channel.workspace)) {
      return;
    }
    try {
      await conversations.heard(arrival);
    } catch (error) {
      log("warning", `Teams: a conversation could not be remembered: ${reasonOf(error)}`);
    }
  }

  async #invoked(arrival: Arrival): Promise<InvokeAnswer> {
    const { pressing } = this.#parts;
    const { name, value } = arrival.activity;
    switch (name) {
      case "adaptiveCard/action":
        return pressing.invoked(arrival, cardAction.safeParse(value).data?.action);
      case "composeExtension/query":
        return searched(arrival, value, this.#parts);
      default:
        return { status: 501 };
    }
  }

  async #said(arrival: Arrival): Promise<void> {
    const { questions, pressing } = this.#parts;
    const { activity, conversation } = arrival;
    if (activity.from.id.startsWith("28:")) {
      // Another bot: answering it could go on for ever.
      return;
    }
    const text = typedText(activity.text ?? "", mentionsIn(activity), activity.recipient.id);
    if (text === "" && activity.value !== undefined && activity.value !== null) {
      await pressing.submitted(arrival, activity.value);
      return;
    }
    questions.ask(arrival, `message ${conversation.channel.channel} ${activity.id ?? ""}`, text);
  }

  async #happened(arrival: Arrival): Promise<void> {
    const { access, questions, log } = this.#parts;
    const { channel } = arrival.conversation;
    const happened = lifecycleOf(arrival);
    if (happened === null || !access.isAllowedTenant(channel.workspace)) {
      return;
    }
    log(happened.kind === "closed" ? "warning" : "info", `Teams: ${happened.reason}`, {
      tenant: channel.workspace,
      channel: happened.channel ?? channel.channel,
    });
    for (const change of await this.#changes(arrival, happened)) {
      await this.#parts.handlers.channelChanged?.(change);
    }
    if (isInstallation(arrival)) {
      questions.tell(arrival, welcome(), `welcome ${channel.channel}`);
    }
  }

  async #changes(
    { conversation }: Arrival,
    { kind, reach, channel, reason }: Lifecycle,
  ): Promise<readonly ChannelChange[]> {
    const own = conversation.channel;
    if (reach === "conversation" || conversation.teamId === null) {
      return [{ channel: { ...own, channel: channel ?? own.channel }, kind, reason }];
    }
    const known = await this.#parts.conversations.ofTeam(own.workspace, conversation.teamId);
    // Channels that only the configuration names may be the team's too: what waits there is tried.
    const all: readonly ChannelRef[] =
      kind === "open" ? [...known, { ...own, channel: "" }] : known;
    return all.map((each) => ({ channel: each, kind, reason }));
  }
}

/** What whoever installs the app reads first. */
function welcome(): Message {
  const summary = "Doorbell says who opened a port of an Azure VM, when, from where and why.";
  return messageOf("info", summary, [
    paragraph(summary),
    paragraph(
      "Ask by mentioning it, or in a personal chat. Say “notify here” where new openings shall ring.",
    ),
    choices("For example:", ["what is open", "help"]),
  ]);
}

/** A type of activity as the log shows it. */
function kindOf(type: string): string {
  return /^\w{1,40}$/.test(type) ? type : "activity";
}
