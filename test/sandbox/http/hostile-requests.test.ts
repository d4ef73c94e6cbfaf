import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { expect, test } from "vitest";
import type { Sandbox } from "../../../src/sandbox/http/start-sandbox.ts";
import { startSandbox } from "../../../src/sandbox/http/start-sandbox.ts";
import { ALL, HandClock, NOON, call, callArm, errorOf, logPath, running } from "./running.ts";

/** What the server sends back for these bytes, until it closes the connection. */
async function raw(sandbox: Sandbox, text: string): Promise<string> {
  const port = Number(new URL(sandbox.resourceManager).port);
  const socket = connectTls({ host: "127.0.0.1", port, ca: sandbox.ca });
  let answer = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    answer += chunk;
  });
  socket.write(text);
  return new Promise((resolve) => {
    socket.on("error", () => undefined);
    socket.on("close", () => {
      resolve(answer);
    });
  });
}

async function isAnswering(sandbox: Sandbox): Promise<boolean> {
  return (await callArm(sandbox, logPath(sandbox, ALL))).status === 200;
}

const FOREIGN = [
  [{ host: "evil.example" }, "answers only to 127.0.0.1 and localhost"],
  [{ host: "127.0.0.1" }, "answers only to 127.0.0.1 and localhost"],
  [{ host: "127.0.0.1:1" }, "answers only to 127.0.0.1 and localhost"],
  [{ host: "127.0.0.1.evil.example" }, "answers only to 127.0.0.1 and localhost"],
  [{ origin: "https://evil.example" }, "does not answer web pages"],
  [{ origin: "null" }, "does not answer web pages"],
  [{ "sec-fetch-site": "cross-site" }, "does not answer web pages"],
] as const;

test.each(FOREIGN)("A request with %o is refused, at both servers.", async (headers, why) => {
  const { sandbox } = await running();
  const init = { method: "POST", headers };
  const azure = await call(sandbox, `${sandbox.resourceManager}/`, init);
  expect(azure.status).toBe(403);
  expect(errorOf(azure).message).toContain(why);
  const desk = await call(sandbox, `${sandbox.frontDesk}/open?vm=vm-x&port=22`, init);
  expect(desk.status).toBe(403);
  expect(desk.text).toContain(why);
  expect(sandbox.truth().requests.filter(({ at }) => at === NOON)).toEqual([]);
});

test("localhost is as good a name as the address.", async () => {
  const { sandbox } = await running();
  const url = `${sandbox.authority}/${sandbox.tenantId}/v2.0/.well-known/openid-configuration`;
  const answer = await call(sandbox, url.replace("127.0.0.1", "localhost"));
  const { port } = new URL(sandbox.authority);
  expect(JSON.parse(answer.text)).toMatchObject({
    token_endpoint: `https://localhost:${port}/${sandbox.tenantId}/oauth2/v2.0/token`,
  });
  const instances = await call(sandbox, `${sandbox.authority}/common/discovery/instance`);
  expect(JSON.parse(instances.text)).toMatchObject({
    metadata: [{ aliases: [`127.0.0.1:${port}`] }],
  });
});

test("A body without an end is given up, and the server goes on.", async () => {
  const { sandbox } = await running();
  const body = "x".repeat(200_000);
  const policy = sandbox.model.vms[0]?.policy ?? "";
  const initiate = await callArm(sandbox, `${policy}/initiate?api-version=2020-01-01`, {
    method: "POST",
    body,
  });
  expect(initiate.status).toBe(413);
  const token = await call(sandbox, `${sandbox.authority}/${sandbox.tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body,
  });
  expect(token.status).toBe(413);
  expect(await isAnswering(sandbox)).toBe(true);
});

const MALFORMED = [
  ["no HTTP at all", "hello\r\n\r\n"],
  ["no host", "GET / HTTP/1.1\r\n\r\n"],
  ["a path that is none", "OPTIONS * HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n"],
  [
    "another server's address",
    "GET https://evil.example/ HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
  ],
  [
    "a path that looks like a server",
    "GET @evil.example/ HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
  ],
  ["headers without an end", `GET / HTTP/1.1\r\nHost: HOST\r\nX: ${"x".repeat(40_000)}\r\n\r\n`],
  ["a body that never comes", "POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: -5\r\n\r\n"],
] as const;

test.each(MALFORMED)("A request with %s is refused, and the server goes on.", async (_, text) => {
  const { sandbox } = await running();
  const { host } = new URL(sandbox.resourceManager);
  expect(await raw(sandbox, text.replace("HOST", host))).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect(await isAnswering(sandbox)).toBe(true);
});

test("Whoever hangs up in the middle of a request does no harm.", async () => {
  const { sandbox } = await running();
  const { host, port } = new URL(sandbox.resourceManager);
  const socket = connectTls({ host: "127.0.0.1", port: Number(port), ca: sandbox.ca });
  await new Promise<void>((resolve) => {
    socket.write(`POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 500\r\n\r\nhalf`, () => {
      socket.destroy();
      resolve();
    });
  });
  expect(await isAnswering(sandbox)).toBe(true);
});

test("Plain HTTP is not spoken where HTTPS is.", async () => {
  const { sandbox } = await running();
  const socket = connect(Number(new URL(sandbox.resourceManager).port), "127.0.0.1");
  const answer = await new Promise<string>((resolve) => {
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      resolve(text);
    });
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  });
  expect(answer).toBe("");
  expect(await isAnswering(sandbox)).toBe(true);
});

test("Whoever does not know the certificate does not trust it.", async () => {
  const { sandbox } = await running();
  const { sandbox: other } = await running({ seed: 8 });
  await expect(call({ ...sandbox, ca: other.ca }, sandbox.authority)).rejects.toThrow(
    /self-signed certificate/,
  );
});

test("A port that is taken is told, with what to do.", async () => {
  const { sandbox } = await running();
  const services = Number(new URL(sandbox.resourceManager).port);
  const desk = Number(new URL(sandbox.frontDesk).port);
  const clock = new HandClock();
  for (const ports of [{ port: services }, { deskPort: desk }]) {
    const taken = ports.port ?? ports.deskPort ?? 0;
    const starting = startSandbox({ clock, seed: 1, ...ports });
    await expect(starting).rejects.toMatchObject({ code: "port-in-use" });
    await expect(starting).rejects.toThrow(
      `Port ${taken} on 127.0.0.1 is taken by another program`,
    );
  }
});

test("After it stops, nobody answers, not even who was in the middle of a request.", async () => {
  const { sandbox } = await running();
  sandbox.inject({ fault: { kind: "stall" } });
  const waiting = call(sandbox, sandbox.authority);
  await expect.poll(() => sandbox.requestsSeen().length).toBe(1);
  await sandbox.stop();
  await expect(waiting).rejects.toThrow(/socket hang up|ECONNRESET/);
  await expect(call(sandbox, sandbox.authority)).rejects.toThrow(/ECONNREFUSED/);
});
