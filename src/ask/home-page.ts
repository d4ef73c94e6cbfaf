import type { HomeVisit } from "../domain/chat.ts";
import type { ChannelSubscription } from "../domain/notification.ts";
import type { Opening } from "../domain/opening.ts";
import {
  choices,
  code,
  context,
  heading,
  inline,
  list,
  message,
  paragraph,
  time,
} from "../message/build.ts";
import type { Message } from "../message/message.ts";
import { openedWords, sourcesWords } from "../message/opening-words.ts";
import { filterWords } from "./channel-subscriptions.ts";

/** A page of a chat is no list to work through. */
const MOST_OPEN = 10;
const MOST_SUBSCRIPTIONS = 10;

/** What the program's own page in a chat tells of. */
export interface HomeFacts {
  /** Those that stand, in a trail's order. */
  readonly standing: readonly Opening[];
  readonly subscriptions: readonly ChannelSubscription[];
}

/** The program's own page in a chat: what is open now, who hears of what, and how to ask. */
export function homePage(
  { user, channel }: HomeVisit,
  { standing, subscriptions }: HomeFacts,
): Message {
  const summary =
    standing.length === 0
      ? "Nothing is open, as far as the log is known."
      : standing.length === 1
        ? "1 opening stands."
        : `${standing.length} openings stand.`;
  const newest = standing.toReversed().slice(0, MOST_OPEN);
  const more = standing.length - newest.length;
  const own = subscriptions.filter(
    (one) =>
      one.channel.platform === channel.platform &&
      one.channel.workspace === channel.workspace &&
      (one.channel.channel === channel.channel || one.createdBy === user.name),
  );
  return message("info", summary, [
    heading("Open now"),
    paragraph(summary),
    newest.length === 0 ? null : list(newest.map(line)),
    more > 0 ? context(`and ${more} older ones.`) : null,
    choices("Ask:", ["what is open", "what is open to any source", "what never closed", "status"]),
    heading("Notifications"),
    own.length === 0
      ? paragraph(
          "You wished for none. Say “notify here” in a channel to hear of new openings there.",
        )
      : list(own.slice(0, MOST_SUBSCRIPTIONS).map(subscriptionLine)),
    heading("Help"),
    paragraph(
      "Ask in a channel or here: who opened a port of a VM, when, from where, why and until when.",
    ),
    choices("More:", ["help", "help times", "help names"]),
  ]);
}

function line(opening: Opening): ReturnType<typeof inline> {
  const { vm, vmName, nsg, port, openedAt, promisedEnd } = opening;
  const ports = port.from === port.to ? String(port.from) : `${port.from}-${port.to}`;
  const name = vm?.name ?? vmName ?? `NSG ${nsg.name}`;
  return inline(
    ...openedWords(opening, [`port ${ports} on `, code(name), ` to ${sourcesWords(opening)}`]),
    " at ",
    time(openedAt),
    promisedEnd === null ? null : ", until ",
    promisedEnd === null ? null : time(promisedEnd),
  );
}

function subscriptionLine({ id, channel, filter }: ChannelSubscription): ReturnType<typeof inline> {
  return inline(code(id), `: ${filterWords(filter)}, in channel `, code(channel.channel));
}
