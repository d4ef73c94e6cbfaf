import { z } from "zod";
import { configurationSchema } from "./schema.ts";

/** A part of a JSON Schema. */
export type JsonSchema = z.core.JSONSchema.JSONSchema;

/**
 * The configuration file as a JSON Schema (draft 2020-12), for editors and for the documentation. It
 * says nothing of what depends on the machine, such as whether a secret's file is there.
 */
export function configurationJsonSchema(): JsonSchema {
  made ??= makeJsonSchema();
  return made;
}

/** It is the same each time, and takes some ten milliseconds. */
let made: JsonSchema | null = null;

function makeJsonSchema(): JsonSchema {
  const schema = configurationSchema({
    environment: {},
    readFile: () => Promise.reject(new Error("A schema reads no files.")),
    folder: "",
    zone: "UTC",
  });
  return {
    title: "Configuration of Doorbell",
    ...z.toJSONSchema(schema, {
      io: "input",
      // Zod leaves out examples of values that are transformed, although they are examples of the input.
      override: ({ zodSchema, jsonSchema }) => {
        const examples = z.globalRegistry.get(zodSchema)?.["examples"];
        if (Array.isArray(examples)) {
          jsonSchema.examples = examples;
        }
      },
    }),
  };
}

/** The settings of a mapping, by key; of a choice between mappings, those of the one that fits. */
export function settingsOf(schema: JsonSchema, value: unknown): ReadonlyMap<string, JsonSchema> {
  const settings = new Map<string, JsonSchema>();
  for (const variant of variantsFor(schema, value)) {
    for (const [key, inner] of Object.entries(variant.properties ?? {})) {
      if (typeof inner === "object" && !settings.has(key)) {
        settings.set(key, inner);
      }
    }
  }
  return settings;
}

/** The part of the schema at the path; null where it has none. */
export function schemaAt(
  schema: JsonSchema,
  path: readonly PropertyKey[],
  value: unknown,
): JsonSchema | null {
  const [step, ...rest] = path;
  if (step === undefined) {
    return schema;
  }
  const items = schema.items;
  const inner =
    typeof step === "number"
      ? typeof items === "object" && !Array.isArray(items)
        ? items
        : undefined
      : settingsOf(schema, value).get(String(step));
  return inner === undefined ? null : schemaAt(inner, rest, memberOf(value, step));
}

/** The words that a setting may be, beside what else it may be. */
export function wordsOf(schema: JsonSchema): readonly string[] {
  const own = schema.const === undefined ? (schema.enum ?? []) : [schema.const];
  const variants = schema.anyOf ?? [];
  return [...own.filter((word) => typeof word === "string"), ...variants.flatMap(wordsOf)];
}

/** What stands in a mapping or list under the name or index; undefined when nothing does. */
export function memberOf(value: unknown, step: PropertyKey): unknown {
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  return Object.entries(value).find(([key]) => key === String(step))?.[1];
}

/** The variants of a choice that the value's `kind` picks; all where it picks none. */
function variantsFor(schema: JsonSchema, value: unknown): readonly JsonSchema[] {
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants === undefined) {
    return [schema];
  }
  const kind = memberOf(value, "kind");
  const picked = variants.filter(({ properties }) => {
    const own = properties?.["kind"];
    return typeof own === "object" && own.const === kind;
  });
  return picked.length === 0 ? variants : picked;
}
