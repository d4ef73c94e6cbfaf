import type { TimelinePictures } from "../ask/timeline-question.ts";
import { DeliveryError } from "../errors.ts";
import type { ChatAdapter } from "../ports.ts";

/** Timelines in the chats that take pictures. What draws is loaded when one is wanted. */
export function timelinePictures(chats: readonly ChatAdapter[]): TimelinePictures {
  const chatOf = (platform: string): ChatAdapter | undefined =>
    chats.find((chat) => chat.platform === platform && chat.postPicture !== undefined);
  return {
    takenBy: (platform) => chatOf(platform) !== undefined,
    post: async (channel, thread, wanted) => {
      const chat = chatOf(channel.platform);
      if (chat?.postPicture === undefined) {
        throw new DeliveryError("invalid", `${channel.platform} takes no pictures.`);
      }
      const { drawTimeline } = await import("../picture/draw-timeline.ts");
      const { png, altText, chart } = await drawTimeline(wanted);
      const { title } = wanted;
      await chat.postPicture(
        channel,
        { png, fileName: "timeline.png", title, alternativeText: altText, chart },
        thread,
      );
      return altText;
    },
  };
}
