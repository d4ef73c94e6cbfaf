import type { Finding } from "../domain/finding.ts";
import { HOUR } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { Opening } from "../domain/opening.ts";
import { portWords } from "../domain/service-port.ts";
import { code, strong, time } from "./build.ts";
import type { Pieces } from "./build.ts";
import type { Span } from "./message.ts";
import { closedWords, openedWords, sourcesWords } from "./opening-words.ts";

/** Within this length a time of day alone says which day is meant. */
const SAME_DAY: Duration = 12 * HOUR;

const NOT_ARRIVED =
  "The request behind it has not arrived yet: the log can be 20 minutes late. This message names the person when it comes.";

/** `alice@contoso.com opened RDP (3389) on vm-x to 203.0.113.7 until 17:07.` */
export function notificationSentence(opening: Opening): Pieces {
  const what = [...whatWords(opening), " to ", sourcesWords(opening)];
  return [...whoOpenedWords(opening, what), ...untilWords(opening), "."];
}

/** `alice@contoso.com opened …`; a person who is not known may become so, and is not called nobody. */
export function whoOpenedWords(opening: Opening, what: Pieces): Pieces {
  return opening.attribution.verdict === "unattributed"
    ? ["Somebody not known yet opened ", ...what]
    : openedWords(opening, what);
}

/** ` until 17:07`; nothing where no end is promised. */
export function untilWords({ promisedEnd, openedAt }: Opening): Pieces {
  return promisedEnd === null ? [] : [" until ", timeNear(promisedEnd, openedAt)];
}

/** `RDP (3389) on vm-x`, with the NSG where the log tells no VM. */
export function whatWords(opening: Opening): Pieces {
  const name = vmNameOf(opening);
  return name === null
    ? [strong(portWords(opening.port)), " in NSG ", code(opening.nsg.name)]
    : [strong(portWords(opening.port)), " on ", code(name)];
}

/** The VM's name, as far as the log tells it. */
export function vmNameOf({ vm, vmName }: Opening): string | null {
  return vm?.name ?? vmName;
}

/** The instant without its date where that is plain from `beside`. */
export function timeNear(at: Instant, beside: Instant): Span {
  return time(at, Math.abs(at - beside) <= SAME_DAY ? "time" : "date-time");
}

/** Since when it is open and how that ended, in words that stay true until the opening changes. */
export function stateWords(opening: Opening): Pieces {
  const { openedAt, openedAtExact, notBefore, closedAt, promisedEnd } = opening;
  const between: Pieces =
    openedAtExact || notBefore === null
      ? [openedAtExact ? "Opened at " : "Opened before "]
      : ["Opened between ", time(notBefore), " and "];
  const since: Pieces = [...between, time(openedAt), "; "];
  if (closedAt !== null) {
    return [...since, ...closedWords(opening, timeNear(closedAt, openedAt)), "."];
  }
  if (!opening.outcomeSeen) {
    return [...since, "whether the write succeeded is not in the log yet."];
  }
  if (opening.mayHaveClosed) {
    return [...since, "perhaps closed since: a later write does not show its rules."];
  }
  return promisedEnd !== null && isPastEnd(opening)
    ? [...since, strong("still open"), " past its end, ", timeNear(promisedEnd, openedAt), "."]
    : [...since, strong("open"), ": the log shows no end yet."];
}

/** Whether it is known to stand past its promised end. */
export function isPastEnd({ findings }: Opening): boolean {
  return findings.some(({ code }) => code === "open-past-end");
}

/** The findings in the words of a log that is still arriving. */
export function findingsAsTheyArrive({ findings }: Opening): readonly Finding[] {
  return findings.map((finding) =>
    finding.code === "no-request" ? { ...finding, text: NOT_ARRIVED } : finding,
  );
}
