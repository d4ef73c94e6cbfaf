import { DateTime } from "luxon";
import type { Inline, Span } from "./message.ts";

/**
 * Running text without markup, for summaries, logs and screen readers. Times are in `zone`, which the
 * text names by its offset.
 */
export function plainText(content: Inline, zone: string): string {
  return content.map((span) => plainSpan(span, zone)).join("");
}

function plainSpan(span: Span, zone: string): string {
  switch (span.kind) {
    case "text":
    case "strong":
    case "code":
      return span.text;
    case "person":
      return span.name;
    case "link":
      return span.label;
    case "time": {
      const at = DateTime.fromMillis(span.at, { zone });
      const offset = at.offset === 0 ? "'UTC'" : "ZZ";
      return at.toFormat(
        span.style === "time"
          ? `HH:mm ${offset}`
          : `yyyy-MM-dd HH:mm${span.style === "exact" ? ":ss" : ""} ${offset}`,
      );
    }
  }
}
