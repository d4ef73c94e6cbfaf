import { z } from "zod";
import { SECOND } from "../../src/domain/instant.ts";
import type { ChannelRef, Receipt } from "../../src/domain/notification.ts";
import { DeliveryError } from "../../src/errors.ts";
import type { Picture } from "../../src/ports.ts";
import { deliveryError } from "./delivery-error.ts";
import { identityOf } from "./receipt.ts";
import { safeText } from "../chat/safe-text.ts";
import type { Workspaces } from "./workspaces.ts";

const MOST_ALTERNATIVE_TEXT = 1000;
const MOST_TITLE = 200;
const UPLOAD_TIMEOUT = 30 * SECOND;

const place = z.object({ upload_url: z.string(), file_id: z.string() });

/**
 * Uploads a picture and shares it in a channel, with its alternative text. Slack shows it when it has
 * looked at the file, and gives no receipt of the message.
 *
 * @throws DeliveryError `unknown` only when the last step, which shares the picture, has no answer.
 */
export async function uploadPicture(
  workspaces: Workspaces,
  channel: ChannelRef,
  picture: Picture,
  thread: Receipt | null,
): Promise<void> {
  try {
    const { client } = await workspaces.of(channel.workspace);
    const alternativeText = cut(picture.alternativeText, MOST_ALTERNATIVE_TEXT);
    const { upload_url, file_id } = await beforeSharing(async () =>
      // Slack documents `alt_txt`; its own library sends `alt_text`.
      place.parse(
        await client.apiCall("files.getUploadURLExternal", {
          filename: picture.fileName,
          length: picture.png.byteLength,
          alt_txt: alternativeText,
          alt_text: alternativeText,
        }),
      ),
    );
    await beforeSharing(async () => uploadBytes(upload_url, picture.png));
    await client.files.completeUploadExternal({
      files: [{ id: file_id, title: cut(picture.title, MOST_TITLE) }],
      channel_id: channel.channel,
      ...(thread === null ? {} : { thread_ts: identityOf(thread).ts }),
    });
  } catch (error) {
    throw deliveryError(error);
  }
}

/** Nothing is shown before the last step, whatever becomes of the ones before it. */
async function beforeSharing<Result>(step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    const known = deliveryError(error);
    throw known.fault === "unknown"
      ? new DeliveryError("not-sent", known.message, { cause: error })
      : known;
  }
}

async function uploadBytes(url: string, bytes: Uint8Array): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: Buffer.from(bytes),
    redirect: "error",
    signal: AbortSignal.timeout(UPLOAD_TIMEOUT),
  });
  if (!response.ok) {
    throw new DeliveryError(
      "not-sent",
      `Slack did not take the picture (HTTP status ${response.status}).`,
    );
  }
}

function cut(text: string, most: number): string {
  const safe = safeText(text);
  return safe.length <= most ? safe : `${safe.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
