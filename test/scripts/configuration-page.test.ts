import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { configurationPage } from "../../scripts/configuration-page.ts";
import { configurationJsonSchema, settingsOf } from "../../src/config/json-schema.ts";
import type { JsonSchema } from "../../src/config/json-schema.ts";
import { readYaml } from "../../src/config/yaml-text.ts";
import { GUID_A, parse } from "../config/configuration-texts.ts";

const read = (path: string): Promise<string> =>
  readFile(new URL(`../../${path}`, import.meta.url), "utf8");

const EXAMPLE = await read("doorbell.example.yaml");

test("docs/configuration.md is what `npm run docs:configuration` writes", async () => {
  const page = configurationPage(configurationJsonSchema(), EXAMPLE);
  expect(page).toBe(await read("docs/configuration.md"));
});

test("the JSON Schema for editors is what `npm run docs:configuration` writes", async () => {
  const written: unknown = JSON.parse(await read("manifest/doorbell.schema.json"));
  expect(written).toEqual(JSON.parse(JSON.stringify(configurationJsonSchema())));
});

/** Every key of the schema, as the page writes it; a reference to a secret is told once, above. */
function keysIn(schema: JsonSchema, path: string): readonly string[] {
  if (schema.title?.startsWith("secret") === true) {
    return [];
  }
  const { items } = schema;
  const inner = typeof items === "object" && !Array.isArray(items) ? items : null;
  return [
    ...(inner === null ? [] : keysIn(inner, `${path}[]`)),
    ...[...settingsOf(schema, undefined)].flatMap(([key, setting]) => {
      const name = path === "" ? key : `${path}.${key}`;
      return [name, ...keysIn(setting, name)];
    }),
  ];
}

test("the page tells every key of the schema", async () => {
  const page = await read("docs/configuration.md");
  const keys = keysIn(configurationJsonSchema(), "").filter((key) => !key.endsWith(".kind"));
  expect(keys.length).toBeGreaterThan(35);
  expect(
    keys.filter((key) => !page.includes(`\`${key}\``) && !page.includes(`\`${key}[]\``)),
  ).toEqual([]);
});

describe("the JSON Schema", () => {
  const schema = z.fromJSONSchema(z.record(z.string(), z.json()).parse(configurationJsonSchema()));

  test("takes the example", () => {
    expect(schema.safeParse(readYaml(EXAMPLE).value).success).toBe(true);
  });

  test.each<readonly [string, boolean]>([
    ["{}", true],
    ["azure: { backfill: 0 }", true],
    ["azure: { live-state: true }", true],
    ["http: { port: off }", true],
    [`azure: { tenants: [{ id: A.com, subscriptions: [${GUID_A.toUpperCase()}] }] }`, true],
    ["store: { kind: postgres, url: { file: /run/secrets/url } }", true],
    ["azur: {}", false],
    ["azure: { poll: soon }", false],
    ["azure: { tenants: [{ id: a.com, subscriptions: [] }] }", false],
    ["store: { kind: postgres, url: 'postgres://u:p@h/d' }", false],
    ["store: { kind: postgres }", false],
    ["http: { port: 0 }", false],
    ["log: { level: warn }", false],
  ])("agrees with the program on %s", async (text, right) => {
    expect(schema.safeParse(readYaml(text).value).success).toBe(right);
    const accepted = await parse(text).then(
      () => true,
      () => false,
    );
    expect(accepted).toBe(right);
  });
});
