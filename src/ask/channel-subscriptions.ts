import type { IncomingQuestion } from "../domain/chat.ts";
import type { Instant } from "../domain/instant.ts";
import type { ChannelSubscription, NotificationFilter } from "../domain/notification.ts";
import { portText } from "../domain/security-rule.ts";
import { shortId } from "../domain/short-id.ts";
import { choices, code, inline, list, message, paragraph, time } from "../message/build.ts";
import type { Message } from "../message/message.ts";
import type { ConversationStore } from "../ports.ts";
import type { ChatCommand } from "./chat-command.ts";
import type { ReactionCommand } from "./reaction-command.ts";

/** Who wished for the subscriptions of the configuration. */
export const CONFIGURATION = "configuration";

const RETURNING =
  "What stands under notifications in the configuration begins again when Doorbell starts: take it out there.";

/** Does what a channel was told to, and says what it did. */
export async function obey(
  command: Exclude<ChatCommand, ReactionCommand | { readonly kind: "timeline" }>,
  incoming: IncomingQuestion,
  store: ConversationStore,
  now: Instant,
): Promise<Message> {
  const { channel, user } = incoming;
  switch (command.kind) {
    case "subscribe": {
      const known = await ofChannel(store, incoming);
      const id = subscriptionId(channel, command.filter);
      const words = filterWords(command.filter);
      if (known.some((one) => one.id === id)) {
        return said("info", `This channel already hears of ${words}.`, subscriptionList(known));
      }
      const createdBy = user.name;
      await store.subscribe({ id, channel, filter: command.filter, createdAt: now, createdBy });
      return message("info", `From now on this channel hears of ${words}.`, [
        paragraph(`From now on this channel hears of ${words}.`),
        paragraph("What is open already does not ring. Subscription: ", code(id), "."),
        choices("To end it:", [`stop notifying ${id}`]),
      ]);
    }
    case "unsubscribe": {
      const ended = (await ofChannel(store, incoming)).filter(
        ({ id }) => command.id === null || command.id === id,
      );
      const count = await store.unsubscribe(channel, command.id);
      if (count === 0) {
        const text =
          command.id === null
            ? "This channel has no subscription."
            : `This channel has no subscription ${command.id}.`;
        return said("warning", text, subscriptionList(await ofChannel(store, incoming)));
      }
      const text =
        count === 1 ? "Ended 1 subscription of this channel." : `Ended ${count} subscriptions.`;
      const returning = ended.filter(({ createdBy }) => createdBy === CONFIGURATION).length;
      return said("info", text, returning === 0 ? [] : [paragraph(RETURNING)]);
    }
    case "subscriptions": {
      const known = await ofChannel(store, incoming);
      return known.length === 0
        ? message("info", "This channel has no subscription.", [
            paragraph("This channel has no subscription."),
            choices("To hear of new openings:", ["notify here"]),
          ])
        : said("info", "What this channel hears of:", subscriptionList(known));
    }
  }
}

/** The identity of a channel's subscription: the same wish is not kept twice. */
export function subscriptionId(
  channel: ChannelSubscription["channel"],
  filter: NotificationFilter,
): string {
  return shortId("s", [channel.platform, channel.workspace, channel.channel, filterWords(filter)]);
}

async function ofChannel(
  store: ConversationStore,
  { channel }: IncomingQuestion,
): Promise<readonly ChannelSubscription[]> {
  const all = await store.channelSubscriptions();
  return all.filter(
    (one) =>
      one.channel.platform === channel.platform &&
      one.channel.workspace === channel.workspace &&
      one.channel.channel === channel.channel,
  );
}

function said(severity: "info" | "warning", text: string, nodes: Message["nodes"]): Message {
  return message(severity, text, [paragraph(text), ...nodes]);
}

function subscriptionList(known: readonly ChannelSubscription[]): Message["nodes"] {
  return known.length === 0
    ? []
    : [
        list(
          known.map((one) =>
            inline(
              code(one.id),
              `: ${filterWords(one.filter)}, since `,
              time(one.createdAt),
              `, wished by ${one.createdBy}`,
            ),
          ),
        ),
      ];
}

/** The filter in words, such as `every new JIT opening of port 3389 on vm-*`. */
export function filterWords(filter: NotificationFilter): string {
  const [kind = "jit", other] = filter.kinds;
  const kinds = other !== undefined ? "" : kind === "jit" ? "JIT " : "direct ";
  const { ports, vms, resourceGroups, azureSubscriptions, verdicts, findings } = filter;
  return [
    `every new ${kinds}opening`,
    ports.length === 0 ? "" : `of port ${ports.map(portText).join(" or ")}`,
    vms.length === 0 ? "" : `on ${vms.join(" or ")}`,
    resourceGroups.length === 0 ? "" : `in resource group ${resourceGroups.join(" or ")}`,
    azureSubscriptions.length === 0
      ? ""
      : `in Azure subscription ${azureSubscriptions.join(" or ")}`,
    verdicts.length === 0 ? "" : `whose verdict is ${verdicts.join(" or ")}`,
    findings.length === 0 ? "" : `with the finding ${findings.join(" or ")}`,
  ]
    .filter((part) => part !== "")
    .join(" ");
}
