import { randomBytes } from "node:crypto";
import { DAY } from "../../src/domain/instant.ts";
import type { Duration, Instant } from "../../src/domain/instant.ts";
import type { ChannelRef, Receipt } from "../../src/domain/notification.ts";
import { DeliveryError } from "../../src/errors.ts";
import type { Clock, Picture } from "../../src/ports.ts";
import type { Conversations } from "./conversations.ts";
import type { Posting } from "./posting.ts";
import { identityOf } from "./receipt.ts";
import type { AdaptiveCard } from "./render/card.ts";
import { cutTo, literal, safeText } from "./render/safe-text.ts";
import { MOST_CARD, weightOf } from "./render/weight.ts";
import type { TeamsSettings } from "./settings.ts";

/** Teams keeps a copy of what it showed; a client that comes later than this may show the words alone. */
const KEPT_FOR: Duration = 7 * DAY;
const MOST_BYTES = 32 * 1024 * 1024;
const MOST_ALTERNATIVE_TEXT = 1000;
const MOST_TITLE = 200;
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
 * Posts a picture on a card. A small one travels inside the card; others are fetched by Teams from this
 * process, so that behind a load balancer all requests for pictures must reach it: else, and after a
 * restart, clients show the alternative text.
 * Source: https://pnp.github.io/blog/post/display-images-in-adaptive-cards (data URIs in Teams' cards)
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
  const inside = pictureCard(
    picture,
    `data:image/png;base64,${Buffer.from(picture.png).toString("base64")}`,
  );
  const card =
    weightOf(inside) <= MOST_CARD
      ? inside
      : pictureCard(picture, urlOf(settings.publicUrl, shelf.put(picture.png)));
  await posting.post(conversation, root, { card, summary: titleOf(picture) });
}

function urlOf(publicUrl: string | null, name: string): string {
  if (publicUrl?.startsWith("https:") !== true) {
    throw new DeliveryError(
      "invalid",
      "Teams fetches pictures of this size itself: set `teams.http.public-url` to the https: address under which it reaches Doorbell",
    );
  }
  return `${publicUrl.replace(/\/$/, "")}/pictures/${name}`;
}

function pictureCard(picture: Picture, url: string): AdaptiveCard {
  const altText = cutTo(safeText(picture.alternativeText), MOST_ALTERNATIVE_TEXT);
  const title = titleOf(picture);
  return {
    type: "AdaptiveCard",
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    version: "1.5",
    fallbackText: title,
    body: [
      { type: "RichTextBlock", inlines: [{ type: "TextRun", text: title, weight: "Bolder" }] },
      { type: "Image", url, altText, size: "Stretch" },
    ],
    msteams: { width: "Full", entities: [] },
  };
}

function titleOf({ title }: Picture): string {
  return cutTo(literal(safeText(title)), MOST_TITLE);
}
