import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { ABOUT_SHORTCUT, ASK_SHORTCUT } from "../../adapters/slack/listeners.ts";
import { EVENTS, METHOD_SCOPES, SCOPES } from "../../adapters/slack/scopes.ts";
import { ALL_SCOPES } from "../fakes/slack/fake-slack.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Slack's published schema of manifests, where it lies beside the repository. */
const SCHEMA = fileURLToPath(new URL("../shared/schemas/slack-manifest.json", `file://${ROOT}`));

const manifestSchema = z.object({
  display_information: z.object({
    name: z.string().max(35),
    description: z.string().max(140),
    long_description: z.string().min(175).max(4000),
  }),
  features: z.object({
    shortcuts: z.array(
      z.object({
        name: z.string().max(24),
        callback_id: z.string().max(255),
        description: z.string().max(150),
        type: z.enum(["global", "message"]),
      }),
    ),
    slash_commands: z.array(z.object({ command: z.string(), should_escape: z.boolean() })),
  }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({
    event_subscriptions: z.object({ bot_events: z.array(z.string()) }),
    interactivity: z.object({ is_enabled: z.literal(true) }),
  }),
});

async function manifestText(): Promise<unknown> {
  const manifest: unknown = parse(await readFile(`${ROOT}manifest/slack.yaml`, "utf8"));
  return manifest;
}

async function adapterSource(): Promise<string> {
  const folder = `${ROOT}adapters/slack`;
  const files = await readdir(folder, { recursive: true });
  const texts = files
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFile(`${folder}/${name}`, "utf8"));
  return (await Promise.all(texts)).join("\n");
}

test("the manifest asks for the scopes that the code needs, and for no others", async () => {
  const { oauth_config } = manifestSchema.parse(await manifestText());
  expect(oauth_config.scopes.bot).toEqual(SCOPES);
  expect(ALL_SCOPES).toEqual(SCOPES);
});

test("the scopes are counted for every method that the code calls, and for no others", async () => {
  const source = await adapterSource();
  const calls = [
    ...source.matchAll(
      /\bclient\s*\.(?!apiCall|once|off|on|start|disconnect)(\w+(?:\.\w+){1,2})\(/g,
    ),
  ].map((match) => match[1] ?? "");
  const generic = [...source.matchAll(/\.apiCall\("([\w.]+)"/g)].map((match) => match[1] ?? "");
  expect([...new Set([...calls, ...generic])].toSorted()).toEqual(
    Object.keys(METHOD_SCOPES).toSorted(),
  );
});

test("the manifest subscribes to the events that the code listens to, and to no others", async () => {
  const { settings } = manifestSchema.parse(await manifestText());
  expect(settings.event_subscriptions.bot_events).toEqual(EVENTS);
});

test("the manifest has the command and the shortcuts that the code listens to", async () => {
  const { features } = manifestSchema.parse(await manifestText());
  expect(features.slash_commands.map(({ command }) => command)).toEqual(["/jit"]);
  expect(features.shortcuts.map(({ type, callback_id }) => [type, callback_id])).toEqual([
    ["global", ASK_SHORTCUT],
    ["message", ABOUT_SHORTCUT],
  ]);
});

test("the manifest is valid by the schema that Slack publishes", async ({ skip }) => {
  if (!existsSync(SCHEMA)) {
    skip("Slack's schema is not at ../shared/schemas/slack-manifest.json");
  }
  const published: unknown = JSON.parse(await readFile(SCHEMA, "utf8"));
  const schema = z.fromJSONSchema(z.record(z.string(), z.json()).parse(published));
  const manifest = z.record(z.string(), z.unknown()).parse(await manifestText());
  expect(schema.safeParse(manifest).error?.issues ?? []).toEqual([]);
  const wrong = { ...manifest, settings: { socket_mode_enabled: "maybe" } };
  expect(schema.safeParse(wrong).success).toBe(false);
  expect(schema.safeParse({ ...manifest, nonsense: true }).success).toBe(false);
});
