import { MOST_AUDITED_TEXT } from "../domain/audit.ts";
import type { AuditEntry, AuditOutcome } from "../domain/audit.ts";
import type { Attempt } from "../domain/chat.ts";
import { shortId } from "../domain/short-id.ts";
import { DeliveryError, DoorbellError } from "../errors.ts";
import type { AuditStore, Clock, RandomSource } from "../ports.ts";
import { NO_CONTENTS } from "./answer-contents.ts";
import type { AnswerContents } from "./answer-contents.ts";

/** What the audit is kept with. */
export interface AuditParts {
  readonly store: Pick<AuditStore, "audit">;
  /** The program's clock, which dates entries. */
  readonly clock: Clock;
  /** Real time, which measures how long things took. */
  readonly wall: Clock;
  readonly random: RandomSource;
}

const MOST_NAME = 100;
const MOST_VMS = 20;

/**
 * Writes down what people ask and press. It is written before anything is done and again when that is
 * done, so that nothing is answered, and nothing changed, that the audit does not show.
 */
export class AuditLog {
  readonly #parts: AuditParts;

  constructor(parts: AuditParts) {
    this.#parts = parts;
  }

  /**
   * Writes down something that was not done.
   *
   * @throws DoorbellError when the store cannot be written.
   */
  async note(attempt: Attempt, outcome: AuditOutcome, reason: string | null): Promise<void> {
    await this.#parts.store.audit({ ...this.#entry(attempt), outcome, reason, took: 0 });
  }

  /**
   * Does something and writes it down.
   *
   * @param work is handed what to tell its contents to; null means that it was done before.
   * @throws DoorbellError when the store cannot be written; what the work throws.
   */
  async around<Result>(
    attempt: Attempt,
    work: (told: (contents: AnswerContents) => void) => Promise<Result>,
  ): Promise<Result> {
    const { store, wall } = this.#parts;
    const began = wall.now();
    const entry = this.#entry(attempt);
    await store.audit(entry);
    let contents = NO_CONTENTS;
    const end = async (outcome: AuditOutcome, reason: string | null): Promise<void> => {
      const { vms, openings } = contents;
      const took = Math.max(0, wall.now() - began);
      await store.audit({
        ...entry,
        outcome,
        reason,
        vms: vms.slice(0, MOST_VMS).map((name) => cut(name, MOST_AUDITED_TEXT)),
        openings,
        took,
      });
    };
    let result: Result;
    try {
      result = await work((about) => {
        contents = about;
      });
    } catch (error) {
      // The failure itself is what the caller must hear of; without this the entry stays unfinished.
      await end("failed", codeOf(error)).catch(() => undefined);
      throw error;
    }
    await (result === null
      ? end("repeated", null)
      : end("answered", contents.understood ? null : "not-understood"));
    return result;
  }

  #entry({ kind, deliveryId, channel, user, text }: Attempt): AuditEntry {
    const { clock, wall, random } = this.#parts;
    const chance = [clock.now(), wall.now(), random.next()].map(String);
    return {
      id: shortId("a", [channel.platform, channel.workspace, user.id, deliveryId, ...chance]),
      at: clock.now(),
      kind,
      channel,
      user: { id: user.id, name: cut(user.name, MOST_NAME) },
      text: cut(text, MOST_AUDITED_TEXT),
      outcome: "unfinished",
      reason: null,
      vms: [],
      openings: null,
      took: null,
    };
  }
}

/** A code alone: messages of errors may quote what nobody else should read. */
function codeOf(error: unknown): string {
  if (error instanceof DoorbellError) {
    return error.code;
  }
  return error instanceof DeliveryError ? error.fault : "internal";
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
