import { DAY, HOUR, MINUTE, durationText } from "../domain/instant.ts";
import type { Duration } from "../domain/instant.ts";
import { nearestNames, QuestionSyntaxError, quoted } from "./question-problem.ts";
import type { QuestionContext } from "./question-context.ts";
import { parseLength } from "./time-length.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** What people of a channel say about its notifications. */
export type ReactionCommand =
  /** `acknowledge n-0123456789ab`, or the identity of an opening that a notification tells of. */
  | { readonly kind: "acknowledge"; readonly id: string }
  /** `silence vm-x for 8h`, `silence person alice@contoso.com for 2 days`. */
  | {
      readonly kind: "silence";
      /** `name` when it was not said whether a VM or a person is meant. */
      readonly subject: "vm" | "person" | "name";
      /** As typed: hostile text. */
      readonly text: string;
      readonly length: Duration;
    }
  /** `silences`. */
  | { readonly kind: "silences" }
  /** `end silence q-0123456789ab`. */
  | { readonly kind: "end-silence"; readonly id: string };

/** Nobody means to hear nothing for longer. */
const LONGEST: Duration = 30 * DAY;
const EXAMPLE = "silence vm-x for 8h";
const NOTIFICATION_ID = /^[no]-[0-9a-z]{12}$/i;
const SILENCE_ID = /^q-[0-9a-z]{12}$/i;

/**
 * Parses a command about notifications; null when none begins here.
 *
 * @throws QuestionSyntaxError when one begins and is not complete.
 */
export function parseReaction(
  cursor: TokenCursor,
  context: QuestionContext,
): ReactionCommand | null {
  if (cursor.accept("acknowledge|ack")) {
    const meaning =
      "Which notification? Say acknowledge with the identity of an opening that it tells of, such as acknowledge o-0123456789ab.";
    return { kind: "acknowledge", id: takeId(cursor, NOTIFICATION_ID, meaning) };
  }
  if (cursor.accept("silences") || cursor.accept("list|show silences")) {
    return { kind: "silences" };
  }
  if (
    cursor.accept("end|stop|remove|cancel silence") ||
    cursor.accept("end|stop|remove|cancel the silence") ||
    cursor.accept("unsilence|unmute")
  ) {
    const meaning = "Which silence? Say “silences” to see them with their identities.";
    return { kind: "end-silence", id: takeId(cursor, SILENCE_ID, meaning) };
  }
  return cursor.accept("silence|mute") ? parseSilence(cursor, context) : null;
}

function takeId(cursor: TokenCursor, form: RegExp, wrong: string): string {
  const token = cursor.peek();
  if (token === undefined || !form.test(token.text)) {
    throw new QuestionSyntaxError(
      token === undefined ? "missing-word" : "unknown-word",
      wrong,
      token ?? null,
    );
  }
  cursor.skip();
  return token.text.toLowerCase();
}

function parseSilence(cursor: TokenCursor, context: QuestionContext): ReactionCommand {
  const subject = subjectKind(cursor);
  const token = cursor.peek();
  if (token === undefined || token.word === "for") {
    throw new QuestionSyntaxError(
      "missing-word",
      `Whom? Name a VM or a person, for example: ${EXAMPLE}.`,
      token ?? null,
    );
  }
  cursor.skip();
  if (!cursor.accept("for")) {
    const next = cursor.peek();
    const names = [...context.names.vms, ...context.names.people];
    throw new QuestionSyntaxError(
      next === undefined ? "missing-word" : "unknown-word",
      `For how long is ${quoted(token.text)} to be silenced? For example: ${EXAMPLE}. Names with blanks need quotes.`,
      next ?? null,
      next === undefined ? [] : nearestNames(next.text, ["for", ...names]),
    );
  }
  return { kind: "silence", subject, text: token.text, length: takeLength(cursor) };
}

/** A word before the name says what it names; a name may be such a word itself. */
function subjectKind(cursor: TokenCursor): "vm" | "person" | "name" {
  const namesNext = cursor.word(1) !== "for" && cursor.peek(1) !== undefined;
  if (namesNext && cursor.accept("vm|machine|server")) {
    return "vm";
  }
  return namesNext && cursor.accept("person|user") ? "person" : "name";
}

function takeLength(cursor: TokenCursor): Duration {
  const first = cursor.peek();
  const words: string[] = [];
  for (let token = cursor.peek(); token !== undefined; token = cursor.peek()) {
    words.push(token.text.toLowerCase());
    cursor.skip();
  }
  const length = parseLength(words.join(" "));
  const unit = length === null ? undefined : UNITS[length.unit];
  if (length === null || unit === undefined) {
    throw new QuestionSyntaxError(
      first === undefined ? "missing-word" : "bad-time",
      `For how long? Say minutes, hours, days or weeks, for example: ${EXAMPLE}.`,
      first ?? null,
    );
  }
  const duration = length.count * unit;
  if (duration > LONGEST) {
    throw new QuestionSyntaxError(
      "bad-time",
      `Nothing is silenced for longer than ${durationText(LONGEST)}.`,
      first ?? null,
    );
  }
  return duration;
}

const UNITS: { readonly [unit: string]: Duration } = {
  minutes: MINUTE,
  hours: HOUR,
  days: DAY,
  weeks: 7 * DAY,
};
