import { distance } from "fastest-levenshtein";
import { stringify } from "yaml";
import type { z } from "zod";
import { DoorbellError } from "../errors.ts";
import { memberOf, schemaAt, settingsOf, wordsOf } from "./json-schema.ts";
import type { JsonSchema } from "./json-schema.ts";
import type { SettingPath, TextPosition, YamlText } from "./yaml-text.ts";

/** One thing that is wrong with the configuration. */
export interface ConfigurationFault {
  /** Such as `azure.tenants[0].credential.kind`; empty when the fault is of the text, not of a setting. */
  readonly key: string;
  readonly position: TextPosition;
  /** What is wrong and what would be right: one line that quotes no value of the file. */
  readonly text: string;
}

/** The configuration has faults: all of them, in the order of the file. */
export class ConfigurationError extends DoorbellError {
  readonly faults: readonly ConfigurationFault[];

  /** @param file the configuration's path, which stands before each fault's line and column. */
  constructor(file: string, faults: readonly ConfigurationFault[]) {
    const count = faults.length === 1 ? "a fault" : `${faults.length} faults`;
    const lines = faults.map(({ key, position: { line, column }, text }) => {
      const subject = key === "" ? "" : `${key}: `;
      return `${file}:${line}:${column}: ${subject}${text}`;
    });
    super("configuration", [`The configuration has ${count}:`, ...lines].join("\n"));
    this.name = "ConfigurationError";
    this.faults = faults;
  }
}

/** The faults that a schema found in a text, in the order of the text, each once. */
export function faultsOf(
  issues: readonly z.core.$ZodIssue[],
  text: YamlText,
  schema: JsonSchema,
): readonly ConfigurationFault[] {
  const faults = issues.flatMap((issue) => faultsOfIssue(issue, text, schema));
  const unique = new Map(faults.map((fault) => [`${fault.key}: ${fault.text}`, fault]));
  return [...unique.values()].sort((a, b) => comparePositions(a.position, b.position));
}

/** By line, then by column. */
export function comparePositions(a: TextPosition, b: TextPosition): number {
  return a.line - b.line || a.column - b.column;
}

function faultsOfIssue(
  issue: z.core.$ZodIssue,
  text: YamlText,
  schema: JsonSchema,
): readonly ConfigurationFault[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey([...issue.path, key], text, schema));
  }
  const value = valueAt(text.value, issue.path);
  const shape = schemaAt(schema, issue.path, text.value);
  const fault = {
    key: keyText(issue.path),
    position: text.position(issue.path, "value"),
    text: complaint(issue, value, shape),
  };
  // Without a kind the other keys of the mapping were not looked at: the kind itself may be misspelt.
  const strange =
    issue.code === "invalid_union" && issue.discriminator !== undefined && value === undefined
      ? strangeKeys(issue.path.slice(0, -1), text, schema)
      : [];
  return [fault, ...strange];
}

/** The keys of a mapping that none of its kinds has. */
function strangeKeys(
  path: SettingPath,
  text: YamlText,
  schema: JsonSchema,
): readonly ConfigurationFault[] {
  const around = valueAt(text.value, path);
  const known = knownKeys(path, text, schema);
  const keys = typeof around === "object" && around !== null ? Object.keys(around) : [];
  return keys
    .filter((key) => !known.includes(key))
    .map((key) => unknownKey([...path, key], text, schema));
}

function unknownKey(path: SettingPath, text: YamlText, schema: JsonSchema): ConfigurationFault {
  const known = knownKeys(path.slice(0, -1), text, schema);
  return {
    key: keyText(path),
    position: text.position(path, "key"),
    text: `is not a setting${hintForKey(String(path.at(-1)), known, schema)}`,
  };
}

function knownKeys(path: SettingPath, text: YamlText, schema: JsonSchema): readonly string[] {
  const shape = schemaAt(schema, path, text.value);
  return shape === null ? [] : [...settingsOf(shape, valueAt(text.value, path)).keys()];
}

