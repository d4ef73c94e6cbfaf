import { once } from "node:events";
import { createServer, connect } from "node:net";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { DoorbellError } from "../../../src/errors.ts";
import { authorizationFor } from "../../fakes/teams/signing.ts";
import { lastActivity, sitting } from "./teams-sitting.ts";
import type { Sitting } from "./teams-sitting.ts";

function authorization({ teams }: Sitting): string {
  return authorizationFor({ appId: teams.appId, serviceUrl: teams.serviceUrl });
}

function endpoint({ teams }: Sitting): string {
  return teams.deliveries.endpoint ?? "";
}

const JSON_TYPE = "application/json; charset=utf-8";

interface Differing {
  readonly path?: string;
  readonly method?: string;
  readonly type?: string;
  readonly body?: string;
}

test.each<[string, Differing, number]>([
  ["another path", { path: "/api/other" }, 404],
  ["no post", { method: "GET" }, 405],
  ["another type", { type: "text/plain" }, 415],
  ["a type that only begins alike", { type: "application/jsonp" }, 415],
  ["no JSON", { body: "{" }, 400],
  ["a list", { body: "[]" }, 400],
  ["a text", { body: '"activity"' }, 400],
  ["nothing", { body: "" }, 400],
  ["no activity", { body: "{}" }, 400],
  ["too much", { body: JSON.stringify({ type: "message", text: "x".repeat(300_000) }) }, 413],
])("a request that carries %s is refused", async (_, differs, status) => {
  const at = await sitting();
  const { path, method = "POST", type = JSON_TYPE, body = "{}" } = differs;
  const url = path === undefined ? endpoint(at) : new URL(path, endpoint(at));
  const response = await fetch(url, {
    method,
    headers: { "content-type": type, authorization: authorization(at) },
    ...(method === "GET" ? {} : { body }),
  });
  expect(response.status).toBe(status);
  expect(await response.text()).toBe("");
  expect(at.asked).toEqual([]);
});

/** Sends the beginning of a request and nothing more; what comes back, until the connection ends. */
async function begun(at: Sitting, headers: readonly string[], body: string): Promise<Socket> {
  const { hostname, port, pathname } = new URL(endpoint(at));
  const socket = connect(Number(port), hostname);
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, "connect");
  socket.write(
    [`POST ${pathname} HTTP/1.1`, `Host: ${hostname}`, ...headers, "", body].join("\r\n"),
  );
  return socket;
}

test("without a token that may be true, the body is not waited for", async () => {
  const at = await sitting();
  const socket = await begun(
    at,
    [`Content-Type: ${JSON_TYPE}`, "Content-Length: 100000", "Authorization: Bearer a.b.c"],
    '{"type":',
  );
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 401 /);
});

test("a body that announces too much is not waited for", async () => {
  const at = await sitting();
  const socket = await begun(
    at,
    [
      `Content-Type: ${JSON_TYPE}`,
      "Content-Length: 900000000",
      `Authorization: ${authorization(at)}`,
    ],
    '{"type":',
  );
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 413 /);
});

test("a body that does not arrive is cut off, and others are served meanwhile", async () => {
  const at = await sitting({ parts: { requestTimeout: 300 } });
  const socket = await begun(
    at,
    [`Content-Type: ${JSON_TYPE}`, "Content-Length: 1000", `Authorization: ${authorization(at)}`],
    '{"type":',
  );
  const ended = text(socket);
  expect((await at.alice.says(at.ops, "@doorbell what is open")).status).toBe(200);
  expect(await ended).toMatch(/^(?:HTTP\/1\.1 408 .*)?$/s);
  expect(await at.said(at.ops)).toHaveLength(1);
});

test("a question is acknowledged before it is answered", async () => {
  const answered = Promise.withResolvers<null>();
  const at = await sitting({ handlers: { answer: async () => answered.promise } });
  expect((await at.alice.says(at.ops, "@doorbell what is open")).status).toBe(200);
  answered.resolve(null);
});

test("an activity of an unknown kind is acknowledged, and an unknown invoke is told so", async () => {
  const at = await sitting();
  const known = await at.alice.says(at.ops, "@doorbell what is open");
  expect(known.status).toBe(200);
  const strange = { ...lastActivity(at.teams), type: "somethingNew", id: "1" };
  expect((await at.teams.deliveries.make(strange)).status).toBe(200);
  expect((await at.alice.invokes(at.ops, "task/fetch", {})).status).toBe(501);
});

test("a port that is taken is told with the setting to change", async () => {
  const at = await sitting({ starts: false });
  const { host, port } = at.settings.listen;
  const server = createServer().listen(port, host);
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  const started = at.chat.start({ answer: () => Promise.resolve(null) });
  await expect(started).rejects.toMatchObject({ code: "port-in-use" });
  await expect(started).rejects.toThrow("teams.http.port");
});

test("a credential that Entra refuses stops the start", async () => {
  const refused = new DoorbellError("credentials", "The client secret has expired.");
  const at = await sitting({
    starts: false,
    parts: { accessToken: () => Promise.reject(refused) },
  });
  await expect(at.chat.start({ answer: () => Promise.resolve(null) })).rejects.toBe(refused);
  expect(at.chat.health?.().state).toBe("stopped");
});

test("where Entra is away, it listens and goes on trying", async () => {
  let isAway = true;
  const at = await sitting({
    parts: {
      accessToken: async () => {
        if (isAway) {
          throw new DoorbellError("unreachable", "Entra cannot be reached.");
        }
        return Promise.resolve("token");
      },
    },
  });
  expect(at.chat.health?.().state).toBe("connecting");
  at.clock.advance(6000);
  expect(at.chat.health?.().state).toBe("connecting");
  isAway = false;
  await at.teams.tenant.until(() => at.clock.sleepers > 0);
  at.clock.advance(120_000);
  await at.teams.tenant.until(() => at.chat.health?.().state === "connected");
});

test("it says how it stands, from the start to the stop", async () => {
  const at = await sitting({ starts: false });
  expect(at.chat.health?.()).toMatchObject({ state: "stopped", problems: [] });
  await at.chat.start({ answer: () => Promise.resolve(null) });
  expect(at.chat.health?.()).toMatchObject({ state: "connected", problems: [] });
  await at.chat.stop();
  expect(at.chat.health?.()).toMatchObject({ state: "stopped", problems: [] });
  await expect(fetch(endpoint(at))).rejects.toThrow("fetch failed");
});
