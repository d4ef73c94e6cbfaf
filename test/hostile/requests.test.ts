import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { serveHealth } from "../../src/app/health-page.ts";
import { DAY, MINUTE } from "../../src/domain/instant.ts";
import { SYSTEM_CLOCK } from "../../src/system-clock.ts";
import { freePort, sitting as slackSitting } from "../adapters/slack/slack-sitting.ts";
import { sitting as teamsSitting } from "../adapters/teams/teams-sitting.ts";
import { signedHeaders } from "../fakes/slack/signing.ts";
import { authorizationFor, FORGERIES } from "../fakes/teams/signing.ts";
import { BUFFERED, connected, headOf, sendEndless, sendRaw } from "./raw-request.ts";
import type { RawRequest } from "./raw-request.ts";

const MEGABYTE = 1024 * 1024;

/** A listener of Doorbell, and how it is asked properly. */
interface Listener {
  readonly port: number;
  /** A request that is taken, new each time. */
  readonly good: () => RawRequest;
  readonly goodStatus: number;
  /** How many requests reached what is behind. */
  readonly taken: () => number;
}

type Change = (good: RawRequest) => RawRequest;
/** A request that is refused; `unread` where nothing of the body is waited for. */
type Case = readonly [what: string, change: Change, status: number, unread?: "unread"];

const without =
  (header: string) =>
  (good: RawRequest): RawRequest => ({
    ...good,
    headers: (good.headers ?? []).filter((one) => !one.toLowerCase().startsWith(`${header}:`)),
  });
const withHeader =
  (header: string, value: string) =>
  (good: RawRequest): RawRequest => ({
    ...good,
    headers: [...(without(header)(good).headers ?? []), `${header}: ${value}`],
  });
/** The same with ten megabytes announced, and not one of them sent. */
const tenMegabytes = (good: RawRequest): RawRequest => ({
  ...withHeader("content-length", String(10 * MEGABYTE))(good),
  body: "",
});

function refused(cases: readonly Case[]) {
  return cases.map(([what, change, status]) => [what, change, status] as const);
}

/** Whether it refuses every case, each cheaply, and then still takes what is right. */
function refuses(start: () => Promise<Listener>, cases: readonly Case[]): void {
  test.each(refused(cases))(
    "%s is refused, and what is right is taken after it",
    async (_, change, status) => {
      const { port, good, goodStatus, taken } = await start();
      const answer = await sendRaw(port, change(good()));
      expect(answer.status).toBe(status);
      expect(answer.text.split("\r\n\r\n")[1] ?? "").not.toContain("x".repeat(20));
      expect(taken()).toBe(0);
      expect((await sendRaw(port, good())).status).toBe(goodStatus);
    },
  );

  test.each(refused(cases.filter(([, , , unread]) => unread !== undefined)))(
    "%s is refused before its ten megabytes come",
    async (_, change, status) => {
      const { port, good } = await start();
      expect((await sendRaw(port, tenMegabytes(change(good())))).status).toBe(status);
    },
  );
}

/** A head or a body that comes too slowly. */
function cutsOffWhatIsSlow(start: (requestTimeout: number) => Promise<Listener>): void {
  test.each(["head", "body"])(
    "a %s that does not arrive is cut off, and others are served",
    async (what) => {
      const { port, good, goodStatus } = await start(400);
      const head = headOf(withHeader("content-length", "1000")(good()));
      const slow = await connected(port);
      const ended = text(slow).catch(() => "");
      slow.write(what === "head" ? head.slice(0, -3) : `${head}{`);
      expect((await sendRaw(port, good())).status).toBe(goodStatus);
      expect(await ended).toMatch(/^(?:HTTP\/1\.1 (?:408|400) .*)?$/s);
    },
  );
}

