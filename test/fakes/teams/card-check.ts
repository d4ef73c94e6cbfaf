import { AdaptiveCard, SerializationContext, ValidationEvent, Versions } from "adaptivecards";
import { z } from "zod";
import { EXTENSIONS } from "./card-extensions.ts";
import { ACTIONS, CARD, ELEMENTS, PART_TYPES, PARTS } from "./card-vocabulary.ts";
import type { Kind, Vocabulary } from "./card-vocabulary.ts";
import { checkMentions } from "./card-mentions.ts";

/** Teams shows so many buttons in a row of a card. */
const MOST_ACTIONS = 6;
/** For so many people a card may refresh itself. */
const MOST_REFRESHING = 60;
const PICTURE = /^(?:https:\/\/|data:image\/(?:png|jpeg|gif|svg\+xml);base64,)/;
const ADDRESS = /^(?:https:\/\/|mailto:)/;

const node = z.record(z.string(), z.unknown());
type Node = z.infer<typeof node>;

/**
 * What is wrong with an Adaptive Card for Teams, one line for each fault, with where; empty when Teams
 * renders it as it is meant. Stricter than Teams in unknown properties, which it ignores.
 */
export function checkCard(card: unknown): readonly string[] {
  const check = new CardCheck();
  check.card(card, "card");
  return [...check.faults, ...checkMentions(card), ...parserFaults(card)];
}

/** What Microsoft's own parser says of it. */
function parserFaults(card: unknown): readonly string[] {
  const context = new SerializationContext(Versions.v1_5);
  new AdaptiveCard().parse(card, context);
  const faults: string[] = [];
  for (let index = 0; index < context.eventCount; index += 1) {
    const { event, message } = context.getEventAt(index);
    if (event !== ValidationEvent.UnknownElementType) {
      faults.push(`parser: ${message}`);
    }
  }
  return faults;
}

class CardCheck {
  readonly faults: string[] = [];
  readonly #ids = new Set<string>();
  /** Whether ids count: a fallback takes the place of what has the same one. */
  #counting = true;

  card(value: unknown, at: string): void {
    const card = this.#node(value, at);
    if (card === null) {
      return;
    }
    if (card["type"] !== "AdaptiveCard") {
      this.#fault(at, "is not of the type AdaptiveCard");
    }
    if (!/^1\.[0-5]$/.test(String(card["version"]))) {
      this.#fault(at, "has no version from 1.0 to 1.5");
    }
    this.#properties(card, CARD, at);
    if (card["refresh"] !== undefined) {
      this.#refresh(card["refresh"], `${at}.refresh`);
    }
  }

