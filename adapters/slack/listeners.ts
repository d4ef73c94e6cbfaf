import type { App } from "@slack/bolt";
import { choices, message as messageOf, notice } from "../../src/message/build.ts";
import type { Log } from "../../src/ports.ts";
import { reasonOf } from "../chat/reason.ts";
import type { Home } from "./home.ts";
import {
  commandBody,
  homeEvent,
  lifecycleEvent,
  messageEvent,
  messageShortcutBody,
  pressBody,
  shortcutBody,
  submissionBody,
  suggestionBody,
} from "./incoming.ts";
import type { LifecycleEvent } from "./incoming.ts";
import { LIFECYCLE_EVENTS } from "./lifecycle.ts";
import { placeOf, pressOf } from "./press.ts";
import { QUESTION_MODAL, questionModal, questionOf, VM_MENU, vmOptions } from "./question-modal.ts";
import type { Questions } from "./questions.ts";
import {
  comingModal,
  EphemeralReply,
  ModalReply,
  PostedReply,
  PublicCommandReply,
  ResponseUrlReply,
} from "./reply-route.ts";
import { escapeMarkup } from "./render/safe-text.ts";
import type { SlackSettings } from "./settings.ts";
import { textsIn } from "./texts-in.ts";
import type { Workspaces } from "./workspaces.ts";

/** Callback IDs of the shortcuts, as the manifest has them. */
export const ASK_SHORTCUT = "doorbell_ask";
export const ABOUT_SHORTCUT = "doorbell_about";

/** Events that listeners are registered for, beside those of `LIFECYCLE_EVENTS`. */
export const QUESTION_EVENTS = ["app_home_opened", "app_mention", "message.im"] as const;

const MOST_SUGGESTIONS = 100;

/** What listeners hand over to. */
export interface ListenerParts {
  readonly settings: SlackSettings;
  readonly workspaces: Workspaces;
  readonly questions: Questions;
  readonly home: Home;
  readonly vmNames: (typed: string, most: number) => Promise<readonly string[]>;
  readonly questionsAbout: (text: string) => Promise<readonly string[]>;
  readonly lifecycle: (happened: LifecycleEvent) => Promise<void>;
  readonly log: Log;
}

/** Registers everything that Doorbell listens to. Each acknowledges first and works then. */
export function registerListeners(app: App, parts: ListenerParts): void {
  listenToCommands(app, parts);
  listenToMessages(app, parts);
  listenToPresses(app, parts);
  listenToShortcuts(app, parts);
  listenToEvents(app, parts);
  app.error((error) => {
    parts.log("warning", `Slack: a request could not be handled: ${reasonOf(error)}`);
    return Promise.resolve();
  });
}

function listenToCommands(app: App, { settings, questions }: ListenerParts): void {
  app.command(settings.command, async ({ ack, body }) => {
    await ack();
    const command = commandBody.parse(body);
    await questions.ask(
      {
        deliveryId: `command ${command.trigger_id}`,
        team: command.team_id,
        channel: command.channel_id,
        userId: command.user_id,
        isDirect: command.channel_name === "directmessage",
        conversation: command.user_id,
        text: command.text ?? "",
      },
      (workspace, isPublic) =>
        isPublic
          ? new PublicCommandReply(workspace, command.channel_id, command.response_url)
          : new ResponseUrlReply(command.response_url, "ephemeral"),
    );
  });
}

function listenToMessages(app: App, { questions }: ListenerParts): void {
  app.event("app_mention", async ({ body }) => {
    const { team_id, event_id, event } = messageEvent.parse(body);
    const { user } = event;
    if (user === undefined || event.bot_id !== undefined || event.subtype !== undefined) {
      return;
    }
    const thread = event.thread_ts ?? null;
    await questions.ask(
      {
        deliveryId: `event ${event_id}`,
        team: team_id,
        channel: event.channel,
        userId: user,
        isDirect: false,
        conversation: thread ?? user,
        text: event.text ?? "",
      },
      (workspace, isPublic) =>
        isPublic
          ? // A public answer begins a thread, so that the channel stays readable.
            new PostedReply(workspace, event.channel, thread ?? event.ts)
          : new EphemeralReply(workspace, event.channel, user, thread),
    );
  });
  app.event("message", async ({ body }) => {
    const { team_id, event_id, event } = messageEvent.parse(body);
    const { user } = event;
    if (
      event.channel_type !== "im" ||
      user === undefined ||
      event.bot_id !== undefined ||
      event.subtype !== undefined
    ) {
      return;
    }
    const thread = event.thread_ts ?? null;
    await questions.ask(
      {
        deliveryId: `event ${event_id}`,
        team: team_id,
        channel: event.channel,
        userId: user,
        isDirect: true,
        conversation: thread ?? user,
        text: event.text ?? "",
      },
      (workspace) => new PostedReply(workspace, event.channel, thread),
    );
  });
}