describe("Slack's requests", () => {
  const start = async (requestTimeout?: number): Promise<Listener> => {
    const at = await slackSitting({
      transport: "http",
      ...(requestTimeout === undefined ? {} : { requestTimeout }),
    });
    const url = new URL(at.slack.deliveries.requestUrl ?? "");
    let count = 0;
    return {
      port: Number(url.port),
      goodStatus: 200,
      taken: () => at.asked.length,
      good: () => {
        count += 1;
        const body = new URLSearchParams({
          command: "/jit",
          team_id: at.slack.workspace.team,
          channel_id: at.ops.id,
          user_id: at.alice.user.id,
          text: "help",
          trigger_id: `${count}.2.3`,
          response_url: "http://127.0.0.1:9/none",
        }).toString();
        const signed = signedHeaders(at.slack.signingSecret, body, Date.now());
        return {
          path: url.pathname,
          headers: [
            "content-type: application/x-www-form-urlencoded",
            ...Object.entries(signed).map(([name, value]) => `${name}: ${value}`),
          ],
          body,
        };
      },
    };
  };
  const dated = (ahead: number) => (good: RawRequest) =>
    withHeader("x-slack-request-timestamp", String(Math.floor((Date.now() + ahead) / 1000)))(good);

  refuses(start, [
    ["another path", (good) => ({ ...good, path: "/other" }), 404],
    ["no post", (good) => ({ ...good, method: "PUT" }), 404],
    ["no signature", without("x-slack-signature"), 401, "unread"],
    ["no time", without("x-slack-request-timestamp"), 401, "unread"],
    ["a signature that is none", withHeader("x-slack-signature", "v0=abc"), 401, "unread"],
    ["a wrong signature", withHeader("x-slack-signature", `v0=${"0".repeat(64)}`), 401],
    [
      "a signature of another version",
      withHeader("x-slack-signature", `v1=${"0".repeat(64)}`),
      401,
      "unread",
    ],
    ["a time that is none", withHeader("x-slack-request-timestamp", "soon"), 401, "unread"],
    ["a time of six minutes ago", dated(-6 * MINUTE), 401, "unread"],
    ["a time in six minutes", dated(6 * MINUTE), 401, "unread"],
    ["a time of yesterday", dated(-DAY), 401, "unread"],
    ["another body than was signed", (good) => ({ ...good, body: `${good.body ?? ""}&x=1` }), 401],
    ["no body", (good) => ({ ...good, body: "" }), 401],
    ["ten megabytes", (good) => tenMegabytes(good), 413],
    ["a length that is none", withHeader("content-length", "ten"), 400],
    [
      "a length and chunks at once",
      (good) => withHeader("transfer-encoding", "chunked")(withHeader("content-length", "3")(good)),
      400,
    ],
    ["a head of 20 kB", withHeader("x-much", "x".repeat(20_000)), 431],
  ]);
  cutsOffWhatIsSlow(start);

  test("a request is taken once: again, it is refused", async () => {
    const { port, good } = await start();
    const one = good();
    expect((await sendRaw(port, one)).status).toBe(200);
    expect((await sendRaw(port, one)).status).toBe(401);
  });

  test("a body that never ends is read to one megabyte", async () => {
    const { port, good } = await start();
    const { status, sent } = await sendEndless(port, good());
    expect(status).toBe(413);
    expect(sent).toBeLessThan(MEGABYTE + BUFFERED);
  });

  test.each(["payload=%7B", "payload=null", "payload=[]", "payload=7"])(
    "a signed body that makes no sense, %s, is refused and breaks nothing",
    async (body) => {
      const at = await slackSitting({ transport: "http" });
      const url = at.slack.deliveries.requestUrl ?? "";
      const headers = {
        "content-type": "application/x-www-form-urlencoded",
        ...signedHeaders(at.slack.signingSecret, body, Date.now()),
      };
      const sent = await at.slack.deliveries.send({ url, body, headers });
      expect(sent.status).toBe(400);
      await at.alice.types(at.ops, "/jit help");
      await at.slack.workspace.until(() => at.asked.length === 1);
    },
  );
});

test("Slack's unsigned check of the certificate is answered, and nothing in it is read", async () => {
  const at = await slackSitting({ transport: "http" });
  const url = at.slack.deliveries.requestUrl ?? "";
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  for (const body of [
    "ssl_check=1&token=x",
    "ssl_check=1&payload=null",
    "payload=null&ssl_check=1",
  ]) {
    expect(await at.slack.deliveries.send({ url, headers, body })).toMatchObject({ status: 200 });
  }
  await at.alice.types(at.ops, "/jit help");
  await at.slack.workspace.until(() => at.asked.length === 1);
});