function complaint(issue: z.core.$ZodIssue, value: unknown, shape: JsonSchema | null): string {
  const allowed = allowedOf(issue);
  // What was found out by a check of its own says itself what would be right.
  const example = allowed.length > 0 || issue.code === "custom" ? "" : exampleOf(shape);
  if (value === undefined) {
    const meaning = shape?.description === undefined ? "" : `: ${asClause(shape.description)}`;
    return `is missing${allowed.length > 0 ? `: give ${orList(allowed)}` : meaning}${example}`;
  }
  if (value === null) {
    return `has no value: give it one, or remove the key${example}`;
  }
  if (issue.code === "invalid_type" && issue.expected === "object") {
    return "must be a mapping: keys with values, indented below it";
  }
  if (issue.code === "invalid_type" && issue.expected === "array") {
    return `must be a list: lines that begin with -, indented below it${example}`;
  }
  const words = allowed.length > 0 || shape === null ? allowed : wordsOf(shape);
  const near = typeof value === "string" ? nearest(value, words) : null;
  const wrong = allowed.length > 0 ? `must be ${orList(allowed)}` : issue.message;
  return near === null ? `${wrong}${example}` : `${wrong}; did you mean ${near}?`;
}

/** The only values that would have been right, when they can be listed. */
function allowedOf(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === "invalid_value") {
    return issue.values.map(String);
  }
  return issue.code === "invalid_union" && "options" in issue
    ? (issue.options ?? []).map(String)
    : [];
}

function hintForKey(key: string, known: readonly string[], schema: JsonSchema): string {
  const elsewhere = pathsOf(schema).filter((path) => path.at(-1) === key);
  const near = nearest(key, known);
  if (near !== null && (elsewhere.length === 0 || distance(key, near) === 1)) {
    return `; did you mean ${near}?`;
  }
  if (elsewhere.length > 0) {
    return ` here; it belongs to ${orList(elsewhere.map((path) => path.slice(0, -1).join(".")))}`;
  }
  return known.length === 0 ? "" : `; there are: ${known.join(", ")}`;
}

/** Every setting's path, without the indexes of lists. */
function pathsOf(schema: JsonSchema): readonly (readonly string[])[] {
  const items = schema.items;
  const inner = typeof items === "object" && !Array.isArray(items) ? pathsOf(items) : [];
  const own = [...settingsOf(schema, undefined)].flatMap(([key, setting]) => [
    [key],
    ...pathsOf(setting).map((path) => [key, ...path]),
  ]);
  return [...inner, ...own].filter((path) => path.length > 0);
}

/** The candidate that was probably meant; null when none is near. */
function nearest(typed: string, candidates: readonly string[]): string | null {
  const simple = simplified(typed);
  const begun = candidates.find(
    (candidate) => simple.length > 2 && simplified(candidate).startsWith(simple),
  );
  const best = candidates
    .map((candidate) => ({ candidate, away: distance(simple, simplified(candidate)) }))
    .sort((a, b) => a.away - b.away)[0];
  const isNear = best !== undefined && best.away <= Math.max(1, Math.ceil(simple.length / 3) + 1);
  return begun ?? (isNear ? best.candidate : null);
}

/** Without the signs in which kebab, snake and camel case differ, and cut where it cannot fit anyway. */
function simplified(name: string): string {
  return name
    .slice(0, 60)
    .replaceAll(/[^\p{L}\p{N}]/gu, "")
    .toLowerCase();
}

function exampleOf(shape: JsonSchema | null): string {
  const example = shape?.examples?.[0];
  return example === undefined ? "" : `; for example ${inlineYaml(example)}`;
}

/** A value of plain data as YAML on one line. */
export function inlineYaml(value: unknown): string {
  return stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trimEnd();
}

/** Such as `azure.tenants[0].id`; what is no plain name stands in quotes, without control characters. */
export function keyText(path: SettingPath): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") {
        return `[${step}]`;
      }
      const name = String(step);
      return /^[A-Za-z0-9_-]{1,60}$/.test(name)
        ? `${index === 0 ? "" : "."}${name}`
        : `["${name.slice(0, 60).replaceAll(/[\p{C}\p{Zl}\p{Zp}"\\]/gu, "\uFFFD")}"]`;
    })
    .join("");
}

function valueAt(value: unknown, path: SettingPath): unknown {
  return path.reduce<unknown>(memberOf, value);
}

function orList(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}

/** A description as a part of a sentence. */
function asClause(description: string): string {
  const text = description.replace(/\.$/, "");
  return /^[A-Z](?![A-Z])/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
