import { createHash } from "node:crypto";
import { HOUR, SECOND } from "../../src/domain/instant.ts";
import type { Duration } from "../../src/domain/instant.ts";
import type { Receipt } from "../../src/domain/notification.ts";
import { DeliveryError } from "../../src/errors.ts";
import { code, context, message as messageOf, notice } from "../../src/message/build.ts";
import type { Message } from "../../src/message/message.ts";
import type { ChatHandlers, Clock, Log } from "../../src/ports.ts";
import { ExpiringCache } from "../chat/expiring-cache.ts";
import { refusal } from "./access.ts";
import type { Arrival } from "./incoming.ts";
import type { People, TeamsPerson } from "./people.ts";
import type { Posting } from "./posting.ts";
import { PLATFORM, receiptOf } from "./receipt.ts";
import { renderPages } from "./render/render.ts";
import type { Rendered } from "./render/render.ts";
import type { TeamsSettings } from "./settings.ts";
import { withoutSecrets } from "./without-secrets.ts";

/** After so long without an answer, the asker is shown that it comes. */
const PATIENCE: Duration = 0.7 * SECOND;
/** How long the further pages of an answer can be turned to. */
const PAGES_FOR = 2 * HOUR;
const MOST_ANSWERS = 500;
/** An answer waits no longer for Teams to count fewer calls. */
const MOST_PAUSE = 60 * SECOND;

/** What a question is answered with. */
export interface QuestionParts {
  readonly settings: TeamsSettings;
  readonly people: People;
  readonly posting: Posting;
  readonly handlers: ChatHandlers;
  readonly clock: Clock;
  readonly log: Log;
}

/** Takes questions to the program and its answers back to the askers. */
export class Questions {
  readonly #parts: QuestionParts;
  readonly #underway = new Set<Promise<void>>();
  readonly #pages = new ExpiringCache<readonly Rendered[]>(MOST_ANSWERS);

  constructor(parts: QuestionParts) {
    this.#parts = parts;
  }

