import type { Attribution } from "../domain/opening.ts";
import type { Actor } from "../domain/principal.ts";
import { isolated, pictureText, shortened } from "./picture-text.ts";
import type { PicturePerson, Who } from "./timeline.ts";

/** More lines of legend would push the picture off the screen, and more colours cannot be told apart. */
export const MOST_PEOPLE = 10;
/** The key of people who have no line in the legend. */
const OTHER_KEY = "+";
const NOBODY_KEY = "?";
const MOST_NAMED = 2;
const NAME_LIMIT = 80;
const LETTERS = "ABCDEFGHIJ";

/** How many characters the key of an attribution will have, before letters are handed out. */
export function keyLength(attribution: Attribution): number {
  const people = candidatesOf(attribution);
  switch (attribution.verdict) {
    case "ambiguous":
      return people.length > MOST_NAMED ? 2 * MOST_NAMED : Math.max(1, 2 * people.length - 1);
    case "likely":
      return 2;
    case "certain":
    case "unattributed":
      return 1;
  }
}

/** How an attribution is shown. */
export interface Shown {
  readonly who: Who;
  readonly key: string;
  /** In words, for the bar and for readers of text. */
  readonly name: string;
}

/** Hands out letters and colours in the order in which people are met. */
export class Legend {
  readonly #indices = new Map<string, number>();
  readonly #actors: Actor[] = [];
  readonly #others = new Set<string>();

  /** How many people got no line. */
  get others(): number {
    return this.#others.size;
  }

  /** The lines of the legend. Two people of one name are told apart by their object IDs. */
  get people(): readonly PicturePerson[] {
    const names = this.#actors.map(actorName);
    return this.#actors.map((actor, index) => {
      const name = actorName(actor);
      const isShared = names.filter((one) => one === name).length > 1;
      const mark = actor.objectId === null ? "" : ` (${pictureText(actor.objectId).slice(0, 8)})`;
      return { key: LETTERS[index] ?? OTHER_KEY, name: isShared ? `${name}${mark}` : name };
    });
  }

  /** The letter and colour of whoever stands behind an opening. */
  ofAttribution(attribution: Attribution): Shown {
    const { verdict, actor } = attribution;
    if (verdict === "ambiguous") {
      return this.#ofSeveral(candidatesOf(attribution));
    }
    if (verdict === "unattributed" || actor === null) {
      return { who: "nobody", key: NOBODY_KEY, name: "not named in the log" };
    }
    const shown = this.ofActor(actor);
    return verdict === "likely"
      ? { who: shown.who, key: `${shown.key}?`, name: `most likely ${shown.name}` }
      : shown;
  }

  /** The letter and colour of one person; null is somebody whom the log does not name. */
  ofActor(actor: Actor | null): Shown {
    if (actor === null) {
      return { who: "nobody", key: NOBODY_KEY, name: "not named in the log" };
    }
    const index = this.#indexOf(actor);
    return index === null
      ? { who: "other", key: OTHER_KEY, name: actorName(actor) }
      : { who: index, key: LETTERS[index] ?? OTHER_KEY, name: actorName(actor) };
  }

  #ofSeveral(people: readonly Actor[]): Shown {
    const named = people.slice(0, MOST_NAMED).map((one) => this.ofActor(one));
    if (named.length === 0) {
      return { who: "nobody", key: NOBODY_KEY, name: "one of several people" };
    }
    const more = people.length - named.length;
    const names = named.map(({ name }) => name).join(" or ");
    return {
      who: "nobody",
      key: `${named.map(({ key }) => key).join("/")}${more > 0 ? "+" : ""}`,
      name: more > 0 ? `${names} or ${more} more` : names,
    };
  }

  #indexOf(actor: Actor): number | null {
    const known = this.#indices.get(actor.key);
    if (known !== undefined) {
      return known;
    }
    if (this.#actors.length >= MOST_PEOPLE) {
      this.#others.add(actor.key);
      return null;
    }
    this.#indices.set(actor.key, this.#actors.length);
    this.#actors.push(actor);
    return this.#actors.length - 1;
  }
}

function actorName({ name }: Actor): string {
  const text = pictureText(name);
  return isolated(shortened(text === "" ? "(no name)" : text, NAME_LIMIT));
}

/** The people who may stand behind an opening, each once. */
function candidatesOf({ candidates }: Attribution): readonly Actor[] {
  const actors = candidates.map(({ actor }) => actor).filter((actor) => actor !== null);
  return [...new Map(actors.map((actor) => [actor.key, actor])).values()];
}