  #refresh(value: unknown, at: string): void {
    const refresh = this.#node(value, at);
    if (refresh === null) {
      return;
    }
    this.#action(refresh["action"], `${at}.action`, ["Action.Execute"]);
    const users = z.array(z.string()).max(MOST_REFRESHING).optional();
    if (!users.safeParse(refresh["userIds"]).success) {
      this.#fault(at, `names more than ${MOST_REFRESHING} people, or none by id`);
    }
  }

  #properties(value: Node, { properties, required }: Vocabulary, at: string): void {
    for (const name of required) {
      if (value[name] === undefined) {
        this.#fault(at, `lacks ${name}`);
      }
    }
    for (const [name, held] of Object.entries(value)) {
      const kind = properties[name];
      if (kind === undefined) {
        this.#fault(at, `has an unknown property ${name}`);
      } else if (held !== undefined) {
        this.#value(held, kind, `${at}.${name}`);
      }
    }
  }

  #value(value: unknown, kind: Kind, at: string): void {
    if (typeof kind !== "string") {
      this.#want(at, `one of ${kind.join(", ")}`, isOneOf(value, kind));
      return;
    }
    switch (kind) {
      case "text":
        this.#want(at, "text", typeof value === "string");
        return;
      case "flag":
        this.#want(at, "true or false", typeof value === "boolean");
        return;
      case "number":
        this.#want(at, "a number", typeof value === "number" && Number.isFinite(value));
        return;
      case "pixels":
        this.#want(at, "pixels", /^\d+px$/.test(String(value)));
        return;
      case "width":
        this.#want(at, "a width", /^(?:auto|stretch|\d+(?:\.\d+)?|\d+px)$/.test(String(value)));
        return;
      case "share":
        this.#want(at, "a weight or pixels", /^(?:\d+(?:\.\d+)?|\d+px)$/.test(String(value)));
        return;
      case "picture":
        this.#want(at, "an https: or data: picture", PICTURE.test(String(value)));
        return;
      case "address":
        this.#want(at, "an https: address", ADDRESS.test(String(value)));
        return;
      case "id":
        this.#id(value, at);
        return;
      case "object":
        this.#want(at, "an object", node.safeParse(value).success);
        return;
      case "list":
        this.#want(at, "a list", Array.isArray(value));
        return;
      case "anything":
        return;
      case "action":
        this.#action(value, at);
        return;
      case "actions":
        this.#actions(value, at);
        return;
      case "elements":
        this.#each(value, at, (item, where) => {
          this.#element(item, where);
        });
        return;
      case "images":
        this.#each(value, at, (item, where) => {
          this.#element(item, where, ["Image"]);
        });
        return;
      default:
        this.#each(value, at, (item, where) => {
          this.#part(item, kind, where);
        });
    }
  }

  #part(value: unknown, kind: keyof typeof PARTS, at: string): void {
    if (kind === "inlines" && typeof value === "string") {
      return;
    }
    const part = this.#node(value, at);
    const type = PART_TYPES[kind];
    if (part === null) {
      return;
    }
    if (type !== null && part["type"] !== type && !(kind === "columns" && !("type" in part))) {
      this.#fault(at, `is not of the type ${type}`);
    }
    this.#properties(part, PARTS[kind], at);
  }

  #element(value: unknown, at: string, types: readonly string[] | null = null): void {
    const element = this.#node(value, at);
    if (element === null) {
      return;
    }
    const type = String(element["type"]);
    const vocabulary = ELEMENTS[type] ?? EXTENSIONS[type];
    if (vocabulary === undefined || (types !== null && !types.includes(type))) {
      this.#fault(at, `has the type ${type}, which Teams does not render here`);
      return;
    }
    this.#properties(element, vocabulary, at);
    if (ELEMENTS[type] === undefined && element["fallback"] === undefined) {
      this.#fault(at, `needs a fallback: not every client draws ${type}`);
    }
    if (type === "Table") {
      this.#table(element, at);
    }
    this.#fallback(element["fallback"], at, (fallback, where) => {
      this.#element(fallback, where);
    });
  }

  #table(table: Node, at: string): void {
    const shape = z.object({
      columns: z.array(z.unknown()),
      rows: z.array(z.object({ cells: z.array(z.unknown()) })),
    });
    const parsed = shape.safeParse(table);
    if (parsed.success) {
      const { columns, rows } = parsed.data;
      const odd = rows.findIndex(({ cells }) => cells.length !== columns.length);
      if (odd >= 0) {
        this.#fault(`${at}.rows[${odd}]`, "has not one cell for each column");
      }
    }
  }

  #actions(value: unknown, at: string): void {
    this.#each(value, at, (item, where) => {
      this.#action(item, where);
    });
    const all = z.array(z.looseObject({ mode: z.string().optional() })).safeParse(value);
    const shown = (all.data ?? []).filter(({ mode }) => mode !== "secondary");
    if (shown.length > MOST_ACTIONS) {
      this.#fault(at, `has ${shown.length} actions; Teams shows ${MOST_ACTIONS}`);
    }
  }

  #action(value: unknown, at: string, types: readonly string[] | null = null): void {
    const action = this.#node(value, at);
    if (action === null) {
      return;
    }
    const type = String(action["type"]);
    const vocabulary = ACTIONS[type];
    if (vocabulary === undefined || (types !== null && !types.includes(type))) {
      this.#fault(at, `has the type ${type}, which Teams does not know here`);
      return;
    }
    this.#properties(action, vocabulary, at);
    if (type === "Action.ShowCard") {
      this.card({ version: "1.5", ...node.safeParse(action["card"]).data }, `${at}.card`);
    }
    this.#fallback(action["fallback"], at, (fallback, where) => {
      this.#action(fallback, where);
    });
  }

  #fallback(value: unknown, at: string, check: (value: unknown, at: string) => void): void {
    if (value === undefined || value === "drop") {
      return;
    }
    const before = this.#counting;
    this.#counting = false;
    check(value, `${at}.fallback`);
    this.#counting = before;
  }

  #id(value: unknown, at: string): void {
    if (typeof value !== "string" || value === "") {
      this.#fault(at, "is no id");
    } else if (this.#counting) {
      if (this.#ids.has(value)) {
        this.#fault(at, `repeats the id ${value}`);
      }
      this.#ids.add(value);
    }
  }

  #each(value: unknown, at: string, check: (item: unknown, at: string) => void): void {
    if (!Array.isArray(value)) {
      this.#fault(at, "is no list");
      return;
    }
    for (const [index, item] of value.entries()) {
      check(item, `${at}[${index}]`);
    }
  }

  #node(value: unknown, at: string): Node | null {
    const parsed = node.safeParse(value);
    if (!parsed.success || Array.isArray(value)) {
      this.#fault(at, "is no object");
      return null;
    }
    return parsed.data;
  }

  #want(at: string, what: string, holds: boolean): void {
    if (!holds) {
      this.#fault(at, `is not ${what}`);
    }
  }

  #fault(at: string, words: string): void {
    this.faults.push(`${at} ${words}`);
  }
}

function isOneOf(value: unknown, words: readonly string[]): boolean {
  return (
    typeof value === "string" && words.some((word) => word.toLowerCase() === value.toLowerCase())
  );
}
