import { inspect } from "node:util";

const HIDDEN = "<secret>";

/**
 * A password, key or token. However it is printed, logged, inspected, joined to other text or turned into
 * JSON, it shows as `<secret>`: only `reveal` gives it away, at the place that sends it.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The secret itself. It must not go into a log, an error or an answer. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
