import type { IncomingAction } from "../domain/chat.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import { DAY, HOUR } from "../domain/instant.ts";
import type { ChannelRef } from "../domain/notification.ts";
import { shortId } from "../domain/short-id.ts";
import { personSubject, subjectKey, vmSubject } from "../domain/silence.ts";
import type { Silence, SilenceSubject } from "../domain/silence.ts";
import {
  choices,
  code,
  inline,
  list,
  message,
  notice,
  paragraph,
  strong,
  time,
} from "../message/build.ts";
import type { Message } from "../message/message.ts";
import { notificationAction } from "../message/notification-reactions.ts";
import type { SILENCE_LENGTHS } from "../message/notification-reactions.ts";
import type { Store } from "../ports.ts";
import type { ReactionCommand } from "./reaction-command.ts";
import { matchSubject } from "./silence-subject.ts";
import { WHOLE_TRAIL } from "./trail-query.ts";

/** The part of the store that reactions work on. */
export type ReactionStore = Pick<
  Store,
  "acknowledge" | "silence" | "silences" | "endSilence" | "announced" | "names" | "trail"
>;

/** Who reacts, where and when. */
export interface Reacting {
  readonly channel: ChannelRef;
  readonly user: IncomingAction["user"];
  readonly now: Instant;
}

const LENGTHS: { readonly [length in (typeof SILENCE_LENGTHS)[number]]: Duration } = {
  "1h": HOUR,
  "8h": 8 * HOUR,
  "24h": DAY,
  "7d": 7 * DAY,
};

/** Does what a pressed button of a notification says; whatever it carries is checked first. */
export async function obeyAction(
  { action, option }: Pick<IncomingAction, "action" | "option">,
  reacting: Reacting,
  store: ReactionStore,
): Promise<Message> {
  const meant = notificationAction(action, option);
  switch (meant?.kind) {
    case undefined:
      return said("warning", "Doorbell does not know what this button was for. Nothing was done.");
    case "acknowledge":
      return acknowledge(meant.key, reacting, store);
    case "silence": {
      const { openings } = await store.trail({ ...WHOLE_TRAIL, openingId: meant.openingId });
      const opening = openings.find(({ id }) => id === meant.openingId);
      const isTold = (await announcedIn(reacting.channel, meant.openingId, store)) !== null;
      const subjectOf = meant.subject === "vm" ? vmSubject : personSubject;
      const subject = opening === undefined || !isTold ? null : subjectOf(opening);
      return subject === null
        ? said(
            "warning",
            "Later facts changed what this button was for. Nothing was silenced; use the buttons of the message as it is now.",
          )
        : silenceFor(subject, LENGTHS[meant.length], reacting, store);
    }
  }
}

/** Does what a command about notifications says. */
export async function obeyReaction(
  command: ReactionCommand,
  reacting: Reacting,
  store: ReactionStore,
): Promise<Message> {
  switch (command.kind) {
    case "acknowledge": {
      const { id } = command;
      const key = id.startsWith("n-") ? id : await announcedIn(reacting.channel, id, store);
      return key === null ? noNotification(id) : acknowledge(key, reacting, store);
    }
    case "silence": {
      const match = await matchSubject(command, store, reacting.now);
      switch (match.kind) {
        case "found":
          return silenceFor(match.subject, command.length, reacting, store);
        case "several":
          return choiceOf(match.words, command.length);
        case "none":
          return nobody(command, match.nearest);
      }
    }
    case "silences":
      return listed(await lasting(reacting, store));
    case "end-silence": {
      const { channel, now } = reacting;
      return (await store.endSilence(channel, command.id, now))
        ? said("info", "The silence has ended: what opens from now on rings in this channel again.")
        : message("warning", `No silence ${command.id} lasts in this channel.`, [
            paragraph("No silence ", code(command.id), " lasts in this channel."),
            choices("To see those that last:", ["silences"]),
          ]);
    }
  }
}

