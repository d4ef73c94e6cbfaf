import type { HomeVisit, IncomingAction, IncomingQuestion } from "../domain/chat.ts";
import type { FeedHealth } from "../domain/feed.ts";
import { HOUR } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { Question } from "../domain/question.ts";
import type { Trail } from "../domain/trail.ts";
import type { Message } from "../message/message.ts";
import type { ChatState, Clock, LiveState, OpeningHit, Store, TrailNames } from "../ports.ts";
import { contentsOf, NOT_UNDERSTOOD } from "./answer-contents.ts";
import type { AnswerContents } from "./answer-contents.ts";
import { answerQuestion } from "./answer-question.ts";
import { answerService } from "./answer-service.ts";
import { problemMessage } from "./ask.ts";
import { coverageOf, sourceOf } from "./store-coverage.ts";
import { parseChatCommand } from "./chat-command.ts";
import { commandHelp } from "./command-help.ts";
import type { ChatCommand } from "./chat-command.ts";
import { obeyAction, obeyReaction } from "./notification-reactions.ts";
import { obey } from "./channel-subscriptions.ts";
import { homePage } from "./home-page.ts";
import type { Knowledge } from "./knowledge.ts";
import { checkLive, openingsToCheck } from "./live-check.ts";
import { matchQuestion } from "./opening-match.ts";
import { searchOpenings } from "./opening-search.ts";
import { parseQuestion } from "./parse-question.ts";
import { historyOf, parseTimeline, timelineInChat, timelineInWords } from "./timeline-question.ts";
import type { TimelinePictures } from "./timeline-question.ts";
import { trailQueryOf, WHOLE_TRAIL, widerQueryOf } from "./trail-query.ts";
import { matchVms, questionNames, vmFilterOf } from "./vm-match.ts";

/** How long a conversation remembers what it was about. */
const MEMORY: Duration = 8 * HOUR;
const MOST_CONVERSATIONS = 10_000;
const MOST_EVIDENCE = 500;
/** How long a delivery's identity is known: no platform repeats a delivery after a day. */
const SEEN_FOR: Duration = 24 * HOUR;

/** What conversations are led with. */
export interface ConversationParts {
  readonly store: Store;
  readonly live: LiveState | null;
  readonly clock: Clock;
  /** The zone of people whose platform does not tell theirs. */
  readonly zone: string;
  /** Lower-cased IDs of the Azure subscriptions that are to be read. */
  readonly azureSubscriptions: readonly string[];
  /** Empty where another process reads them. */
  readonly feeds: () => readonly FeedHealth[];
  readonly chats: () => readonly ChatState[];
  /** null where no chat takes pictures. */
  readonly pictures: TimelinePictures | null;
  /** Told when notifications may have to say something else. */
  readonly onReaction: () => void;
}

/** An answer with what it was made from. */
export type StoredAnswer =
  | { readonly message: Message; readonly question: Question; readonly knowledge: Knowledge }
  /** The text was not understood. */
  | { readonly message: Message; readonly question: null };

/** Answers questions and commands from chats out of the store. */
export class Conversations {
  readonly #parts: ConversationParts;
  readonly #previous = new Map<string, { readonly question: Question; readonly at: Instant }>();
  #forgotAt = Number.NEGATIVE_INFINITY;

  constructor(parts: ConversationParts) {
    this.#parts = parts;
  }

