import type { Opening } from "../domain/opening.ts";
import { personSubject, subjectKey, vmSubject } from "../domain/silence.ts";
import type { Acknowledgement, Silence, SilenceSubject } from "../domain/silence.ts";
import { context, paragraph, strong, time } from "./build.ts";
import type { Message, MessageAction, MessageNode } from "./message.ts";

/** How long something can be silenced with one press; a command takes any length. */
export const SILENCE_LENGTHS = ["1h", "8h", "24h", "7d"] as const;

const LENGTH_LABELS: { readonly [length in (typeof SILENCE_LENGTHS)[number]]: string } = {
  "1h": "for 1 hour",
  "8h": "for 8 hours",
  "24h": "for 24 hours",
  "7d": "for 7 days",
};

/** Of a burst, so many VMs and so many people can be silenced from the message. */
const MOST_OF_A_KIND = 2;
const MOST_NAME = 40;
const MOST_SILENCES = 5;

/** What people did about a notification, and what it is called. */
export interface Reactions {
  /** Key of the notification. */
  readonly key: string;
  readonly acknowledgement: Acknowledgement | null;
  readonly silences: readonly Silence[];
}

/** What a press on an action of a notification means. */
export type NotificationAction =
  | { readonly kind: "acknowledge"; readonly key: string }
  /** The VM or the person of the opening. */
  | {
      readonly kind: "silence";
      readonly subject: SilenceSubject["kind"];
      readonly openingId: string;
      readonly length: (typeof SILENCE_LENGTHS)[number];
    };

/**
 * The notification with what people did about it, which everybody sees, and with what can be done. A
 * silence is told with beginning and end, so that what is said stays true after it.
 */
export function withReactions(
  message: Message,
  openings: readonly Opening[],
  { key, acknowledgement, silences }: Reactions,
): Message {
  const [lead, ...rest] = message.nodes;
  const said: readonly (MessageNode | undefined)[] = [
    lead,
    acknowledgement === null
      ? undefined
      : paragraph(
          "Acknowledged by ",
          strong(acknowledgement.by),
          " at ",
          time(acknowledgement.at),
          ".",
        ),
    ...latestOf(silences).map(silenceLine),
    ...rest,
  ];
  return Object.freeze({
    ...message,
    nodes: Object.freeze(said.filter((node) => node !== undefined)),
    ...(openings.length === 0 ? {} : { actions: actionsFor(key, acknowledgement, openings) }),
  });
}

/** What a pressed action and its option mean; null when they are none of a notification's. */
export function notificationAction(
  action: string,
  option: string | null,
): NotificationAction | null {
  const acknowledged = /^acknowledge (n-[0-9a-z]{12})$/.exec(action)?.[1];
  if (acknowledged !== undefined) {
    return { kind: "acknowledge", key: acknowledged };
  }
  const [, subject, openingId] = /^silence (vm|person) (o-[0-9a-z]{12})$/.exec(action) ?? [];
  const length = SILENCE_LENGTHS.find((one) => one === option);
  return openingId === undefined || length === undefined
    ? null
    : { kind: "silence", subject: subject === "vm" ? "vm" : "person", openingId, length };
}

function actionsFor(
  key: string,
  acknowledgement: Acknowledgement | null,
  openings: readonly Opening[],
): readonly MessageAction[] {
  return Object.freeze([
    ...(acknowledgement === null
      ? [{ id: `acknowledge ${key}`, label: "Acknowledge", options: [] }]
      : []),
    ...silenceActions(openings, vmSubject),
    ...silenceActions(openings, personSubject),
  ]);
}

function silenceActions(
  openings: readonly Opening[],
  subjectOf: (opening: Opening) => SilenceSubject | null,
): readonly MessageAction[] {
  const found = new Map<string, MessageAction>();
  for (const opening of openings) {
    const subject = subjectOf(opening);
    if (subject !== null && !found.has(subjectKey(subject))) {
      found.set(subjectKey(subject), {
        id: `silence ${subject.kind} ${opening.id}`,
        label: `Silence ${subject.name.length > MOST_NAME ? `this ${subject.kind}` : subject.name}`,
        options: SILENCE_LENGTHS.map((id) => ({ id, label: LENGTH_LABELS[id] })),
      });
    }
  }
  return [...found.values()].slice(0, MOST_OF_A_KIND);
}

/** Of several silences of one VM or person, the one that lasts longest. */
function latestOf(silences: readonly Silence[]): readonly Silence[] {
  const latest = new Map<string, Silence>();
  for (const silence of silences) {
    const key = subjectKey(silence.subject);
    const known = latest.get(key);
    if (known === undefined || known.until < silence.until) {
      latest.set(key, silence);
    }
  }
  return [...latest.values()].slice(0, MOST_SILENCES);
}

function silenceLine({ subject, from, until, by }: Silence): MessageNode {
  return context(
    strong(subject.name),
    " is silenced in this channel from ",
    time(from),
    " until ",
    time(until),
    ", by ",
    strong(by),
    ". What is critical rings all the same.",
  );
}
