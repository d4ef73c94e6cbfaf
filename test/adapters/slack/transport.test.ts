import { describe, expect, test } from "vitest";
import { createSlackChat } from "../../../adapters/slack/index.ts";
import { Secret } from "../../../src/config/secret.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { DoorbellError } from "../../../src/errors.ts";
import { signedHeaders } from "../../fakes/slack/signing.ts";
import { echo, sitting } from "./slack-sitting.ts";
import type { Sitting } from "./slack-sitting.ts";

async function startError(at: Sitting): Promise<DoorbellError> {
  const error: unknown = await at.chat.start({ answer: echo(at.asked) }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DoorbellError)) {
    throw new Error(`It ended with ${String(error)}.`);
  }
  return error;
}

describe("a request over HTTP", () => {
  const BODY = new URLSearchParams({
    command: "/jit",
    team_id: "T0CONTOSO",
    channel_id: "C0",
    user_id: "U0",
    text: "help",
    trigger_id: "1.2.3",
    response_url: "http://127.0.0.1:9/none",
  }).toString();

  async function status(
    at: Sitting,
    headers: Readonly<Record<string, string>>,
    body = BODY,
  ): Promise<number | null> {
    const sent = await at.slack.deliveries.send({
      url: at.slack.deliveries.requestUrl ?? "",
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      body,
    });
    return sent.status;
  }

  const signed = (at: Sitting, ahead: number, secret = at.slack.signingSecret) =>
    signedHeaders(secret, BODY, Date.now() + ahead);

  test("is taken when Slack signed it just now", async () => {
    const at = await sitting({ transport: "http" });
    expect(await status(at, signed(at, 0))).toBe(200);
  });

  test("is refused when it comes again, word for word", async () => {
    const at = await sitting({ transport: "http" });
    await at.alice.types(at.ops, "/jit help");
    await at.slack.workspace.until(() => at.asked.length === 1);
    const { url = "", body = "", headers = {} } = at.slack.deliveries.lastRequest ?? {};
    const again = { url, body, headers: { ...headers, "x-slack-retry-num": "1" } };
    expect(await at.slack.deliveries.send(again)).toMatchObject({ status: 401 });
    expect(at.asked).toHaveLength(1);
  });

  test.each([
    ["a day in the future", DAY],
    ["six minutes in the future", 6 * MINUTE],
    ["six minutes ago", -6 * MINUTE],
    ["an hour ago", -HOUR],
  ])("is refused when it is dated %s, however well signed", async (_, ahead) => {
    const at = await sitting({ transport: "http" });
    expect(await status(at, signed(at, ahead))).toBe(401);
    expect(at.log.join("\n")).toContain("dated more than five minutes from now");
  });

  test("is refused when it is signed with another secret, not at all, or changed", async () => {
    const at = await sitting({ transport: "http" });
    expect(await status(at, signed(at, 0, "another secret"))).toBe(401);
    expect(await status(at, {})).toBe(401);
    expect(await status(at, signed(at, 0), BODY.replace("help", "status"))).toBe(401);
    expect(await status(at, { ...signed(at, 0), "x-slack-request-timestamp": "soon" })).toBe(401);
    expect(at.asked).toEqual([]);
    expect(at.log.join("\n")).not.toContain(at.slack.signingSecret);
  });

  test("is refused when it is too large", async () => {
    const at = await sitting({ transport: "http" });
    expect(await status(at, signed(at, 0), "x".repeat(1024 * 1024 + 1))).toBe(413);
  });

  test("may come again when it failed the first time, within the same second", async () => {
    const at = await sitting({ transport: "http" });
    const body = "not json";
    const headers = {
      ...signedHeaders(at.slack.signingSecret, body, Date.now()),
      "content-type": "application/json",
    };
    expect(await status(at, headers, body)).toBe(400);
    expect(await status(at, headers, body)).toBe(400);
  });

  test("of Slack's own checks is answered", async () => {
    const at = await sitting({ transport: "http" });
    expect(await status(at, {}, "ssl_check=1&token=x")).toBe(200);
    const body = JSON.stringify({ type: "url_verification", challenge: "abc" });
    const sent = await at.slack.deliveries.send({
      url: at.slack.deliveries.requestUrl ?? "",
      headers: {
        "content-type": "application/json",
        ...signedHeaders(at.slack.signingSecret, body, Date.now()),
      },
      body,
    });
    expect(sent.answer).toEqual({ challenge: "abc" });
  });

  test("to another path finds nothing", async () => {
    const at = await sitting({ transport: "http" });
    const url = new URL("/elsewhere", at.slack.deliveries.requestUrl ?? "");
    expect((await fetch(url, { method: "POST", body: "x" })).status).toBe(404);
  });
});

