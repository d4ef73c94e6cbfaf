import { SECOND } from "../../src/domain/instant.ts";
import type { Duration } from "../../src/domain/instant.ts";
import type { ChatHandlers, Clock, Log, OpeningHit } from "../../src/ports.ts";
import { reasonOf } from "../chat/reason.ts";
import type { InvokeAnswer } from "./bot.ts";
import { extensionQuery } from "./incoming.ts";
import type { Arrival } from "./incoming.ts";
import type { Questions } from "./questions.ts";
import { renderExtensionHit } from "./render/extension-hit.ts";
import { renderMessage } from "./render/render.ts";

/** Teams waits for hits for 5 s. */
const PATIENCE: Duration = 4 * SECOND;
const TOO_FAST = "Slow down: you search too fast. Try again in half a minute.";
const MOST_HITS = 25;
const MOST_TYPED = 200;

/** What searches are answered with. */
export interface ExtensionParts {
  readonly questions: Questions;
  readonly handlers: ChatHandlers;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The message extension: what is typed searches openings, and a chosen one is put into the message as a
 * card. It is answered wherever the person may ask in a personal chat.
 * Source: https://learn.microsoft.com/en-us/microsoftteams/platform/messaging-extensions/how-to/search-commands/respond-to-search
 */
export async function searched(
  arrival: Arrival,
  value: unknown,
  { questions, handlers, clock, log }: ExtensionParts,
): Promise<InvokeAnswer> {
  const query = extensionQuery.safeParse(value).data;
  // Where a search begins, Teams says so with a parameter of its own and the text "true".
  const typed = query?.parameters?.find(({ name }) => name !== "initialRun")?.value;
  const most = Math.max(1, Math.min(query?.queryOptions?.count ?? MOST_HITS, MOST_HITS));
  const found = async (): Promise<InvokeAnswer> => {
    const text = typeof typed === "string" ? typed.slice(0, MOST_TYPED) : "";
    const tried = { deliveryId: "", kind: "search", text } as const;
    const admittance = await questions.admitted(arrival, tried, true);
    if (!admittance.isAdmitted) {
      return telling(admittance.told ?? TOO_FAST);
    }
    const { id, name } = admittance.person;
    const search = { channel: arrival.conversation.channel, user: { id, name }, text };
    const hits = await (handlers.openings?.(search, most) ?? Promise.resolve([]));
    if (hits === null) {
      return telling(TOO_FAST);
    }
    return hits.length === 0 ? telling("No opening of the last 30 days fits.") : listing(hits);
  };
  const done = new AbortController();
  try {
    return await Promise.race([
      found(),
      clock
        .sleep(PATIENCE, done.signal)
        .then(() => telling("Doorbell needs longer than Teams waits. Try again.")),
    ]);
  } catch (error) {
    log("error", `Teams: a search failed: ${reasonOf(error)}`);
    return telling("Doorbell could not search: something failed inside. Try again in a minute.");
  } finally {
    done.abort();
  }
}

function listing(hits: readonly OpeningHit[]): InvokeAnswer {
  const options = { key: null, maybeRepeated: false, mentions: false };
  return {
    status: 200,
    body: {
      composeExtension: {
        type: "result",
        attachmentLayout: "list",
        attachments: hits.map(({ title, text, message }) =>
          renderExtensionHit(title, text, renderMessage(message, options)),
        ),
      },
    },
  };
}

function telling(text: string): InvokeAnswer {
  return { status: 200, body: { composeExtension: { type: "message", text } } };
}
