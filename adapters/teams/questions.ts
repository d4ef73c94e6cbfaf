import { createHash } from "node:crypto";
import { HOUR, SECOND } from "../../src/domain/instant.ts";
import type { Duration } from "../../src/domain/instant.ts";
import type { Receipt } from "../../src/domain/notification.ts";
import { DeliveryError } from "../../src/errors.ts";
import { code, context, message as messageOf, notice } from "../../src/message/build.ts";
import type { Message } from "../../src/message/message.ts";
import type { ChatHandlers, Clock, Log } from "../../src/ports.ts";
import { ExpiringCache } from "../chat/expiring-cache.ts";
import { reasonOf } from "../chat/reason.ts";
import type { Access, Admittance, Tried } from "./access.ts";
import type { Arrival } from "./incoming.ts";
import type { TeamsPerson } from "./people.ts";
import type { Posting } from "./posting.ts";
import { PLATFORM, receiptOf } from "./receipt.ts";
import { renderPages } from "./render/render.ts";
import type { Rendered } from "./render/render.ts";

/** After so long without an answer, the asker is shown that it comes. */
const PATIENCE: Duration = 0.7 * SECOND;
/** How long the further pages of an answer can be turned to. */
const PAGES_FOR = 2 * HOUR;
const MOST_ANSWERS = 500;
/** An answer waits no longer for Teams to count fewer calls. */
const MOST_PAUSE = 60 * SECOND;

/** What a question is answered with. */
export interface QuestionParts {
  readonly access: Access;
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
      const wanted = text === "" ? "help" : text;
      const message = await this.#patiently(
        this.#soundly(async () => {
          const tried = { deliveryId, kind: "question", text: wanted } as const;
          const admittance = await this.admitted(arrival, tried);
          if (!admittance.isAdmitted) {
            return admittance.told === null ? null : said(admittance.told);
          }
          return this.#answerTo(arrival, admittance.person, deliveryId, wanted);
        }),
        arrival,
      );
      if (message !== null) {
        await this.#say(arrival, message, deliveryId);
      }
    });
  }

  /** Answers a pressed question where everybody in the conversation sees it, with who asked what. */
  askPressed(arrival: Arrival, person: TeamsPerson, deliveryId: string, command: string): void {
    this.#begin(async () => {
      const answer = this.#soundly(async () =>
        this.#answerTo(arrival, person, deliveryId, command),
      );
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

  /** Admits whoever did something, or says what they are told. */
  async admitted(
    arrival: Arrival,
    tried: Tried,
    isDirect = arrival.conversation.kind === "personal",
  ): Promise<Admittance> {
    return this.#parts.access.admit(arrival, isDirect, tried);
  }

  /** Resolves when no answer is on its way. */
  async idle(): Promise<void> {
    await Promise.all(this.#underway);
  }

  async #answerTo(
    arrival: Arrival,
    person: TeamsPerson,
    deliveryId: string,
    text: string,
  ): Promise<Message | null> {
    const { channel } = arrival.conversation;
    const own = arrival.root ?? person.id;
    return this.#parts.handlers.answer({
      deliveryId,
      channel,
      conversation: [PLATFORM, channel.workspace, channel.channel, own].join(" "),
      thread: threadOf(arrival),
      user: { id: person.id, name: person.name, zone: arrival.zone },
      text,
    });
  }

  /** An answer that fails becomes one that says so. */
  async #soundly(answer: () => Promise<Message | null>): Promise<Message | null> {
    try {
      return await answer();
    } catch (error) {
      this.#parts.log("error", `Teams: an answer failed: ${reasonOf(error)}`);
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
