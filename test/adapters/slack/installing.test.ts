import { describe, expect, test } from "vitest";
import { Secret } from "../../../src/config/secret.ts";
import type { ChatInstallations } from "../../../src/ports.ts";
import { ALL_SCOPES } from "../../fakes/slack/fake-slack.ts";
import { shownText } from "../../fakes/slack/reading.ts";
import type { FakeWorkspace } from "../../fakes/slack/world.ts";
import { answerTo, echo, freePort, sitting } from "./slack-sitting.ts";
import type { Sitting } from "./slack-sitting.ts";

const FRESH = { key: "n-0123456789ab", thread: null, maybeRepeated: false };

class Records implements ChatInstallations {
  readonly records = new Map<string, string>();

  saveInstallation(platform: string, workspace: string, record: string): Promise<void> {
    this.records.set(`${platform} ${workspace}`, record);
    return Promise.resolve();
  }

  installation(platform: string, workspace: string): Promise<string | null> {
    return Promise.resolve(this.records.get(`${platform} ${workspace}`) ?? null);
  }

  forgetInstallation(platform: string, workspace: string): Promise<void> {
    this.records.delete(`${platform} ${workspace}`);
    return Promise.resolve();
  }
}

interface OAuthSitting extends Sitting {
  readonly records: Records;
  readonly pages: string;
}

async function oauthSitting(
  transport: "socket" | "http",
  workspaces: readonly string[] = [],
): Promise<OAuthSitting> {
  const records = new Records();
  const port = await freePort();
  const at = await sitting({
    transport,
    installations: records,
    starts: false,
    settings: {
      workspaces,
      identity: {
        kind: "oauth",
        clientId: "1234.5678",
        clientSecret: new Secret("client-secret-of-a-fake"),
        stateSecret: new Secret("a state secret of forty characters, say."),
        redirectUri: "https://doorbell.example/slack/oauth_redirect",
        host: "127.0.0.1",
        port,
      },
    },
  });
  await at.chat.start({ answer: echo(at.asked) });
  const { transport: used } = at.settings;
  const pages = `http://127.0.0.1:${used.kind === "http" ? used.port : port}`;
  return { ...at, records, pages };
}

/** A person goes through an installation with a browser; gives the status of the last page. */
async function install(at: OAuthSitting, workspace: FakeWorkspace): Promise<number> {
  const start = await fetch(`${at.pages}/slack/install`, { redirect: "manual" });
  const authorize = start.headers.get("location") ?? "";
  expect(new URL(authorize).searchParams.get("scope")?.split(",")).toEqual(ALL_SCOPES);
  const back = new URL(at.slack.oauth.allow(authorize, workspace, "U0INSTALLER"));
  const cookie = (start.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const done = await fetch(`${at.pages}${back.pathname}${back.search}`, { headers: { cookie } });
  return done.status;
}

describe.each(["socket", "http"] as const)("over %s", (transport) => {
  test("workspaces install Doorbell, each with its own token, and ask and hear in their own", async () => {
    const at = await oauthSitting(transport);
    const other = at.slack.addWorkspace("T0FABRIKAM", "fabrikam");
    expect(await install(at, at.slack.workspace)).toBe(200);
    expect(await install(at, other)).toBe(200);
    const eve = at.slack.person(other.addUser({ name: "eve" }), other);
    const room = other.addChannel({ name: "room" });
    await eve.types(room, "/jit what is open");
    await at.alice.types(at.ops, "/jit help");
    await other.until(() => eve.sees(room).length === 1);
    await other.until(() => at.alice.sees(at.ops).length === 1);
    expect(at.asked.map(({ channel }) => channel.workspace)).toEqual(["T0FABRIKAM", "T0CONTOSO"]);
    const ref = { platform: "slack", workspace: other.team, channel: room.id };
    await at.chat.post(ref, answerTo("fabrikam only"), FRESH);
    expect(eve.sees(room).map((one) => shownText(one, "UTC"))).toContain(
      "You asked: fabrikam only",
    );
    expect(at.alice.sees(at.ops)).toHaveLength(1);
  });

  test("a workspace that did not install it gets nothing, and a post to it waits for a person", async () => {
    const at = await oauthSitting(transport);
    await at.alice.types(at.ops, "/jit what is open");
    await expect(at.chat.post(at.ref(at.ops), answerTo("x"), FRESH)).rejects.toMatchObject({
      fault: "refused",
    });
    expect(at.asked).toEqual([]);
    expect(at.chat.health?.().state).toBe("refused");
    await install(at, at.slack.workspace);
    expect(at.chat.health?.().state).toBe("connected");
  });
});

test("a workspace that may not use Doorbell cannot install it", async () => {
  const at = await oauthSitting("socket", ["T0CONTOSO"]);
  const other = at.slack.addWorkspace("T0FABRIKAM", "fabrikam");
  expect(await install(at, other)).toBe(500);
  expect([...at.records.records.keys()]).toEqual([]);
});

test("an installation that another browser began is refused", async () => {
  const at = await oauthSitting("socket");
  const start = await fetch(`${at.pages}/slack/install`, { redirect: "manual" });
  const back = new URL(
    at.slack.oauth.allow(start.headers.get("location") ?? "", at.slack.workspace, "U0"),
  );
  const done = await fetch(`${at.pages}${back.pathname}${back.search}`);
  expect(done.ok).toBe(false);
  expect(at.records.records.size).toBe(0);
});

test("a token that ends soon is renewed once, however many posts go out at that moment", async () => {
  const at = await oauthSitting("socket");
  at.slack.oauth.rotates = true;
  at.slack.oauth.lifetimeMs = 60_000;
  await install(at, at.slack.workspace);
  const before = at.records.records.get("slack T0CONTOSO");
  at.slack.oauth.lifetimeMs = 12 * 60 * 60 * 1000;
  const other = at.slack.workspace.addChannel({ name: "other" });
  await Promise.all(
    [at.ops, other].map(async (channel) => at.chat.post(at.ref(channel), answerTo("x"), FRESH)),
  );
  expect(at.slack.calls.filter(({ args }) => args["grant_type"] === "refresh_token")).toHaveLength(
    1,
  );
  expect(at.records.records.get("slack T0CONTOSO")).not.toBe(before);
  expect(at.alice.sees(other)).toHaveLength(1);
});

test("a workspace that removes the app is forgotten with its tokens", async () => {
  const at = await oauthSitting("socket");
  await install(at, at.slack.workspace);
  await at.slack.happens({ type: "app_uninstalled" });
  await at.slack.workspace.until(() => at.records.records.size === 0);
  expect(at.chat.health?.().state).toBe("refused");
});
