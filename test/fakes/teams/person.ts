import { z } from "zod";
import { activityOf, clientInfo, eventId, written } from "./activities.ts";
import type { Scene } from "./activities.ts";
import { checkCard } from "./card-check.ts";
import { UNHEARD } from "./deliveries.ts";
import type { Activity, Delivered, Deliveries } from "./deliveries.ts";
import { CARD_TYPE, cardsOf, inputs, pressables } from "./reading.ts";
import type { Pressable } from "./reading.ts";
import { hasBot } from "./world.ts";
import type {
  FakeAttachment,
  FakeConversation,
  FakeMessage,
  FakeTenant,
  FakeUser,
} from "./world.ts";

/** What a person's acts reach. */
export interface PersonParts {
  readonly tenant: FakeTenant;
  readonly deliveries: Deliveries;
  /** The address that activities name for the bot's answers. */
  readonly serviceUrl: () => string;
  readonly now: () => number;
}

/** What a bot may answer to a button of the kind `Action.Execute`. */
const cardAnswer = z.object({
  statusCode: z.literal(200),
  type: z.literal(CARD_TYPE),
  value: z.unknown(),
});
const refreshing = z.looseObject({
  refresh: z
    .looseObject({ action: z.unknown(), userIds: z.array(z.string()).optional() })
    .optional(),
});

/** A person in front of Teams: what they type and press goes to the bot as Teams sends it. */
export class Person {
  readonly user: FakeUser;
  readonly #parts: PersonParts;

  constructor(user: FakeUser, parts: PersonParts) {
    this.user = user;
    this.#parts = parts;
  }

