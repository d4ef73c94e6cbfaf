import type {
  Attempt,
  HomeVisit,
  IncomingAction,
  IncomingQuestion,
  IncomingSearch,
  RefusedAttempt,
} from "../domain/chat.ts";
import { durationText } from "../domain/instant.ts";
import type { Duration } from "../domain/instant.ts";
import { message as messageOf, notice } from "../message/build.ts";
import type { Message } from "../message/message.ts";
import type { OpeningHit } from "../ports.ts";
import type { AnswerContents } from "./answer-contents.ts";
import { AuditLog } from "./audit-log.ts";
import type { AuditParts } from "./audit-log.ts";
import type { Conversations } from "./conversations.ts";
import { PersonalTurns } from "./personal-turns.ts";
import { BURST, PAUSE, QuestionLimit } from "./question-limit.ts";

/** So much of one person is worked on at once. */
const AT_ONCE = 2;

/** What the reception works with. */
export interface ReceptionParts extends AuditParts {
  readonly conversations: Pick<Conversations, "act" | "answer" | "home" | "openings">;
  /** Whether only the person is on that platform who runs the program. */
  readonly isLocal: (platform: string) => boolean;
}

/**
 * Receives whatever people ask and press in chats: who asks too fast is told so and dropped for a while,
 * the rest is audited and handed on. One person's questions never delay another's.
 */
export class Reception {
  readonly #parts: ReceptionParts;
  readonly #audit: AuditLog;
  readonly #limit = new QuestionLimit();
  /** Of its own: a search begins anew with every few letters. */
  readonly #searches = new QuestionLimit();
  readonly #answering = new PersonalTurns(AT_ONCE);
  /** Of its own, so that a person hears at once of being too fast. */
  readonly #noting = new PersonalTurns(1);

  constructor(parts: ReceptionParts) {
    this.#parts = parts;
    this.#audit = new AuditLog(parts);
  }

  /** Answers a question; null when this delivery was answered before, or nothing more is said for a while. */
  async answer(question: IncomingQuestion): Promise<Message | null> {
    return this.#receive({ ...question, kind: "question" }, async (told) =>
      this.#parts.conversations.answer(question, told),
    );
  }

  /** Does what a pressed button says; null as with `answer`. */
  async act(action: IncomingAction): Promise<Message | null> {
    const text = [action.action, ...(action.option === null ? [] : [action.option])].join(" ");
    return this.#receive({ ...action, kind: "action", text }, async () =>
      this.#parts.conversations.act(action),
    );
  }

  /** What the program's own page shows to a person. */
  async home(visit: HomeVisit): Promise<Message> {
    const attempt = { ...visit, kind: "home", deliveryId: "", text: "" } as const;
    const page = await this.#receive(attempt, async () => this.#parts.conversations.home(visit));
    return page ?? tooMany(PAUSE);
  }

  /** Openings that fit what was typed into a search; null when the person searches too fast. */
  async openings(search: IncomingSearch, most: number): Promise<readonly OpeningHit[] | null> {
    const attempt = { ...search, kind: "search", deliveryId: "" } as const;
    const person = personOf(attempt);
    if (this.#searches.take(person, this.#parts.clock.now()).kind !== "taken") {
      await this.#noting.take(person, async () => this.#audit.note(attempt, "slowed", null));
      return null;
    }
    return this.#answering.take(person, async () =>
      this.#audit.around(attempt, async (told) =>
        this.#parts.conversations.openings(search.text, most, told),
      ),
    );
  }

  /** Writes down what the rules refused; whether the person is to be told. */
  async refused(attempt: RefusedAttempt): Promise<boolean> {
    const person = personOf(attempt);
    const admission = this.#limit.take(person, this.#parts.clock.now());
    await this.#noting.take(person, async () =>
      this.#audit.note(attempt, "refused", attempt.reason),
    );
    return admission.kind === "taken";
  }

  async #receive(
    attempt: Attempt,
    work: (told: (contents: AnswerContents) => void) => Promise<Message | null>,
  ): Promise<Message | null> {
    const person = personOf(attempt);
    if (!this.#parts.isLocal(attempt.channel.platform)) {
      const admission = this.#limit.take(person, this.#parts.clock.now());
      if (admission.kind !== "taken") {
        await this.#noting.take(person, async () => this.#audit.note(attempt, "slowed", null));
        return admission.kind === "too-many" ? tooMany(admission.wait) : null;
      }
    }
    const answer = await this.#answering.take(person, async () =>
      this.#audit.around(attempt, work),
    );
    if (answer === null) {
      this.#limit.giveBack(person);
    }
    return answer;
  }
}

function personOf({ channel, user }: Attempt): string {
  return JSON.stringify([channel.platform, channel.workspace, user.id]);
}

function tooMany(wait: Duration): Message {
  const text = `Slow down: that was more than ${BURST} questions at once. Ask again in ${durationText(wait)}; what you ask or press until then is passed over.`;
  return messageOf("warning", text, [notice("warning", text)]);
}