describe("requests of the Bot Connector", () => {
  const start = async (requestTimeout?: number): Promise<Listener> => {
    const at = await teamsSitting({
      parts: requestTimeout === undefined ? {} : { requestTimeout },
    });
    await at.alice.says(at.ops, "@doorbell help");
    await at.said(at.ops);
    const activity: unknown = JSON.parse(at.teams.deliveries.lastRequest?.body ?? "");
    const url = new URL(at.teams.deliveries.endpoint ?? "");
    const subject = { appId: at.teams.appId, serviceUrl: at.teams.serviceUrl };
    let count = 0;
    return {
      port: Number(url.port),
      goodStatus: 200,
      taken: () => at.asked.length - 1,
      good: () => {
        count += 1;
        return {
          path: url.pathname,
          headers: [
            "content-type: application/json",
            `authorization: ${authorizationFor(subject)}`,
          ],
          body: JSON.stringify({ ...Object(activity), id: `again-${count}` }),
        };
      },
    };
  };

  refuses(start, [
    ["another path", (good) => ({ ...good, path: "/api/other" }), 404, "unread"],
    ["no post", (good) => ({ ...good, method: "PUT" }), 405, "unread"],
    ["another type", withHeader("content-type", "text/plain"), 415, "unread"],
    ["no type", without("content-type"), 415, "unread"],
    ["no token", without("authorization"), 401, "unread"],
    ["a token that is none", withHeader("authorization", "Bearer a.b.c"), 401, "unread"],
    ["another kind of authorization", withHeader("authorization", "Basic YTpi"), 401, "unread"],
    [
      "a token of 9 kB",
      withHeader("authorization", `Bearer a.${"b".repeat(9000)}.c`),
      401,
      "unread",
    ],
    ["no JSON", (good) => ({ ...good, body: "{" }), 400],
    ["a list", (good) => ({ ...good, body: "[]" }), 400],
    ["nothing", (good) => ({ ...good, body: "" }), 400],
    ["no activity", (good) => ({ ...good, body: '{"type":1}' }), 400],
    ["JSON a hundred thousand deep", (good) => ({ ...good, body: "[".repeat(100_000) }), 400],
    ["ten megabytes", (good) => tenMegabytes(good), 413],
    ["a length that is none", withHeader("content-length", "ten"), 400],
    ["a head of 20 kB", withHeader("x-much", "x".repeat(20_000)), 431],
  ]);
  cutsOffWhatIsSlow(start);

  test.each(FORGERIES)("a token $what is refused", async ({ authorization }) => {
    const at = await teamsSitting();
    const url = new URL(at.teams.deliveries.endpoint ?? "");
    const subject = { appId: at.teams.appId, serviceUrl: at.teams.serviceUrl };
    const headers = ["content-type: application/json", `authorization: ${authorization(subject)}`];
    const body = JSON.stringify({
      type: "message",
      channelId: "msteams",
      id: "1",
      serviceUrl: at.teams.serviceUrl,
      from: { id: at.alice.user.id, aadObjectId: at.alice.user.objectId },
      recipient: { id: at.teams.tenant.bot.id },
      conversation: { id: at.ops.id, tenantId: at.teams.tenant.id },
      text: "help",
    });
    expect((await sendRaw(Number(url.port), { path: url.pathname, headers, body })).status).toBe(
      401,
    );
    expect(at.asked).toEqual([]);
  });

  test("a body that never ends is read to a quarter of a megabyte", async () => {
    const { port, good } = await start();
    const { status, sent } = await sendEndless(port, good());
    expect(status).toBe(413);
    expect(sent).toBeLessThan(MEGABYTE + BUFFERED);
  });
});

describe("requests for the health page", () => {
  const start = async (): Promise<Listener> => {
    const port = await freePort();
    let asked = 0;
    const state = async () => {
      asked += 1;
      return Promise.resolve({ feeds: [], outbox: null, chats: [] });
    };
    const stop = await serveHealth({ host: "127.0.0.1", port }, state, MINUTE, SYSTEM_CLOCK);
    onTestFinished(stop);
    return {
      port,
      goodStatus: 503,
      taken: () => asked,
      good: () => ({ method: "GET", path: "/healthz" }),
    };
  };

  refuses(start, [
    ["another path", (good) => ({ ...good, path: "/" }), 404, "unread"],
    ["a path with dots", (good) => ({ ...good, path: "/healthz/../metrics" }), 404, "unread"],
    ["a post", (good) => ({ ...good, method: "POST" }), 404, "unread"],
    ["a head of 20 kB", withHeader("x-much", "x".repeat(20_000)), 431],
    ["a length that is none", withHeader("content-length", "ten"), 400],
  ]);

  test("a body that never ends is not read", async () => {
    const { port } = await start();
    const { status, sent } = await sendEndless(port, { path: "/healthz" });
    expect(status).toBe(404);
    expect(sent).toBeLessThan(BUFFERED);
  });

  test("connections beyond a hundred are closed, and those before are served", async () => {
    const { port, good } = await start();
    const first = await connected(port);
    const others = await Promise.all(Array.from({ length: 99 }, async () => connected(port)));
    const late = await connected(port);
    await once(late, "close");
    first.write(headOf(good()));
    first.setEncoding("utf8");
    await once(first, "readable");
    expect(String(first.read())).toMatch(/^HTTP\/1\.1 503 /);
    expect(others.filter(({ destroyed }) => destroyed)).toEqual([]);
  });
});
