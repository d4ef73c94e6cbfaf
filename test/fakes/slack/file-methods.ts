import { z } from "zod";
import { SlackFailure } from "./failure.ts";
import { postableChannel, required, structured } from "./method.ts";
import type { Method } from "./method.ts";

const MOST_ALTERNATIVE_TEXT = 1000;
const filesSchema = z
  .array(z.strictObject({ id: z.string(), title: z.string().optional() }))
  .min(1);

/** The methods that upload files; the bytes go to the upload URL in between. */
export const FILE_METHODS: Readonly<Record<string, Method>> = {
  "files.getUploadURLExternal": {
    kind: "bot",
    scopes: () => ["files:write"],
    run: (call) => {
      const length = Number(required(call, "length"));
      const alternativeText = call.args["alt_txt"] ?? null;
      if (alternativeText !== null && alternativeText.length > MOST_ALTERNATIVE_TEXT) {
        throw new SlackFailure("alt_txt_too_large");
      }
      const id = call.workspace.nextId("F");
      call.workspace.files.set(id, {
        id,
        name: required(call, "filename"),
        length,
        alternativeText,
        bytes: null,
        title: null,
      });
      return { file_id: id, upload_url: `${call.origin}/upload/v1/${call.workspace.team}/${id}` };
    },
  },
  "files.completeUploadExternal": {
    kind: "bot",
    scopes: () => ["files:write"],
    run: (call) => {
      const files = filesSchema.parse(structured(call, "files"));
      for (const { id, title } of files) {
        const file = call.workspace.files.get(id);
        if (file === undefined || file.bytes === null) {
          throw new SlackFailure("file_not_found");
        }
        file.title = title ?? null;
      }
      if (call.args["channel_id"] !== undefined) {
        const channel = postableChannel({
          ...call,
          args: { ...call.args, channel: call.args["channel_id"] },
        });
        call.workspace.addMessage({
          channel: channel.id,
          user: call.workspace.bot.id,
          text: call.args["initial_comment"] ?? "",
          blocks: [],
          threadTs: call.args["thread_ts"] ?? null,
          metadata: null,
          ephemeralFor: null,
          files: files.map(({ id }) => id),
        });
      }
      return { files: files.map(({ id }) => ({ id })) };
    },
  },
};
