import { SECOND } from "../../src/domain/instant.ts";
import type { Duration } from "../../src/domain/instant.ts";
import type { ChatHandlers, Clock, Log } from "../../src/ports.ts";
import { reasonOf } from "../chat/reason.ts";
import type { Tried } from "./access.ts";
import type { InvokeAnswer } from "./bot.ts";
import type { Arrival } from "./incoming.ts";
import type { TeamsPerson } from "./people.ts";
import { said } from "./questions.ts";
import type { Questions } from "./questions.ts";
import type { AdaptiveCard } from "./render/card.ts";
import { CARD_CONTENT_TYPE } from "./render/card.ts";
import { pressOf } from "./render/press.ts";
import type { Press } from "./render/press.ts";
import { safeText } from "../chat/safe-text.ts";

/** Teams waits for an answer to a press for 10 s, people less. */
const PRESS_PATIENCE: Duration = 4 * SECOND;
const MOST_SAID = 500;
const NO_BUTTON = "This button is one of an older Doorbell. Ask instead.";
const GONE_PAGE = "The rest of this answer is no longer at hand. Ask again.";

/** What presses are obeyed with. */
export interface PressingParts {
  readonly questions: Questions;
  readonly handlers: ChatHandlers;
  readonly clock: Clock;
  readonly log: Log;
}

/** What the presser is shown: a sentence, or a card in place of the pressed one, for them alone. */
type Outcome = string | { readonly card: AdaptiveCard };

/**
 * Obeys presses on buttons. What changes for everybody reaches the message as an edit, through the outbox.
 * Source: https://learn.microsoft.com/en-us/adaptive-cards/authoring-cards/universal-action-model
 */
export class Pressing {
  readonly #parts: PressingParts;

  constructor(parts: PressingParts) {
    this.#parts = parts;
  }

  /** Answers an `adaptiveCard/action` in time; what takes longer is posted. */
  async invoked(arrival: Arrival, action: unknown): Promise<InvokeAnswer> {
    const { clock, questions } = this.#parts;
    const deliveryId = pressId(arrival);
    const outcome = this.#outcome(arrival, pressOf(action), deliveryId);
    const done = new AbortController();
    const finished = outcome.finally(() => {
      done.abort();
    });
    const inTime = await Promise.race([
      finished,
      clock.sleep(PRESS_PATIENCE, done.signal).then(() => null),
    ]);
    if (inTime === null && !done.signal.aborted) {
      questions.tellLater(arrival, deliveryId, async () => {
        const late = await finished;
        return typeof late === "string" && late !== ANSWER_COMES && late !== SILENCED
          ? said(late)
          : null;
      });
      return sentence("Doorbell is on it; the answer comes below.");
    }
    const shown = await finished;
    return typeof shown === "string" ? sentence(shown) : answered(CARD_CONTENT_TYPE, shown.card);
  }

  /** Obeys a press that came as a message, from a client that knows no other way. */
  async submitted(arrival: Arrival, value: unknown): Promise<void> {
    const { questions } = this.#parts;
    const deliveryId = pressId(arrival);
    const outcome = await this.#outcome(arrival, submittedPress(value), deliveryId);
    if (typeof outcome === "string" && outcome !== ANSWER_COMES && outcome !== SILENCED) {
      questions.tell(arrival, said(outcome), deliveryId);
    }
  }

  async #outcome(arrival: Arrival, press: Press | null, deliveryId: string): Promise<Outcome> {
    const { questions, log } = this.#parts;
    try {
      if (press === null) {
        return NO_BUTTON;
      }
      const admittance = await questions.admitted(arrival, triedBy(press, deliveryId));
      return admittance.isAdmitted
        ? await this.#obeyed(arrival, press, { person: admittance.person, deliveryId })
        : (admittance.told ?? SILENCED);
    } catch (error) {
      log("error", `Teams: a press failed: ${reasonOf(error)}`);
      return "Doorbell could not do it: something failed inside. Try again in a minute.";
    }
  }

  async #obeyed(
    arrival: Arrival,
    press: Press,
    { person, deliveryId }: { readonly person: TeamsPerson; readonly deliveryId: string },
  ): Promise<Outcome> {
    const { questions, handlers } = this.#parts;
    switch (press.kind) {
      case "ask":
        questions.askPressed(arrival, person, deliveryId, press.command);
        return ANSWER_COMES;
      case "page": {
        const page = questions.page(press.answer, press.page);
        return page === null ? GONE_PAGE : { card: page.card };
      }
      case "act": {
        const { act } = handlers;
        if (act === undefined) {
          return "Doorbell cannot do this here.";
        }
        const message = await act({
          deliveryId,
          channel: arrival.conversation.channel,
          user: { id: person.id, name: person.name, zone: arrival.zone },
          action: press.action,
          option: press.option,
        });
        return message === null
          ? "Nothing was done: it was done already, or you press too fast."
          : message.summary;
      }
    }
  }
}

/** What a press did not do, as the audit has it. */
function triedBy(press: Press, deliveryId: string): Tried {
  switch (press.kind) {
    case "ask":
      return { deliveryId, kind: "question", text: press.command };
    case "act": {
      const { action, option } = press;
      const text = [action, ...(option === null ? [] : [option])].join(" ");
      return { deliveryId, kind: "action", text };
    }
    case "page":
      return { deliveryId, kind: "action", text: `page ${press.answer}:${press.page}` };
  }
}

/** For those who are refused again and again. */
const SILENCED = "Doorbell passes over what you press for a while.";
const ANSWER_COMES = "Looking it up; the answer comes below.";

function pressId({ activity, conversation }: Arrival): string {
  return `press ${conversation.channel.channel} ${activity.id ?? ""}`;
}

/** `Action.Submit` sends the button's data alone, with its verb among them. */
function submittedPress(value: unknown): Press | null {
  if (typeof value !== "object" || value === null) {
    return null;
  }
  const { verb, data, ...rest } = { verb: undefined, data: undefined, ...value };
  const told = "command" in rest ? "ask" : "action" in rest ? "act" : "page";
  return pressOf({ verb: verb ?? told, data: data ?? rest });
}

function sentence(text: string): InvokeAnswer {
  return answered("application/vnd.microsoft.activity.message", safeText(text).slice(0, MOST_SAID));
}

function answered(type: string, value: string | AdaptiveCard): InvokeAnswer {
  return { status: 200, body: { statusCode: 200, type, value } };
}