  /** Answers a question, or says why not. Never throws: what fails is logged. */
  ask(arrival: Arrival, deliveryId: string, text: string): void {
    this.#begin(async () => {
      const person = await this.admitted(arrival);
      if (typeof person === "string") {
        await this.#say(arrival, said(person), deliveryId);
        return;
      }
      const answer = this.#answerTo(arrival, person, deliveryId, text === "" ? "help" : text);
      const message = await this.#patiently(answer, arrival);
      if (message !== null) {
        await this.#say(arrival, message, deliveryId);
      }
    });
  }

  /** Answers a pressed question where everybody in the conversation sees it, with who asked what. */
  askPressed(arrival: Arrival, person: TeamsPerson, deliveryId: string, command: string): void {
    this.#begin(async () => {
      const answer = this.#answerTo(arrival, person, deliveryId, command);
      const message = await this.#patiently(answer, arrival);
      if (message === null) {
        return;
      }
      const asked = context(`${person.name} asked: `, code(command));
      const isAlone = arrival.conversation.kind === "personal";
      const nodes = isAlone ? message.nodes : [asked, ...message.nodes];
      await this.#say(arrival, { ...message, nodes }, deliveryId);
    });
  }

  /** Posts a message into the conversation that something came from. */
  tell(arrival: Arrival, message: Message, deliveryId: string): void {
    this.tellLater(arrival, deliveryId, () => Promise.resolve(message));
  }

  /** The same for what takes a while to say; null says nothing. */
  tellLater(arrival: Arrival, deliveryId: string, work: () => Promise<Message | null>): void {
    this.#begin(async () => {
      const message = await work();
      if (message !== null) {
        await this.#say(arrival, message, deliveryId);
      }
    });
  }

  /** A further page of an answer; null when it is no longer at hand. */
  page(answer: string, page: number): Rendered | null {
    return this.#pages.get(answer, this.#parts.clock.now())?.[page - 1] ?? null;
  }

  /** Who did something, where they may; else why not, in a sentence for them. */
  async admitted(
    arrival: Arrival,
    isPersonal = arrival.conversation.kind === "personal",
  ): Promise<TeamsPerson | string> {
    const { settings, people, log } = this.#parts;
    const { channel } = arrival.conversation;
    const origin = { channel, isPersonal };
    const person = await people.of(arrival);
    const refused = refusal(settings, origin, person);
    if (refused === null && person !== null && person !== "anonymous") {
      return person;
    }
    log("info", `Teams: a question was refused: ${refused ?? ""}`, {
      tenant: channel.workspace,
      channel: channel.channel,
      user: arrival.activity.from.aadObjectId ?? arrival.activity.from.id,
    });
    return refused ?? "";
  }

  /** Resolves when no answer is on its way. */
  async idle(): Promise<void> {
    await Promise.all(this.#underway);
  }

  /** An answer that fails becomes one that says so. */
  async #answerTo(
    arrival: Arrival,
    person: TeamsPerson,
    deliveryId: string,
    text: string,
  ): Promise<Message | null> {
    const { handlers, log } = this.#parts;
    const { channel } = arrival.conversation;
    try {
      return await handlers.answer({
        deliveryId,
        channel,
        conversation: [
          PLATFORM,
          channel.workspace,
          channel.channel,
          arrival.root ?? person.id,
        ].join(" "),
        thread: threadOf(arrival),
        user: { id: person.id, name: person.name, zone: arrival.zone },
        text,
      });
    } catch (error) {
      log("error", `Teams: an answer failed: ${reasonOf(error)}`);
      return said("Doorbell could not answer: something failed inside. Ask again in a minute.");
    }
  }

  /** Waits for the answer, and shows the asker that it comes when it takes long. */
  async #patiently(answer: Promise<Message | null>, arrival: Arrival): Promise<Message | null> {
    const { clock, posting, log } = this.#parts;
    const done = new AbortController();
    const finished = answer.finally(() => {
      done.abort();
    });
    await clock.sleep(PATIENCE, done.signal);
    if (!done.signal.aborted) {
      await posting.typing(arrival.conversation, arrival.root).catch((error: unknown) => {
        log("debug", `Teams: no typing could be shown: ${reasonOf(error)}`);
      });
    }
    return finished;
  }

  async #say(arrival: Arrival, message: Message, deliveryId: string): Promise<void> {
    const { clock, posting } = this.#parts;
    const answer = createHash("sha256").update(deliveryId).digest("hex").slice(0, 24);
    const options = { key: null, maybeRepeated: false, mentions: false };
    const pages = renderPages(message, options, answer);
    if (pages.length > 1) {
      this.#pages.set(answer, pages, clock.now(), PAGES_FOR);
    }
    const [first] = pages;
    if (first === undefined) {
      return;
    }
    const post = async (): Promise<unknown> =>
      posting.post(arrival.conversation, arrival.root, first);
    try {
      await post();
    } catch (error) {
      const pause = error instanceof DeliveryError ? error.retryAfter : null;
      if (pause === null || pause > MOST_PAUSE) {
        throw error;
      }
      await clock.sleep(pause);
      await post();
    }
  }

  #begin(work: () => Promise<void>): void {
    const done = work()
      .catch((error: unknown) => {
        this.#parts.log("warning", `Teams: an answer did not arrive: ${reasonOf(error)}`);
      })
      .finally(() => {
        this.#underway.delete(done);
      });
    this.#underway.add(done);
  }
}

/** A message that is one sentence. */
export function said(text: string): Message {
  return messageOf("info", text, [notice("info", text)]);
}

/** What went wrong, in a line for the log. */
export function reasonOf(error: unknown): string {
  return withoutSecrets(error instanceof Error ? error.message : String(error));
}

function threadOf({ conversation, root }: Arrival): Receipt | null {
  return root === null
    ? null
    : receiptOf(conversation.channel, {
        id: root,
        root,
        key: "",
        mentions: false,
        maybeRepeated: false,
      });
}
