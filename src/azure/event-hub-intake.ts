import type { QuarantinedRow, ReceivedEvent } from "../domain/feed.ts";
import type { Instant } from "../domain/instant.ts";
import { readBody } from "./event-hub-body.ts";
import type { HubEvent } from "./event-hub-client.ts";
import { quarantinedText, RowIntake } from "./row-intake.ts";
import type { TakenRows } from "./row-intake.ts";
import type { RuleInterner } from "./rule-interner.ts";

/** Reads the rows in the events of a partition; what cannot be read is quarantined with its place. */
export class EventHubIntake {
  readonly #partition: string;
  readonly #rows: RowIntake;

  constructor(partition: string, rules: RuleInterner) {
    this.#partition = partition;
    this.#rows = new RowIntake(rules);
  }

  take(received: readonly HubEvent[], receivedAt: Instant): TakenRows {
    const events: ReceivedEvent[] = [];
    const quarantined: QuarantinedRow[] = [];
    let irrelevant = 0;
    for (const event of received) {
      const { rows, broken } = readBody(event.body);
      const taken = this.#rows.take(rows, receivedAt);
      events.push(...taken.events);
      irrelevant += taken.irrelevant;
      const unread =
        broken === null
          ? taken.quarantined
          : [...taken.quarantined, quarantinedText(broken.raw, broken.reason, receivedAt)];
      quarantined.push(
        ...unread.map((row) => ({ ...row, reason: `${row.reason} (${this.#placeOf(event)})` })),
      );
    }
    return { events, quarantined, irrelevant };
  }

  #placeOf({ sequenceNumber, offset }: HubEvent): string {
    return `partition ${this.#partition}, sequence number ${sequenceNumber}, offset ${offset}`;
  }
}