  /**
   * Answers what came from a chat; null when this delivery was answered before.
   *
   * @param told hears what the answer is about.
   */
  async answer(
    incoming: IncomingQuestion,
    told: (contents: AnswerContents) => void = () => {},
  ): Promise<Message | null> {
    const { store, clock } = this.#parts;
    const now = clock.now();
    await this.#forget(now);
    if (!(await store.markSeen(incoming.deliveryId, now))) {
      return null;
    }
    const remembered = this.#previous.get(incoming.conversation);
    const previous =
      remembered === undefined || remembered.at < now - MEMORY ? null : remembered.question;
    const zone = incoming.user.zone ?? this.#parts.zone;
    const names = await store.names();
    const context = { now, zone, names: questionNames(names), previous };
    const command = parseChatCommand(incoming.text, context);
    if (command !== null) {
      if (command.ok) {
        return this.#obey(command.command, incoming, { now, zone, told });
      }
      told(NOT_UNDERSTOOD);
      return problemMessage(command.problem, incoming.text);
    }
    const answer = await this.ask(incoming.text, previous, zone);
    const { message, question } = answer;
    told(contentsOfAnswer(answer));
    if (question !== null) {
      this.#remember(incoming.conversation, question, now);
    }
    const isHelp = question?.kind === "help" && question.topic === null;
    return isHelp ? { ...message, nodes: [...message.nodes, ...commandHelp()] } : message;
  }