function listenToPresses(app: App, parts: ListenerParts): void {
  app.action(/^doorbell\./, async ({ ack, body }) => {
    await ack();
    const pressed = pressBody.parse(body);
    const place = await placeOf(pressed, parts.workspaces);
    const asked = { ...place.asked, deliveryId: `press ${pressed.trigger_id}` };
    const press = pressOf(pressed);
    switch (press.kind) {
      case "ask":
        await parts.questions.ask({ ...asked, text: escapeMarkup(press.command) }, place.routeTo);
        break;
      case "page":
        await parts.questions.turn(asked, press.page, place.routeTo);
        break;
      case "act":
        await parts.questions.act(asked, press, place.routeTo);
        break;
      case "none":
        break;
    }
  });
}

function listenToShortcuts(app: App, parts: ListenerParts): void {
  const { questions, workspaces } = parts;
  app.shortcut({ callback_id: ASK_SHORTCUT, type: "shortcut" }, async ({ ack, body }) => {
    await ack();
    const { team, trigger_id } = shortcutBody.parse(body);
    const { client } = await workspaces.of(team?.id ?? "");
    await client.views.open({ trigger_id, view: questionModal() });
  });
  app.options(VM_MENU, async ({ ack, body }) => {
    const { value, team, user } = suggestionBody.parse(body);
    const admitted = await questions.admits(team?.id ?? "", user.id);
    await ack({
      options: admitted ? vmOptions(await parts.vmNames(value, MOST_SUGGESTIONS)) : [],
    });
  });
  app.view(QUESTION_MODAL, async ({ ack, body }) => {
    await ack({ response_action: "update", view: comingModal() });
    const { team, user, view } = submissionBody.parse(body);
    await questions.ask(
      {
        deliveryId: `modal ${view.id}`,
        team: team?.id ?? "",
        // A modal belongs to no channel; its asker stands for the direct conversation with them.
        channel: user.id,
        userId: user.id,
        isDirect: true,
        conversation: user.id,
        text: escapeMarkup(questionOf(view.state.values)),
      },
      (workspace) => new ModalReply(workspace, view.id),
    );
  });
  app.shortcut({ callback_id: ABOUT_SHORTCUT, type: "message_action" }, async ({ ack, body }) => {
    await ack();
    const shortcut = messageShortcutBody.parse(body);
    const found = await parts.questionsAbout(textsIn(shortcut.message));
    const asked = {
      deliveryId: `shortcut ${shortcut.trigger_id}`,
      team: shortcut.team?.id ?? "",
      channel: shortcut.channel.id,
      userId: shortcut.user.id,
      isDirect: shortcut.channel.name === "directmessage",
    };
    const routeTo = (): ResponseUrlReply =>
      new ResponseUrlReply(shortcut.response_url, "ephemeral");
    const [only, ...others] = found;
    if (only !== undefined && others.length === 0) {
      await questions.ask(
        { ...asked, conversation: shortcut.user.id, text: escapeMarkup(only) },
        routeTo,
      );
      return;
    }
    const summary =
      only === undefined
        ? "This message names no VM that Doorbell knows, and no JIT rule."
        : "This message names several VMs or rules.";
    await questions.tell(
      asked,
      messageOf("info", summary, [
        notice("info", summary),
        only === undefined ? null : choices("Ask about:", found),
      ]),
      routeTo,
    );
  });
}

function listenToEvents(app: App, { home, lifecycle }: ListenerParts): void {
  app.event("app_home_opened", async ({ body }) => {
    const { team_id, event } = homeEvent.parse(body);
    if (event.tab === "home") {
      await home.show(team_id, event.user, event.channel);
    }
  });
  for (const name of LIFECYCLE_EVENTS) {
    app.event(name, async ({ body }) => {
      await lifecycle(lifecycleEvent.parse(body));
    });
  }
}
