import type { types, webApi } from "@slack/bolt";
import { z } from "zod";
import { MINUTE } from "../../src/domain/instant.ts";
import type { Instant } from "../../src/domain/instant.ts";
import type { ChannelRef, Receipt } from "../../src/domain/notification.ts";
import type { Message } from "../../src/message/message.ts";
import type { PostOptions } from "../../src/ports.ts";
import { deliveryError } from "./delivery-error.ts";
import type { People } from "./people.ts";
import { identityOf, receiptOf } from "./receipt.ts";
import { renderPages } from "./render/render.ts";
import type { Rendered } from "./render/render.ts";
import type { Workspace, Workspaces } from "./workspaces.ts";

const EVENT_TYPE = "doorbell_delivery";
const REPEATED =
  "This may be here twice: Slack did not tell whether an earlier attempt to post it succeeded.";
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
      const note = options.maybeRepeated ? REPEATED : null;
      const answer = await workspace.client.chat.postMessage({
        channel: channel.channel,
        ...(await this.#content(workspace, message, note)),
        ...(options.thread === null ? {} : { thread_ts: identityOf(options.thread).ts }),
        metadata: metadataOf(options.key),
        mrkdwn: false,
        unfurl_links: false,
        unfurl_media: false,
      });
      const { ts, channel: postedTo } = posted.parse(answer);
      // A person's ID stands for the direct conversation with them, which has an ID of its own.
      return receiptOf({ ...channel, channel: postedTo }, { ts, key: options.key });
    });
  }

  async edit(receipt: Receipt, message: Message): Promise<void> {
    await translated(async () => {
      const { ts, key } = identityOf(receipt);
      const workspace = await this.#workspaces.of(receipt.channel.workspace);
      await workspace.client.chat.update({
        channel: receipt.channel.channel,
        ts,
        ...(await this.#content(workspace, message, null)),
        metadata: metadataOf(key),
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
          ({ bot_id, metadata }) =>
            bot_id === workspace.botId &&
            metadata?.event_type === EVENT_TYPE &&
            metadata.event_payload?.["key"] === key,
        );
        if (found !== undefined) {
          return receiptOf(channel, { ts: found.ts, key });
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
    note: string | null,
  ): Promise<{ readonly blocks: types.KnownBlock[]; readonly text: string }> {
    const profiles = await this.#people.profiles(workspace, message);
    return firstOf(renderPages(message, profiles, "message", { note, answer: null }));
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

function metadataOf(key: string): types.MessageMetadata {
  return { event_type: EVENT_TYPE, event_payload: { key } };
}

/** The first page; there always is one. */
export function firstOf(pages: readonly Rendered[]): Rendered {
  const [first] = pages;
  if (first === undefined) {
    throw new RangeError("A message was rendered to no page.");
  }
  return first;
}

async function translated<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw deliveryError(error);
  }
}
