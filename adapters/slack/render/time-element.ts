import type { types } from "@slack/bolt";
import type { TimeSpan } from "../../../src/message/message.ts";
import { utcText } from "../../chat/utc-text.ts";

/** Times outside of these Slack might not show. */
const EARLIEST = Date.UTC(1971, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

/** Slack's date tokens: https://docs.slack.dev/messaging/formatting-message-text (date formatting) */
const FORMATS: { readonly [style in TimeSpan["style"]]: string } = {
  time: "{time}",
  "date-time": "{date_short_pretty} {time}",
  exact: "{date_num} {time_secs}",
};

/** An instant in the reader's own zone, with UTC beside it. */
export function timeElements(span: TimeSpan): readonly types.RichTextElement[] {
  if (!showable(span)) {
    return [{ type: "text", text: utcText(span) }];
  }
  return [
    {
      type: "date",
      timestamp: Math.floor(span.at / 1000),
      format: FORMATS[span.style],
      fallback: utcText(span),
    },
    { type: "text", text: ` (${utcText(span)})` },
  ];
}

/** The same as markup. */
export function timeMarkup(span: TimeSpan): string {
  const utc = utcText(span);
  return showable(span)
    ? `<!date^${Math.floor(span.at / 1000)}^${FORMATS[span.style]}|${utc}> (${utc})`
    : utc;
}

function showable({ at }: TimeSpan): boolean {
  return at >= EARLIEST && at < LATEST;
}
