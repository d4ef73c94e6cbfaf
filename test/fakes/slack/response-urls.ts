import { z } from "zod";
import { checkedBlocks } from "./chat-methods.ts";
import { SlackFailure } from "./failure.ts";
import type { FakeMessage, FakeWorkspace } from "./world.ts";

const MOST_USES = 5;
const LIFETIME_MS = 30 * 60 * 1000;

interface ResponseUrl {
  readonly workspace: FakeWorkspace;
  readonly channel: string;
  readonly user: string;
  /** The message that was clicked; null for a command, whose answers Slack does not replace. */
  readonly source: FakeMessage | null;
  readonly madeAt: number;
  uses: number;
}

const bodySchema = z.strictObject({
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  response_type: z.enum(["ephemeral", "in_channel"]).optional(),
  replace_original: z.boolean().optional(),
  delete_original: z.boolean().optional(),
  thread_ts: z.string().optional(),
  mrkdwn: z.boolean().optional(),
  unfurl_links: z.boolean().optional(),
  unfurl_media: z.boolean().optional(),
});

/** What a post to a response URL is answered with. */
export interface ResponseUrlAnswer {
  readonly status: number;
  readonly body: string;
}

/** The URLs that come with commands and clicks: five messages each, for half an hour. */
export class ResponseUrls {
  readonly #now: () => number;
  readonly #urls = new Map<string, ResponseUrl>();
  #count = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The path of a new URL. */
  give(
    workspace: FakeWorkspace,
    channel: string,
    user: string,
    source: FakeMessage | null,
  ): string {
    this.#count += 1;
    const path = `/respond/${workspace.team}/${this.#count}/secret-part`;
    this.#urls.set(path, { workspace, channel, user, source, madeAt: this.#now(), uses: 0 });
    return path;
  }

  /** How often the URL was used. */
  uses(path: string): number {
    return this.#urls.get(path)?.uses ?? 0;
  }

  use(path: string, body: string): ResponseUrlAnswer {
    const url = this.#urls.get(path);
    if (url === undefined) {
      return { status: 404, body: "no_service" };
    }
    if (url.madeAt + LIFETIME_MS < this.#now()) {
      return { status: 404, body: "expired_url" };
    }
    if (url.uses >= MOST_USES) {
      return { status: 404, body: "used_url" };
    }
    url.uses += 1;
    const parsed = bodySchema.safeParse(JSON.parse(body));
    if (!parsed.success) {
      return { status: 400, body: "invalid_payload" };
    }
    try {
      say(url, parsed.data);
      return { status: 200, body: "ok" };
    } catch (error) {
      if (error instanceof SlackFailure) {
        return { status: 400, body: error.code };
      }
      throw error;
    }
  }
}

function say(url: ResponseUrl, body: z.infer<typeof bodySchema>): void {
  const { workspace, source } = url;
  if (body.delete_original === true && source !== null) {
    workspace.removeMessage(source);
    return;
  }
  const blocks = body.blocks === undefined ? [] : checkedBlocks(body.blocks);
  if (blocks.length === 0 && (body.text ?? "") === "") {
    throw new SlackFailure("no_text");
  }
  // Clicks replace what was clicked unless the app says not to.
  if (source !== null && body.replace_original !== false) {
    source.text = body.text ?? "";
    source.blocks = blocks;
    source.edits += 1;
    return;
  }
  workspace.addMessage({
    channel: url.channel,
    user: workspace.bot.id,
    text: body.text ?? "",
    blocks,
    threadTs: body.thread_ts ?? null,
    metadata: null,
    ephemeralFor: body.response_type === "in_channel" ? null : url.user,
    files: [],
  });
}