async function acknowledge(
  key: string,
  { channel, user, now }: Reacting,
  store: ReactionStore,
): Promise<Message> {
  const mine = { by: user.name, at: now };
  const counts = await store.acknowledge(channel, key, mine);
  if (counts === null) {
    return noNotification(key);
  }
  return counts.by === mine.by && counts.at === mine.at
    ? said("info", "Acknowledged. The notification now says to everybody that you look after it.")
    : message("info", `${counts.by} acknowledged it before.`, [
        paragraph(strong(counts.by), " acknowledged it before, at ", time(counts.at), "."),
      ]);
}

/** Key of the channel's notification that tells of the opening; null where there is none. */
async function announcedIn(
  { platform, workspace, channel }: ChannelRef,
  openingId: string,
  store: ReactionStore,
): Promise<string | null> {
  const found = (await store.announced([openingId])).find(
    (one) =>
      one.channel.platform === platform &&
      one.channel.workspace === workspace &&
      one.channel.channel === channel,
  );
  return found?.key ?? null;
}

async function silenceFor(
  subject: SilenceSubject,
  length: Duration,
  { channel, user, now }: Reacting,
  store: ReactionStore,
): Promise<Message> {
  const { platform, workspace, channel: name } = channel;
  const parts = [platform, workspace, name, subjectKey(subject), String(now), String(length)];
  const id = shortId("q", parts);
  const until = now + length;
  await store.silence({ id, channel, subject, from: now, until, by: user.name }, now);
  const about = subject.kind === "vm" ? "Openings of " : "What is opened by ";
  return message("info", `${subject.name} is silenced in this channel.`, [
    paragraph(
      about,
      strong(subject.name),
      ", from now on and until ",
      time(until),
      ", will not ring in this channel, not later either. What is critical rings all the same.",
    ),
    choices("To end it:", [`end silence ${id}`]),
  ]);
}

async function lasting(
  { channel: { platform, workspace, channel }, now }: Reacting,
  store: ReactionStore,
): Promise<readonly Silence[]> {
  return (await store.silences(now)).filter(
    (one) =>
      one.channel.platform === platform &&
      one.channel.workspace === workspace &&
      one.channel.channel === channel,
  );
}

function listed(silences: readonly Silence[]): Message {
  if (silences.length === 0) {
    return said("info", "Nothing is silenced in this channel.");
  }
  const summary = "What is silenced in this channel:";
  return message("info", summary, [
    paragraph(summary),
    list(
      silences.map(({ id, subject, from, until, by }) =>
        inline(
          code(id),
          ": ",
          strong(subject.name),
          " until ",
          time(until),
          `, wished by ${by} at `,
          time(from),
        ),
      ),
    ),
    choices(
      "To end one:",
      silences.map(({ id }) => `end silence ${id}`),
    ),
  ]);
}

function choiceOf(words: readonly string[], length: Duration): Message {
  const summary = "Several have this name. Which one?";
  const hours = length % HOUR === 0 ? `${length / HOUR}h` : `${Math.round(length / 60_000)}m`;
  return message("warning", summary, [
    notice("warning", summary),
    choices(
      "Silence:",
      words.map((one) => `silence ${one} for ${hours}`),
    ),
  ]);
}

function nobody(
  { subject, text }: { subject: string; text: string },
  near: readonly string[],
): Message {
  const what = subject === "vm" ? "VM" : subject === "person" ? "person" : "VM and no person";
  const summary = `The log knows no ${what} called “${text}”.`;
  return message("warning", summary, [
    notice("warning", summary),
    near.length === 0 ? null : paragraph("The nearest names: ", near.join(", "), "."),
  ]);
}

function noNotification(id: string): Message {
  return message("warning", `This channel has no notification ${id}.`, [
    notice("warning", "This channel has no notification ", code(id), "."),
  ]);
}

function said(severity: "info" | "warning", text: string): Message {
  return message(severity, text, [paragraph(text)]);
}
