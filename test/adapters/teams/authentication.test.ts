import { expect, onTestFinished, test, vi } from "vitest";
import { createTeamsChat } from "../../../adapters/teams/index.ts";
import { DoorbellError } from "../../../src/errors.ts";
import { startFakeTeams } from "../../fakes/teams/fake-teams.ts";
import { FORGERIES } from "../../fakes/teams/signing.ts";
import { lastActivity, MemoryRecords, settingsFor, sitting } from "./teams-sitting.ts";
import type { Sitting } from "./teams-sitting.ts";

/** A question as Teams sent it, which was answered. */
async function askedOnce(at: Sitting): Promise<Readonly<Record<string, unknown>>> {
  const delivered = await at.alice.says(at.ops, "@doorbell what is open");
  expect(delivered.status).toBe(200);
  await at.said(at.ops);
  return { ...lastActivity(at.teams), id: "another" };
}

test("a question with Teams' own token is answered", async () => {
  const at = await sitting();
  await askedOnce(at);
  expect(at.asked.map(({ text }) => text)).toEqual(["what is open"]);
});

test.each(FORGERIES)(
  "a token $what is refused, stands in no log, and has nothing printed",
  async (forgery) => {
    const printed = vi.spyOn(console, "error").mockReturnValue(undefined);
    onTestFinished(() => {
      printed.mockRestore();
    });
    const at = await sitting();
    const activity = await askedOnce(at);
    const delivered = await at.teams.deliveries.forge(activity, forgery);
    expect(delivered.status).toBe(401);
    expect(at.asked).toHaveLength(1);
    const { authorization = "" } = at.teams.deliveries.lastRequest?.headers ?? {};
    expect(printed.mock.calls).toEqual([]);
    expect(at.log.join("\n")).toContain("a request was refused: ");
    for (const part of authorization.split(/[ .]/).filter(({ length }) => length > 20)) {
      expect(at.log.join("\n")).not.toContain(part);
    }
  },
);

test("keys that strangers make up do not have the keys loaded again and again", async () => {
  const at = await sitting();
  const activity = await askedOnce(at);
  at.teams.faults.plan("openIdMetadata", { kind: "http-error", status: 503 });
  const [unknown] = FORGERIES.filter(({ what }) => what === "signed with an unknown key");
  expect(unknown).toBeDefined();
  for (const forgery of [unknown, unknown, unknown].flatMap((one) => one ?? [])) {
    expect((await at.teams.deliveries.forge(activity, forgery)).status).toBe(401);
  }
  expect(at.teams.faults.next("openIdMetadata")).not.toBeNull();
});

test.each(["emulator", "AseChannel", "webchat", "directline"])(
  "an activity of the channel %s is refused, with whatever token",
  async (channelId) => {
    const at = await sitting();
    const activity = await askedOnce(at);
    const delivered = await at.teams.deliveries.make({ ...activity, channelId });
    expect(delivered.status).toBe(400);
    expect(at.asked).toHaveLength(1);
  },
);

test("without the address that its token vouches for, an activity is refused", async () => {
  const at = await sitting();
  const activity = await askedOnce(at);
  const { serviceUrl: _, ...rest } = activity;
  expect((await at.teams.deliveries.make(rest)).status).toBe(400);
  const elsewhere = { ...activity, serviceUrl: "https://smba.example/amer/" };
  expect((await at.teams.deliveries.make(elsewhere)).status).toBe(401);
  expect(at.asked).toHaveLength(1);
});

test("an address in the clear is never sent the bot's token", async () => {
  const at = await sitting();
  const activity = await askedOnce(at);
  const open = { ...activity, serviceUrl: "http://smba.example/amer/" };
  expect((await at.teams.deliveries.make(open)).status).toBe(400);
});

test("while the keys cannot be had, Teams is told to come again", async () => {
  const at = await sitting();
  at.teams.faults.plan("openIdMetadata", { kind: "http-error", status: 503 });
  const refused = await at.alice.says(at.ops, "@doorbell what is open");
  expect(refused.status).toBe(503);
  const taken = await at.teams.deliveries.redeliver();
  expect(taken.status).toBe(200);
  await at.said(at.ops);
  expect(at.asked).toHaveLength(1);
});

test("without an app ID it starts on this machine's own address alone", async () => {
  const teams = await startFakeTeams();
  onTestFinished(async () => {
    await teams.stop();
  });
  const settings = { ...(await settingsFor(teams)), appId: null };
  const parts = {
    clock: { now: Date.now, sleep: () => Promise.resolve() },
    random: { next: () => 0 },
    log: () => undefined,
    references: new MemoryRecords(),
    accessToken: () => Promise.reject(new DoorbellError("credentials", "There is none.")),
  };
  for (const host of ["0.0.0.0", "::", "192.0.2.1", "localhost.example"]) {
    expect(() =>
      createTeamsChat({ ...settings, listen: { ...settings.listen, host } }, parts),
    ).toThrow(expect.objectContaining({ code: "configuration" }));
  }
  for (const host of ["127.0.0.1", "::1", "localhost"]) {
    expect(() =>
      createTeamsChat({ ...settings, listen: { ...settings.listen, host } }, parts),
    ).not.toThrow();
  }
});

test("without an app ID, activities without a token are believed", async () => {
  const at = await sitting({ settings: { appId: null } });
  at.teams.deliveries.unsigned = true;
  expect((await at.alice.says(at.ops, "@doorbell what is open")).status).toBe(200);
  await vi.waitFor(() => {
    expect(at.log.join("\n")).toContain("Teams refuses the bot");
  });
  expect(at.chat.health?.().state).toBe("connected");
});
