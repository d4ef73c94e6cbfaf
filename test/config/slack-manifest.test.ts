import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { SlackConfiguration } from "../../src/config/configuration.ts";
import { Secret } from "../../src/config/secret.ts";
import { slackManifest } from "../../src/config/slack-manifest.ts";

const TEMPLATE = await readFile(new URL("../../manifest/slack.yaml", import.meta.url), "utf8");
const TOKEN = { kind: "token", botToken: new Secret("xoxb-1") } as const;
const SOCKET = { kind: "socket", appToken: new Secret("xapp-1") } as const;
const HTTP = {
  kind: "http",
  signingSecret: new Secret("signing"),
  host: "127.0.0.1",
  port: 3000,
  path: "/slack/events",
  publicUrl: "https://doorbell.example/slack/events",
} as const;
const OAUTH = {
  kind: "oauth",
  clientId: "1.2",
  clientSecret: new Secret("client"),
  stateSecret: new Secret("state"),
  redirectUri: "https://doorbell.example/slack/oauth_redirect",
  host: "127.0.0.1",
  port: 3000,
} as const;

type Filled = Pick<SlackConfiguration, "command" | "groups" | "identity" | "transport">;

function filled(parts: Partial<Filled>): unknown {
  const text = slackManifest(TEMPLATE, {
    command: "/jit",
    transport: SOCKET,
    identity: TOKEN,
    groups: [],
    ...parts,
  });
  const manifest: unknown = parse(text);
  return manifest;
}

test("with the defaults, the manifest is the one that comes with Doorbell", () => {
  expect(filled({})).toEqual(parse(TEMPLATE));
});

test("the manifest has the command of the configuration", () => {
  expect(filled({ command: "/doorbell" })).toMatchObject({
    features: { slash_commands: [{ command: "/doorbell", should_escape: true }] },
  });
});

test("without a socket, Slack is told where to post", () => {
  const url = HTTP.publicUrl;
  expect(filled({ transport: HTTP })).toMatchObject({
    features: { slash_commands: [{ command: "/jit", url }] },
    settings: {
      socket_mode_enabled: false,
      event_subscriptions: { request_url: url },
      interactivity: { is_enabled: true, request_url: url },
    },
  });
});

test("an address that nobody said is asked for", () => {
  expect(() => filled({ transport: { ...HTTP, publicUrl: null } })).toThrow(
    "slack.http.public-url",
  );
});

test("an app of several workspaces has its redirect URL, and tokens that are renewed", () => {
  expect(filled({ identity: OAUTH })).toMatchObject({
    oauth_config: { redirect_urls: [OAUTH.redirectUri] },
    settings: { socket_mode_enabled: true, token_rotation_enabled: true },
  });
});

test("user groups take a scope that nobody else gives", () => {
  const scopes = z.object({
    oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  });
  const of = (groups: readonly string[]): readonly string[] =>
    scopes.parse(filled({ groups })).oauth_config.scopes.bot;
  expect(of(["S0123456789"])).toEqual([...of([]), "usergroups:read"]);
  expect(of([])).not.toContain("usergroups:read");
});
