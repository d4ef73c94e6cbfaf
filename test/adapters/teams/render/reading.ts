import { DateTime } from "luxon";
import { z } from "zod";

const node = z.looseObject({ type: z.string().optional() });
type Node = z.infer<typeof node>;
const nodes = z.array(node);
const text = z.string();

/** What a reader in that zone sees, line by line; buttons as `[label]`, menus as `[label: choices]`. */
export function shownText(card: unknown, zone: string): string {
  return nodes
    .parse(node.parse(card)["body"])
    .flatMap((element) => linesOf(element, zone))
    .join("\n");
}

function linesOf(element: Node, zone: string): readonly string[] {
  switch (element.type) {
    case "TextBlock":
      return [withTimes(text.parse(element["text"]), zone)];
    case "RichTextBlock":
      return [runText(element, zone)];
    case "Container": {
      const inside = nodes.parse(element["items"]).flatMap((item) => linesOf(item, zone));
      return element["style"] === undefined
        ? inside
        : inside.map((line) => `${text.parse(element["style"])} │ ${line}`);
    }
    case "Table":
      return nodes.parse(element["rows"]).map((row) =>
        nodes
          .parse(row["cells"])
          .map((cell) => nodes.parse(cell["items"]).flatMap((item) => linesOf(item, zone)))
          .join(" | "),
      );
    case "ActionSet":
      return [nodes.parse(element["actions"]).map(buttonText).join(" ")];
    case "Image":
      return [`(picture: ${text.parse(element["altText"])})`];
    case "Chart.HorizontalBar":
      return [
        text.parse(element["title"]),
        ...nodes.parse(element["data"]).map((bar) => `${String(bar["x"])}: ${String(bar["y"])}`),
      ];
    default:
      throw new Error(`Not an element that is read here: ${String(element.type)}`);
  }
}

function runText(element: Node, zone: string): string {
  return nodes
    .parse(element["inlines"])
    .map((run) => withTimes(text.parse(run["text"]), zone))
    .join("");
}

function buttonText(action: Node): string {
  const title = text.parse(action["title"]);
  if (action.type !== "Action.ShowCard") {
    return `[${title}]`;
  }
  const [input] = nodes.parse(node.parse(action["card"])["body"]);
  const choices = nodes.parse(input?.["choices"]).map((choice) => text.parse(choice["title"]));
  return `[${title}: ${choices.join(", ")}]`;
}

/** What clients make of the functions DATE and TIME. */
function withTimes(shown: string, zone: string): string {
  return shown.replaceAll(
    /\{\{(DATE|TIME)\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)(?:,SHORT)?\)\}\}/g,
    (_, kind: string, at: string) =>
      DateTime.fromISO(at, { zone }).toFormat(kind === "DATE" ? "ccc, LLL d, yyyy" : "HH:mm"),
  );
}

/** Every text of a card, wherever it stands. */
export function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") {
    return [value];
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

/** Every element, run and action of a card that has the type. */
export function ofType(value: unknown, type: string): readonly Node[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  const inside = Object.values(value).flatMap((one) => ofType(one, type));
  const own = node.safeParse(value);
  return own.data?.type === type ? [own.data, ...inside] : inside;
}

/** The names in the tags of mentions in a card's body, in their order. */
export function mentionNames(card: unknown): readonly string[] {
  return textsOf(node.parse(card)["body"]).flatMap((one) =>
    [...one.matchAll(/<at>(.*?)<\/at>/g)].map(([, name = ""]) => name),
  );
}
