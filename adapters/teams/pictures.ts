import { randomBytes } from "node:crypto";
import { DAY } from "../../src/domain/instant.ts";
import type { Duration, Instant } from "../../src/domain/instant.ts";
import type { ChannelRef, Receipt } from "../../src/domain/notification.ts";
import type { Clock, Picture } from "../../src/ports.ts";
import type { Conversations } from "./conversations.ts";
import { deliveryError } from "./delivery-error.ts";
import type { Posting } from "./posting.ts";
import { identityOf } from "./receipt.ts";
import { DATA_URI, renderPicture } from "./render/picture-card.ts";
import type { TeamsSettings } from "./settings.ts";

/** Teams keeps a copy of what it showed; a client that comes later than this may show the words alone. */
const KEPT_FOR: Duration = 7 * DAY;
/** Teams shows pictures of up to 1 MB. */
const MOST_INSIDE = 1024 * 1024;
const MOST_BYTES = 32 * 1024 * 1024;
const NAME = /^[\w-]{32}\.png$/;

/** Pictures that Teams may fetch, each under a name that nobody guesses. They go when the process does. */
export class PictureShelf {
  readonly #clock: Clock;
  readonly #pictures = new Map<string, { readonly png: Uint8Array; readonly until: Instant }>();
  #bytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps a picture, for which the oldest make room; returns its name. */
  put(png: Uint8Array): string {
    const name = `${randomBytes(24).toString("base64url")}.png`;
    this.#pictures.set(name, { png, until: this.#clock.now() + KEPT_FOR });
    this.#bytes += png.byteLength;
    for (const [oldest, { png: old, until }] of this.#pictures) {
      const fits = this.#bytes <= MOST_BYTES && until > this.#clock.now();
      if (fits || oldest === name) {
        break;
      }
      this.#pictures.delete(oldest);
      this.#bytes -= old.byteLength;
    }
    return name;
  }

  /** The picture of that name; null when there is none (any more). */
  get(name: string): Uint8Array | null {
    const kept = NAME.test(name) ? this.#pictures.get(name) : undefined;
    return kept === undefined || kept.until <= this.#clock.now() ? null : kept.png;
  }
}

/** What pictures are posted with. */
export interface PictureParts {
  readonly settings: Pick<TeamsSettings, "publicUrl">;
  readonly conversations: Conversations;
  readonly posting: Posting;
  readonly shelf: PictureShelf;
}

/**
 * Posts a picture on a card. It travels inside, which Teams does not count against a message's size. Where
 * Teams refuses that, it may fetch the picture from this process: behind a load balancer all requests for
 * pictures must reach it then; else, and after a restart, clients show the alternative text. Where it can
 * fetch nothing, the card says in words what the picture shows.
 * Sources: https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/format-your-bot-messages (sizes),
 * https://pnp.github.io/blog/post/display-images-in-adaptive-cards (data URIs)
 *
 * @throws DeliveryError
 */
export async function postPicture(
  channel: ChannelRef,
  picture: Picture,
  thread: Receipt | null,
  { settings, conversations, posting, shelf }: PictureParts,
): Promise<void> {
  const conversation = await conversations.of(channel);
  const root = thread === null ? null : identityOf(thread).root;
  const post = async (imageUrl: string | null): Promise<void> => {
    await posting.post(conversation, root, renderPicture({ picture, imageUrl }));
  };
  const { png } = picture;
  if (png.byteLength <= MOST_INSIDE) {
    try {
      await post(`${DATA_URI}${Buffer.from(png).toString("base64")}`);
      return;
    } catch (error) {
      if (deliveryError(error).fault !== "invalid") {
        throw error;
      }
    }
  }
  const { publicUrl } = settings;
  await post(
    publicUrl?.startsWith("https:") === true
      ? `${publicUrl.replace(/\/$/, "")}/pictures/${shelf.put(png)}`
      : null,
  );
}