  /**
   * Writes a message; a mention (`@doorbell`), and anything in a personal chat, reaches the bot. With
   * `thread`, any message of a thread, it is a reply there.
   */
  async says(
    conversation: FakeConversation,
    text: string,
    options: { readonly thread?: FakeMessage; readonly extra?: Activity } = {},
  ): Promise<Delivered & { message: FakeMessage }> {
    const { tenant } = this.#parts;
    const sent = written(text, tenant);
    const message = tenant.addMessage({
      conversation: conversation.id,
      from: this.user.id,
      text: sent.text,
      thread: conversation.kind === "channel" ? rootOf(options.thread ?? null) : null,
    });
    const heard =
      hasBot(tenant, conversation) && (sent.mentionsBot || conversation.kind === "personal");
    const delivered = heard
      ? await this.#make(conversation, message.thread ?? message.id, {
          ...this.#wording(message, sent),
          type: "message",
          ...options.extra,
        })
      : UNHEARD;
    return { ...delivered, message };
  }

  /** Edits a message of their own that the bot heard of. */
  async edits(message: FakeMessage, text: string): Promise<Delivered> {
    const sent = written(text, this.#parts.tenant);
    message.text = sent.text;
    message.edits += 1;
    return this.#about(message, {
      ...this.#wording(message, sent),
      type: "messageUpdate",
      channelData: { eventType: "editMessage" },
    });
  }

  /** Deletes a message of their own that the bot heard of. */
  async deletes(message: FakeMessage): Promise<Delivered> {
    this.#parts.tenant.removeMessage(message);
    return this.#about(message, {
      type: "messageDelete",
      id: message.id,
      channelData: { eventType: "softDeleteMessage" },
    });
  }

  /** Deletes the bot's message, as owners of a team may; Teams does not tell the bot. */
  removes(message: FakeMessage): void {
    this.#parts.tenant.removeMessage(message);
  }

  /** Adds a reaction, such as `like`, to the bot's message, or takes it away. */
  async reacts(
    message: FakeMessage,
    reaction: string,
    way: "add" | "remove" = "add",
  ): Promise<Delivered> {
    return this.#about(message, {
      type: "messageReaction",
      id: this.#eventId(),
      replyToId: message.id,
      [way === "add" ? "reactionsAdded" : "reactionsRemoved"]: [{ type: reaction }],
    });
  }

  /**
   * Presses the button with that label, after filling in fields by their id. A card in the answer takes the
   * message's place for this person.
   */
  async presses(
    message: FakeMessage,
    label: string,
    fields: Readonly<Record<string, string>> = {},
  ): Promise<Delivered> {
    const [card] = cardsOf(message, this.user.id);
    const found = pressables(card);
    const button = found.find(({ title }) => title === label);
    if (button === undefined) {
      throw new Error(
        `Nothing is labelled ${label}; there is ${found.map(({ title }) => title).join(", ")}.`,
      );
    }
    const data = { ...dataOf(button), ...typedInto(card, fields) };
    switch (button.type) {
      case "Action.Execute":
        return this.#executes(message, button, data, "manual");
      case "Action.Submit":
        return this.#about(message, {
          type: "message",
          id: this.#parts.tenant.nextMessageId(),
          replyToId: message.id,
          value: data,
        });
      default:
        throw new Error(`${label} is a button of the kind ${button.type}: the bot hears nothing.`);
    }
  }

  /** Looks at a message whose card refreshes itself for this person; null where it does not. */
  async looksAt(message: FakeMessage): Promise<Delivered | null> {
    const [card] = cardsOf(message);
    const { refresh } = refreshing.parse(card);
    const meant = refresh?.userIds;
    if (refresh === undefined || (meant !== undefined && !meant.includes(this.user.id))) {
      return null;
    }
    const [action] = pressables([refresh.action]);
    if (action === undefined) {
      throw new Error("The card refreshes itself with no action.");
    }
    return this.#executes(message, action, dataOf(action), "automatic");
  }

  /** Types into the search of a message extension; an empty text is its first run. */
  async searches(
    conversation: FakeConversation,
    commandId: string,
    typed: string,
    parameter = "query",
  ): Promise<Delivered> {
    return this.#invokes(conversation, "composeExtension/query", {
      commandId,
      parameters:
        typed === ""
          ? [{ name: "initialRun", value: "true" }]
          : [{ name: parameter, value: typed }],
      queryOptions: { skip: 0, count: 25 },
    });
  }

  /** Taps a result of a search: `value` is what its preview's tap carries. */
  async selects(conversation: FakeConversation, value: unknown): Promise<Delivered> {
    return this.#invokes(conversation, "composeExtension/selectItem", value);
  }

  /** Sends a card that a message extension gave, under their own name. */
  inserts(conversation: FakeConversation, attachment: FakeAttachment): FakeMessage {
    if (attachment.contentType === CARD_TYPE) {
      refuseBadCard(attachment.content);
    }
    return this.#parts.tenant.addMessage({
      conversation: conversation.id,
      from: this.user.id,
      attachments: [attachment],
    });
  }

  /** An invoke of any name, such as one that the bot does not know. */
  async invokes(conversation: FakeConversation, name: string, value: unknown): Promise<Delivered> {
    return this.#invokes(conversation, name, value);
  }

  /** What this person sees of the bot in a conversation, the oldest first. */
  sees(conversation: FakeConversation): readonly FakeMessage[] {
    const { tenant } = this.#parts;
    return tenant.messagesIn(conversation).filter(({ from }) => from === tenant.bot.id);
  }

  async #executes(
    message: FakeMessage,
    button: Pressable,
    data: Readonly<Record<string, unknown>>,
    trigger: "manual" | "automatic",
  ): Promise<Delivered> {
    const delivered = await this.#about(message, {
      type: "invoke",
      name: "adaptiveCard/action",
      id: this.#eventId(),
      replyToId: message.id,
      value: {
        action: {
          type: "Action.Execute",
          title: button.title,
          ...(button.id === null ? {} : { id: button.id }),
          verb: button.verb,
          data,
        },
        trigger,
      },
    });
    const answer = cardAnswer.safeParse(delivered.answer);
    if (answer.success) {
      refuseBadCard(answer.data.value);
      message.views.set(this.user.id, answer.data.value);
    }
    return delivered;
  }

  async #invokes(conversation: FakeConversation, name: string, value: unknown): Promise<Delivered> {
    return this.#make(conversation, null, { type: "invoke", name, id: this.#eventId(), value });
  }

  #wording(message: FakeMessage, sent: ReturnType<typeof written>): Activity {
    return {
      id: message.id,
      textFormat: "plain",
      text: sent.text,
      attachments: [{ contentType: "text/html", content: sent.html }],
      entities: [...sent.entities, clientInfo(this.user)],
    };
  }

  /** Delivers what happens to a message, in its conversation and thread. */
  async #about(message: FakeMessage, fields: Activity): Promise<Delivered> {
    const { tenant } = this.#parts;
    const conversation = tenant.conversations.get(message.conversation);
    if (conversation === undefined) {
      throw new Error(`There is no conversation ${message.conversation}.`);
    }
    return hasBot(tenant, conversation)
      ? this.#make(conversation, message.thread ?? message.id, fields)
      : UNHEARD;
  }

  async #make(
    conversation: FakeConversation,
    thread: string | null,
    { channelData, ...fields }: Activity,
  ): Promise<Delivered> {
    const whole = activityOf(this.#scene(conversation, thread), fields);
    const data = z.record(z.string(), z.unknown());
    return this.#parts.deliveries.make({
      ...whole,
      channelData: {
        ...data.parse(whole["channelData"]),
        ...data.optional().parse(channelData),
      },
    });
  }

  #scene(conversation: FakeConversation, thread: string | null): Scene {
    const { tenant, serviceUrl, now } = this.#parts;
    return { tenant, conversation, user: this.user, serviceUrl: serviceUrl(), now: now(), thread };
  }

  #eventId(): string {
    return eventId(this.#parts.tenant.nextGuid());
  }
}

function rootOf(message: FakeMessage | null): string | null {
  return message === null ? null : (message.thread ?? message.id);
}

function dataOf({ data }: Pressable): Readonly<Record<string, unknown>> {
  return z.record(z.string(), z.unknown()).catch({}).parse(data);
}

/** What stands in the fields of a card when it is sent: what was typed, else what stood there. */
function typedInto(
  card: unknown,
  fields: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const known = inputs(card);
  const unknown = Object.keys(fields).find((id) => !known.some((input) => input.id === id));
  if (unknown !== undefined) {
    throw new Error(`The card has no field ${unknown}.`);
  }
  const filled = known.map((input) => {
    const value = fields[input.id] ?? input.value ?? "";
    const fits = input.choices.length === 0 || input.choices.some((one) => one.value === value);
    if ((value === "" && input.required) || (value !== "" && !fits)) {
      throw new Error(`Teams does not let anybody send ${JSON.stringify(value)} as ${input.id}.`);
    }
    return [input.id, value] as const;
  });
  return Object.fromEntries(filled);
}

function refuseBadCard(card: unknown): void {
  const faults = checkCard(card);
  if (faults.length > 0) {
    throw new Error(`Teams shows "Something went wrong": ${faults.join("; ")}.`);
  }
}
