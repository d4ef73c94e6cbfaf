import type { ActivityEvent } from "../domain/activity-event.ts";
import { byTime } from "./fact-set.ts";

/** Rows that belong together, which come and go one by one. */
export class RowGroup {
  #rows: ActivityEvent[] = [];
  #isSorted = true;
  #revision = 0;

  /** Another number whenever other rows are in it. */
  get revision(): number {
    return this.#revision;
  }

  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  /** By time, then identity. */
  get rows(): readonly ActivityEvent[] {
    if (!this.#isSorted) {
      // A copy takes no more room than it needs, unlike what grew.
      this.#rows = this.#rows.toSorted(byTime);
      this.#isSorted = true;
    }
    return this.#rows;
  }

  add(event: ActivityEvent): void {
    this.#rows.push(event);
    this.#isSorted = false;
    this.#revision += 1;
  }

  /** Takes out this very object. */
  remove(event: ActivityEvent): void {
    const at = this.#rows.indexOf(event);
    if (at >= 0) {
      this.#rows.splice(at, 1);
      this.#revision += 1;
    }
  }
}