  /** Does what a pressed button says, and tells the presser; null when it was obeyed before. */
  async act(incoming: IncomingAction): Promise<Message | null> {
    const { store, clock } = this.#parts;
    const now = clock.now();
    await this.#forget(now);
    if (!(await store.markSeen(incoming.deliveryId, now))) {
      return null;
    }
    return this.#reacted(
      await obeyAction(incoming, { channel: incoming.channel, user: incoming.user, now }, store),
    );
  }

  /** What the program's own page shows to a person. */
  async home(visit: HomeVisit): Promise<Message> {
    const { store, clock } = this.#parts;
    const trail = await store.trail({ ...WHOLE_TRAIL, closedAfter: clock.now() });
    return homePage(visit, {
      standing: trail.openings.filter(({ closedAt }) => closedAt === null),
      subscriptions: await store.channelSubscriptions(),
    });
  }

  /** Openings that fit what was typed into a search, the newest first. */
  async openings(
    typed: string,
    most: number,
    told: (contents: AnswerContents) => void = () => {},
  ): Promise<readonly OpeningHit[]> {
    const { store, clock } = this.#parts;
    const { hits, contents } = await searchOpenings(typed, most, { store, now: clock.now() });
    told(contents);
    return hits;
  }

  async #obey(
    command: ChatCommand,
    incoming: IncomingQuestion,
    {
      now,
      zone,
      told,
    }: {
      readonly now: Instant;
      readonly zone: string;
      readonly told: (contents: AnswerContents) => void;
    },
  ): Promise<Message> {
    const { store, pictures } = this.#parts;
    switch (command.kind) {
      case "subscribe":
      case "unsubscribe":
      case "subscriptions":
        return obey(command, incoming, store, now);
      case "timeline": {
        const question = historyOf(command.subject);
        const knowledge = await this.knowledge(question, zone);
        told(contentsOf(question, knowledge));
        this.#remember(incoming.conversation, question, now);
        return pictures?.takenBy(incoming.channel.platform) === true
          ? timelineInChat(command.subject, knowledge, incoming, pictures)
          : timelineInWords(command.subject, knowledge);
      }
      default: {
        const reacting = { channel: incoming.channel, user: incoming.user, now };
        return this.#reacted(await obeyReaction(command, reacting, store));
      }
    }
  }

  /** What was done may have made notifications due. */
  #reacted(answer: Message): Message {
    this.#parts.onReaction();
    return answer;
  }

  /**
   * Answers one question out of the store.
   *
   * @param previous the question before in the same conversation; null when none.
   */
  async ask(text: string, previous: Question | null, zone: string): Promise<StoredAnswer> {
    const names = await this.#parts.store.names();
    const now = this.#parts.clock.now();
    const context = { now, zone, names: questionNames(names), previous };
    const timeline = parseTimeline(text, context);
    if (timeline?.ok === true) {
      const history = historyOf(timeline.subject);
      const knowledge = await this.knowledge(history, zone);
      const message = timelineInWords(timeline.subject, knowledge);
      return { message, question: history, knowledge };
    }
    const parsed = timeline ?? parseQuestion(text, context);
    if (!parsed.ok) {
      return { message: problemMessage(parsed.problem, text), question: null };
    }
    const { question } = parsed;
    const knowledge = await this.knowledge(question, zone);
    const message =
      question.kind === "status"
        ? await this.#status(knowledge)
        : answerQuestion(question, knowledge);
    return { message, question, knowledge };
  }

  /** What the question is answered from. */
  async knowledge(question: Question, zone: string): Promise<Knowledge> {
    const { store, live, clock, feeds, azureSubscriptions } = this.#parts;
    const now = clock.now();
    const [names, stored] = await Promise.all([store.names(), store.coverage()]);
    const coverage = coverageOf(stored, { azureSubscriptions, feeds: feeds() }, now);
    const state = { names, knownTo: Math.min(now, coverage.to ?? now) };
    const trail = await this.#trailFor(question, state);
    const knowledge: Knowledge = {
      trail,
      names,
      coverage,
      now,
      zone,
      source: sourceOf(stored),
      checks: [],
      eventOf: await this.#evidence(question, trail),
    };
    if (live === null) {
      return knowledge;
    }
    const checks = await checkLive(openingsToCheck(question, knowledge), live);
    return { ...knowledge, checks };
  }

  /** The part of the trail that the question needs; a wider one where nothing fits within its period. */
  async #trailFor(
    question: Question,
    { names, knownTo }: { readonly names: TrailNames; readonly knownTo: Instant },
  ): Promise<Trail> {
    const { store } = this.#parts;
    const query = trailQueryOf(question, knownTo);
    const match = matchVms(vmFilterOf(question), names);
    if (query === null || match.kind === "several") {
      return { openings: [], requests: [], guards: [] };
    }
    const trail = await store.trail(query);
    const wider = widerQueryOf(question, query);
    const vms = match.kind === "found" ? match.vms : null;
    const { openings, guarding } = matchQuestion(question, trail, vms, knownTo);
    return wider === null || openings.length + guarding.length > 0 ? trail : store.trail(wider);
  }

  /** The events that only the questions about evidence show. */
  async #evidence(question: Question, trail: Trail): Promise<Knowledge["eventOf"]> {
    if (question.kind !== "show-opening" && question.kind !== "explain-rule") {
      return () => null;
    }
    const ids = new Set(trail.openings.flatMap(({ events }) => events));
    const events = await this.#parts.store.evidence([...ids].slice(0, MOST_EVIDENCE));
    const byId = new Map(events.map((event) => [event.id, event]));
    return (id) => byId.get(id) ?? null;
  }

  async #status(knowledge: Knowledge): Promise<Message> {
    const { store, feeds, chats } = this.#parts;
    return answerService(knowledge, {
      standing: await store.standing(),
      feeds: feeds(),
      chats: chats(),
      outbox: await store.outboxHealth(),
      subscriptions: await store.channelSubscriptions(),
      store: store.description,
    });
  }

  #remember(conversation: string, question: Question, at: Instant): void {
    this.#previous.delete(conversation);
    this.#previous.set(conversation, { question, at });
    if (this.#previous.size > MOST_CONVERSATIONS) {
      const [oldest] = this.#previous.keys();
      if (oldest !== undefined) {
        this.#previous.delete(oldest);
      }
    }
  }

  async #forget(now: Instant): Promise<void> {
    if (now >= this.#forgotAt + HOUR) {
      this.#forgotAt = now;
      await this.#parts.store.forgetSeen(now - SEEN_FOR);
    }
  }
}

/** What an answer out of the store is about. */
export function contentsOfAnswer(answer: StoredAnswer): AnswerContents {
  return answer.question === null ? NOT_UNDERSTOOD : contentsOf(answer.question, answer.knowledge);
}
