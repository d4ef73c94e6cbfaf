import type { types } from "@slack/bolt";
import { z } from "zod";
import { SECOND } from "../../src/domain/instant.ts";
import { DeliveryError } from "../../src/errors.ts";
import { deliveryError } from "./delivery-error.ts";
import type { Rendered, Surface } from "./render/render.ts";
import type { Workspace } from "./workspaces.ts";

/** The way an answer takes back to the asker. */
export interface ReplyRoute {
  readonly surface: Surface;
  /** Says that the answer takes a while. */
  coming(): Promise<void>;
  /** Says the answer: in place of what `coming` said, wherever Slack can replace it. */
  say(rendered: Rendered): Promise<void>;
}

const COMING = "Looking it up; the answer comes here.";
const RESPONSE_TIMEOUT = 10 * SECOND;
const posted = z.object({ ts: z.string() });

/** A message that everybody in a channel or conversation sees; its first word is replaced by the answer. */
export class PostedReply implements ReplyRoute {
  readonly surface = "message";
  readonly #workspace: Workspace;
  readonly #channel: string;
  readonly #thread: string | null;
  #ts: string | null = null;

  constructor(workspace: Workspace, channel: string, thread: string | null) {
    this.#workspace = workspace;
    this.#channel = channel;
    this.#thread = thread;
  }

  async coming(): Promise<void> {
    this.#ts = await this.#post(comingMessage());
  }

  async say(rendered: Rendered): Promise<void> {
    if (this.#ts === null) {
      await this.#post(rendered);
    } else {
      await this.#workspace.client.chat.update({
        channel: this.#channel,
        ts: this.#ts,
        ...rendered,
      });
    }
  }

  async #post(rendered: Rendered): Promise<string> {
    const answer = await this.#workspace.client.chat.postMessage({
      channel: this.#channel,
      ...rendered,
      ...(this.#thread === null ? {} : { thread_ts: this.#thread }),
      mrkdwn: false,
      unfurl_links: false,
      unfurl_media: false,
    });
    return posted.parse(answer).ts;
  }
}

/** Messages that only the asker sees, in a channel where the bot is. Slack cannot replace them. */
export class EphemeralReply implements ReplyRoute {
  readonly surface = "message";
  readonly #workspace: Workspace;
  readonly #channel: string;
  readonly #user: string;
  readonly #thread: string | null;

  constructor(workspace: Workspace, channel: string, user: string, thread: string | null) {
    this.#workspace = workspace;
    this.#channel = channel;
    this.#user = user;
    this.#thread = thread;
  }

  async coming(): Promise<void> {
    await this.say(comingMessage());
  }

  async say(rendered: Rendered): Promise<void> {
    await this.#workspace.client.chat.postEphemeral({
      channel: this.#channel,
      user: this.#user,
      ...rendered,
      ...(this.#thread === null ? {} : { thread_ts: this.#thread }),
    });
  }
}

/**
 * Messages through the response URL of a command, click or shortcut: they arrive also where the bot is not
 * in the channel. Slack does not replace what was said through a command's URL
 * (slackapi/bolt-js issue 2287), and through a click's only what was clicked, so nothing is replaced.
 */
export class ResponseUrlReply implements ReplyRoute {
  readonly surface = "message";
  readonly #url: string;
  readonly #visibility: "ephemeral" | "in_channel";

  constructor(url: string, visibility: "ephemeral" | "in_channel") {
    this.#url = url;
    this.#visibility = visibility;
  }

  async coming(): Promise<void> {
    await this.#send(comingMessage(), "ephemeral");
  }

  async say(rendered: Rendered): Promise<void> {
    await this.#send(rendered, this.#visibility);
  }

  async #send(rendered: Rendered, visibility: "ephemeral" | "in_channel"): Promise<void> {
    const response = await fetch(this.#url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        ...rendered,
        response_type: visibility,
        replace_original: false,
        mrkdwn: false,
      }),
      redirect: "error",
      signal: AbortSignal.timeout(RESPONSE_TIMEOUT),
    });
    if (!response.ok) {
      throw new DeliveryError(
        "not-sent",
        `The response URL answered ${response.status} (${(await response.text()).slice(0, 100)}).`,
      );
    }
  }
}

/**
 * A command's answer for everybody: where the bot may post, a slow one is announced and then replaced;
 * elsewhere it comes through the response URL.
 */
export class PublicCommandReply implements ReplyRoute {
  readonly surface = "message";
  readonly #post: PostedReply;
  readonly #respond: ResponseUrlReply;
  #isPosted = false;

  constructor(workspace: Workspace, channel: string, responseUrl: string) {
    this.#post = new PostedReply(workspace, channel, null);
    this.#respond = new ResponseUrlReply(responseUrl, "in_channel");
  }

  async coming(): Promise<void> {
    try {
      await this.#post.coming();
      this.#isPosted = true;
    } catch (error) {
      if (deliveryError(error).fault !== "channel-closed") {
        throw error;
      }
      await this.#respond.coming();
    }
  }

  async say(rendered: Rendered): Promise<void> {
    await (this.#isPosted ? this.#post : this.#respond).say(rendered);
  }
}

/** A modal that is open, with the answer in it. */
export class ModalReply implements ReplyRoute {
  readonly surface = "view";
  readonly #workspace: Workspace;
  readonly #view: string;

  constructor(workspace: Workspace, view: string) {
    this.#workspace = workspace;
    this.#view = view;
  }

  /** The modal says so from the start. */
  coming(): Promise<void> {
    return Promise.resolve();
  }

  async say(rendered: Rendered): Promise<void> {
    await this.#workspace.client.views.update({
      view_id: this.#view,
      view: answerModal(rendered.blocks),
    });
  }
}

/** A modal that shows an answer. */
export function answerModal(blocks: types.KnownBlock[]): types.ModalView {
  return {
    type: "modal",
    title: { type: "plain_text", text: "Doorbell", emoji: false },
    close: { type: "plain_text", text: "Close", emoji: false },
    blocks,
  };
}

/** A modal while its answer is looked up. */
export function comingModal(): types.ModalView {
  return answerModal(comingMessage().blocks);
}

function comingMessage(): Rendered {
  return {
    text: COMING,
    blocks: [
      {
        type: "rich_text",
        elements: [{ type: "rich_text_section", elements: [{ type: "text", text: COMING }] }],
      },
    ],
  };
}
