import { setImmediate as nextTurn } from "node:timers/promises";
import type { KyselyPlugin, QueryResult, UnknownRow } from "kysely";
import type { Duration } from "../domain/instant.ts";
import type { Clock } from "../ports.ts";

/** How long statements may take together before whatever else waits has its turn. */
const LONGEST_TURN: Duration = 25;

/**
 * SQLite works within the program's only thread: a transaction of many statements would let nothing else
 * happen until it ends. With this, chats and feeds have their turn between its statements.
 */
export class TurnsForOthers implements KyselyPlugin {
  readonly #clock: Clock;
  #began = 0;
  #taken = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  transformQuery: KyselyPlugin["transformQuery"] = ({ node }) => {
    this.#began = this.#clock.now();
    return node;
  };

  async transformResult({
    result,
  }: {
    readonly result: QueryResult<UnknownRow>;
  }): Promise<QueryResult<UnknownRow>> {
    // A clock that was set back gives nobody an hour without a turn.
    this.#taken += Math.max(0, this.#clock.now() - this.#began);
    if (this.#taken >= LONGEST_TURN) {
      this.#taken = 0;
      await nextTurn();
    }
    return result;
  }
}
