import { webApi } from "@slack/bolt";
import type { types } from "@slack/bolt";
import { z } from "zod";
import { MINUTE } from "../../src/domain/instant.ts";
import type { Instant } from "../../src/domain/instant.ts";
import type { ChannelRef, Receipt } from "../../src/domain/notification.ts";
import type { Message } from "../../src/message/message.ts";
import { REPEAT_TEXT } from "../../src/message/repeat-notice.ts";
import type { PostOptions } from "../../src/ports.ts";
import { DeliveryError } from "../../src/errors.ts";
import { deliveryError } from "./delivery-error.ts";
import type { People } from "./people.ts";
import { identityOf, receiptOf } from "./receipt.ts";
import { renderPages } from "./render/render.ts";
import type { Rendered } from "./render/render.ts";
import type { Workspace, Workspaces } from "./workspaces.ts";

const EVENT_TYPE = "doorbell_delivery";
/** By how much this machine's clock and Slack's may differ. */
const CLOCK_DIFFERENCE = 5 * MINUTE;
const PAGE = 200;
/** A channel with more messages since then is read no further. */
const MOST_PAGES = 25;

const posted = z.object({ ts: z.string(), channel: z.string() });
const history = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      user: z.string().optional(),
      bot_id: z.string().optional(),
      metadata: z
        .object({
          event_type: z.string().optional(),
          event_payload: z.record(z.string(), z.unknown()).optional(),
        })
        .optional(),
    }),
  ),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

/** Posts and edits notifications, and finds them again by the key inside. Throws only `DeliveryError`. */
export class Deliveries {
  readonly #workspaces: Workspaces;
  readonly #people: People;

  constructor(workspaces: Workspaces, people: People) {
    this.#workspaces = workspaces;
    this.#people = people;
  }

  async post(channel: ChannelRef, message: Message, options: PostOptions): Promise<Receipt> {
    return translated(async () => {
      const workspace = await this.#workspaces.of(channel.workspace);
      const { key, thread, maybeRepeated } = options;
      if (thread !== null) {
        await this.#mustStand(workspace, thread);
      }
      const answer = await workspace.client.chat.postMessage({
        channel: channel.channel,
        ...(await this.#content(workspace, message, maybeRepeated)),
        ...(thread === null ? {} : { thread_ts: identityOf(thread).ts }),
        metadata: metadataOf(key, maybeRepeated),
        mrkdwn: false,
        unfurl_links: false,
        unfurl_media: false,
      });
      const { ts, channel: postedTo } = posted.parse(answer);
      // A person's ID stands for the direct conversation with them, which has an ID of its own.
      return receiptOf({ ...channel, channel: postedTo }, { ts, key, maybeRepeated });
    }, "channel");
  }

  async edit(receipt: Receipt, message: Message): Promise<void> {
    await translated(async () => {
      const { ts, key, maybeRepeated } = identityOf(receipt);
      const workspace = await this.#workspaces.of(receipt.channel.workspace);
      await workspace.client.chat.update({
        channel: receipt.channel.channel,
        ts,
        ...(await this.#content(workspace, message, maybeRepeated)),
        metadata: metadataOf(key, maybeRepeated),
      });
    });
  }

  async find(
    channel: ChannelRef,
    key: string,
    since: Instant,
    thread: Receipt | null,
  ): Promise<Receipt | null> {
    return translated(async () => {
      const workspace = await this.#workspaces.of(channel.workspace);
      let cursor: string | undefined;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const answer = history.parse(await readPage(workspace, channel, since, thread, cursor));
        const found = answer.messages.find(
          ({ user, bot_id, metadata }) =>
            (user === workspace.botUserId || bot_id === workspace.botId) &&
            metadata?.event_type === EVENT_TYPE &&
            metadata.event_payload?.["key"] === key,
        );
        if (found !== undefined) {
          const maybeRepeated = found.metadata?.event_payload?.["repeated"] === true;
          return receiptOf(channel, { ts: found.ts, key, maybeRepeated });
        }
        cursor = answer.response_metadata?.next_cursor;
        if (cursor === undefined || cursor === "") {
          return null;
        }
      }
      return null;
    });
  }

  async #content(
    workspace: Workspace,
    message: Message,
    maybeRepeated: boolean,
  ): Promise<{ readonly blocks: types.KnownBlock[]; readonly text: string }> {
    const profiles = await this.#people.profiles(workspace, message);
    const note = maybeRepeated ? REPEAT_TEXT : null;
    return firstOf(renderPages(message, profiles, "message", { note, answer: null }));
  }

  /** A reply whose message was deleted would come to stand alone in the channel. */
  async #mustStand(workspace: Workspace, thread: Receipt): Promise<void> {
    const { ts } = identityOf(thread);
    try {
      await workspace.client.conversations.replies({
        channel: thread.channel.channel,
        ts,
        limit: 1,
      });
    } catch (error) {
      const known = deliveryError(error);
      // Without the scope nobody can tell, and the reply is worth more than the certainty.
      if (!isMissingScope(error)) {
        // Only looking failed: nothing was posted.
        throw known.fault === "unknown"
          ? new DeliveryError("not-sent", known.message, { cause: error })
          : known;
      }
    }
  }
}

async function readPage(
  workspace: Workspace,
  channel: ChannelRef,
  since: Instant,
  thread: Receipt | null,
  cursor: string | undefined,
): Promise<webApi.WebAPICallResult> {
  const shared = {
    channel: channel.channel,
    oldest: ((since - CLOCK_DIFFERENCE) / 1000).toFixed(6),
    inclusive: true,
    include_all_metadata: true,
    limit: PAGE,
    ...(cursor === undefined ? {} : { cursor }),
  };
  return thread === null
    ? workspace.client.conversations.history(shared)
    : workspace.client.conversations.replies({ ...shared, ts: identityOf(thread).ts });
}

function metadataOf(key: string, repeated: boolean): types.MessageMetadata {
  return { event_type: EVENT_TYPE, event_payload: { key, ...(repeated ? { repeated } : {}) } };
}

function isMissingScope(error: unknown): boolean {
  return error instanceof webApi.WebAPIPlatformError && error.data.error === "missing_scope";
}

/** The first page; there always is one. */
export function firstOf(pages: readonly Rendered[]): Rendered {
  const [first] = pages;
  if (first === undefined) {
    throw new RangeError("A message was rendered to no page.");
  }
  return first;
}

async function translated<Result>(
  work: () => Promise<Result>,
  counted?: "channel",
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw deliveryError(error, counted);
  }
}
