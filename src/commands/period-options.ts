import type { Moment } from "../ask/moment.ts";
import type { Instant } from "../domain/instant.ts";
import type { Period } from "../domain/question.ts";
import { DoorbellError } from "../errors.ts";
import type { TrailOptions } from "./options.ts";

/**
 * The period that `--since` and `--until` mean; null when neither is given.
 *
 * @throws DoorbellError `usage` when one is not a time, or the end lies before the beginning.
 */
export async function readPeriod(
  options: Pick<TrailOptions, "since" | "until">,
  zone: string,
  now: Instant,
): Promise<Period | null> {
  if (options.since === undefined && options.until === undefined) {
    return null;
  }
  const { parseMoment } = await import("../ask/moment.ts");
  const read = (name: string, text: string | undefined): Moment | null => {
    if (text === undefined) {
      return null;
    }
    const moment = parseMoment(text.toLowerCase(), { now, zone });
    if (moment === null) {
      const hint = "Use a time such as 2026-11-20, 'yesterday', 'friday 14:00' or '3 hours ago'.";
      throw new DoorbellError("usage", `--${name} ${text}: not a time. ${hint}`);
    }
    return moment;
  };
  const from = read("since", options.since)?.from ?? null;
  const end = read("until", options.until);
  // Until friday means the whole of friday; until 12:00 does not mean the minute after it.
  const to = end === null ? null : end.hasClock ? end.from : end.to;
  if (from !== null && to !== null && from >= to) {
    throw new DoorbellError("usage", "--until lies before --since: no opening can fit.");
  }
  return from === null && to === null ? null : { from, to };
}