test("a port that is taken is told with its setting", async () => {
  const first = await sitting({ transport: "http" });
  const second = await sitting({
    starts: false,
    settings: { transport: first.settings.transport },
  });
  const error = await startError(second);
  expect(error.code).toBe("port-in-use");
  expect(error.message).toContain("slack.http.port");
});

describe("a socket", () => {
  /** Waits for another connection, and asks a question through it. */
  async function reopened(at: Sitting, before: number): Promise<void> {
    await at.slack.workspace.until(() => {
      at.clock.advance(SECOND);
      return at.slack.hub.opened > before && at.chat.health?.().state === "connected";
    });
    await at.alice.types(at.ops, "/jit help");
    await at.slack.workspace.until(() => at.asked.length > 0);
    expect(at.asked.map(({ text }) => text)).toEqual(["help"]);
  }

  test("that breaks is opened again, and questions come through it", async () => {
    const at = await sitting();
    at.slack.hub.cut();
    await reopened(at, 1);
    expect(at.slack.hub.connected).toBe(1);
  });

  test("that Slack wants renewed is renewed", async () => {
    const at = await sitting();
    at.slack.hub.refresh();
    await reopened(at, 1);
    expect(at.slack.hub.connected).toBe(1);
  });

  test("that has fallen silent is noticed and opened again", async () => {
    const at = await sitting({ pongTimeout: 300 });
    at.slack.hub.fallSilent();
    await reopened(at, 1);
    expect(at.log.join("\n")).toContain("A pong wasn't received");
  });

  test("that never says hello is given up, and another is opened", async () => {
    const at = await sitting();
    at.slack.hub.greets = false;
    at.slack.hub.cut();
    await at.slack.workspace.until(() => {
      at.clock.advance(SECOND);
      return at.slack.hub.accepted === 2;
    });
    at.slack.hub.greets = true;
    await reopened(at, 1);
    expect(at.log.join("\n")).toContain("Slack did not say hello");
  });

  test("is opened again after Slack was away for long", async () => {
    const at = await sitting();
    at.slack.goAway();
    at.slack.hub.cut();
    await at.slack.workspace.until(() => {
      at.clock.advance(10 * SECOND);
      return at.log.filter((line) => line.includes("no connection")).length > 3;
    });
    expect(at.chat.health?.()).toMatchObject({ state: "connecting" });
    await at.slack.comeBack();
    await reopened(at, 1);
    expect(at.slack.hub.connected).toBe(1);
  });

  test("whose token is revoked meanwhile is told, and opened again with what Slack takes", async () => {
    const at = await sitting();
    at.slack.faults.plan("apps.connections.open", { kind: "error", code: "invalid_auth" });
    at.slack.hub.cut();
    await at.slack.workspace.until(() => {
      at.clock.advance(SECOND);
      return at.chat.health?.().state === "refused";
    });
    expect(at.chat.health?.().problems.join()).toContain("slack.app-token");
    await reopened(at, 1);
    expect(at.chat.health?.().problems).toEqual([]);
  });

  test("waits for Slack that is away at the start", async () => {
    const at = await sitting({ starts: false });
    at.slack.goAway();
    await at.chat.start({ answer: echo(at.asked) });
    expect(at.chat.health?.().state).toBe("connecting");
    await at.slack.comeBack();
    await reopened(at, 0);
    expect(at.slack.hub.connected).toBe(1);
  });

  test("closes for good when the adapter stops", async () => {
    const at = await sitting();
    await at.chat.stop();
    await at.slack.workspace.until(() => at.slack.hub.connected === 0);
    at.clock.advance(HOUR);
    expect(at.chat.health?.().state).toBe("stopped");
    expect(at.slack.hub.opened).toBe(1);
  });
});

test.each([
  ["the bot token", "auth.test", "slack.bot-token"],
  ["the app token", "apps.connections.open", "slack.app-token"],
])("a start with %s refused says which setting to change", async (_, method, setting) => {
  const at = await sitting({ starts: false });
  at.slack.faults.plan(method, { kind: "error", code: "invalid_auth" });
  const error = await startError(at);
  expect(error.code).toBe("credentials");
  expect(error.message).toContain(setting);
  expect(error.message).not.toContain(at.slack.botToken);
  expect(error.message).not.toContain(at.slack.appToken);
});

test("OAuth without a store for installations is a fault of the configuration", async () => {
  const at = await sitting({ starts: false });
  expect(() =>
    createSlackChat(
      {
        ...at.settings,
        identity: {
          kind: "oauth",
          clientId: "1.2",
          clientSecret: new Secret("x"),
          stateSecret: new Secret("y".repeat(32)),
          redirectUri: "https://doorbell.example/slack/oauth_redirect",
          host: "127.0.0.1",
          port: 1,
        },
      },
      { clock: at.clock, random: { next: () => 0 }, log: () => undefined, installations: null },
    ),
  ).toThrow(DoorbellError);
});
