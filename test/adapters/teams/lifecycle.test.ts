import { expect, test } from "vitest";
import type { ChannelChange } from "../../../src/domain/chat.ts";
import type { Lifecycle } from "../../fakes/teams/lifecycle.ts";
import { lastActivity, MemoryRecords, sitting } from "./teams-sitting.ts";
import type { Sitting } from "./teams-sitting.ts";

const OTHER_TENANT = "99999999-8888-4777-a666-555555555555";

function told(changes: readonly ChannelChange[]): readonly string[] {
  return changes.map(({ kind, channel }) => `${kind} ${channel.channel}`);
}

/** A sitting whose channel was heard from. */
async function known(): Promise<Sitting & { readonly act: Lifecycle }> {
  const at = await sitting();
  await at.alice.says(at.ops, "@doorbell what is open");
  await at.said(at.ops);
  return { ...at, act: at.teams.lifecycle(at.alice.user) };
}

test("whoever installs the app in a team is welcomed, once", async () => {
  const at = await sitting();
  const general = at.teams.tenant.conversations.get(at.team.id) ?? at.ops;
  const delivered = await at.teams.lifecycle(at.alice.user).installs(general);
  expect(delivered.map(({ status }) => status)).toEqual([200, 200]);
  const [welcome = ""] = await at.said(general);
  expect(welcome).toContain("Doorbell says who opened a port");
  expect(welcome).toContain("[help]");
  await at.chat.stop();
  expect(at.alice.sees(general)).toHaveLength(1);
});

test("an upgrade of the app closes nothing and welcomes nobody", async () => {
  const at = await known();
  await at.act.installs(at.ops, "add-upgrade");
  const before = at.changes.length;
  await at.teams.deliveries.make({
    ...lastActivity(at.teams),
    action: "remove-upgrade",
  });
  expect(at.changes).toHaveLength(before);
  expect(told(at.changes).some((change) => change.startsWith("closed"))).toBe(false);
  expect(at.alice.sees(at.ops)).toHaveLength(1);
});

test("an installation opens the team's channels, and those that only the configuration knows", async () => {
  const at = await known();
  await at.act.installs(at.ops);
  expect(told(at.changes)).toEqual(
    expect.arrayContaining([`open ${at.ops.id}`, `open ${at.team.id}`, "open "]),
  );
});

test("a removal closes every channel of the team that was heard from", async () => {
  const at = await known();
  const second = at.teams.tenant.addChannel({ name: "second", team: at.team });
  await at.alice.says(second, "@doorbell what is open");
  await at.said(second);
  await at.act.uninstalls(at.ops);
  expect(new Set(told(at.changes))).toEqual(
    new Set([`closed ${at.ops.id}`, `closed ${second.id}`, `closed ${at.team.id}`]),
  );
  expect(at.changes[0]?.channel.workspace).toBe(at.teams.tenant.id);
  expect(at.log.join()).toContain("Doorbell was removed: add the app again.");
});

test("what was known of a team outlives the program", async () => {
  const first = await known();
  const records = new MemoryRecords();
  for (const [name, record] of first.records.kept) {
    records.kept.set(name, record);
  }
  const second = await sitting({ records });
  // The second fake has the same tenant, teams and channels: they are made alike.
  expect(second.ops.id).toBe(first.ops.id);
  await second.teams.lifecycle(second.alice.user).deletesTeam(second.team);
  expect(told(second.changes)).toContain(`closed ${first.ops.id}`);
});

test("a removal from a group chat or personal chat closes that", async () => {
  const at = await sitting();
  const act = at.teams.lifecycle(at.alice.user);
  const chats = [
    at.teams.tenant.addGroupChat({ name: "on call" }),
    at.teams.tenant.personalChat(at.alice.user),
  ];
  for (const chat of chats) {
    await act.uninstalls(chat);
    expect(new Set(told(at.changes.splice(0)))).toEqual(new Set([`closed ${chat.id}`]));
    await act.installs(chat);
    expect(new Set(told(at.changes.splice(0)))).toEqual(new Set([`open ${chat.id}`]));
  }
});

test.each<[string, (at: Awaited<ReturnType<typeof known>>) => Promise<unknown>, string]>([
  ["renamed channel", async ({ act, ops }) => act.renamesChannel(ops, "other"), "renamed"],
  ["deleted channel", async ({ act, ops }) => act.deletesChannel(ops), "closed"],
  ["restored channel", async ({ act, ops }) => act.restoresChannel(ops), "open"],
  ["renamed team", async ({ act, team }) => act.renamesTeam(team, "other"), "renamed"],
  ["deleted team", async ({ act, team }) => act.deletesTeam(team), "closed"],
  ["restored team", async ({ act, team }) => act.restoresTeam(team), "open"],
  ["archived team", async ({ act, team }) => act.archivesTeam(team), "closed"],
  ["unarchived team", async ({ act, team }) => act.unarchivesTeam(team), "open"],
])("a %s is told of", async (_, happens, kind) => {
  const at = await known();
  expect(await happens(at)).toMatchObject({ status: 200 });
  expect(told(at.changes)).toContain(`${kind} ${at.ops.id}`);
});

test("a channel's happening is told of that channel alone", async () => {
  const at = await known();
  await at.act.deletesChannel(at.ops);
  expect(told(at.changes)).toEqual([`closed ${at.ops.id}`]);
});

test("people who come and go, and events that nobody knows yet, change nothing", async () => {
  const at = await known();
  const bob = at.teams.tenant.addUser({ name: "bob" });
  const { act, ops, team } = at;
  const [answer] = at.alice.sees(ops);
  if (answer === undefined) {
    throw new Error("There is no answer.");
  }
  const all = [
    await act.createsChannel(team, "new"),
    await act.addsMember(ops, bob),
    await act.removesMember(ops, bob),
    await act.somethingNew(ops, "channelPainted"),
    await at.alice.reacts(answer, "like"),
  ];
  expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect(at.changes).toEqual([]);
  expect(at.log.filter((line) => line.startsWith("error"))).toEqual([]);
});

test("what another tenant does is of no interest", async () => {
  const at = await sitting({ settings: { tenants: [OTHER_TENANT] } });
  await at.teams.lifecycle(at.alice.user).installs(at.ops);
  await at.chat.stop();
  expect(at.changes).toEqual([]);
  expect(at.records.kept.size).toBe(0);
  expect(at.alice.sees(at.ops)).toEqual([]);
});

test("a question is answered also while nothing can be remembered", async () => {
  const at = await sitting();
  at.records.isFull = true;
  await at.alice.says(at.ops, "@doorbell what is open");
  expect(await at.said(at.ops)).toEqual(["You asked: what is open"]);
  expect(at.log.join()).toContain("could not be remembered: disk full");
});

test("a program that fails to hear of a change is no matter to Teams", async () => {
  const at = await sitting({
    handlers: { channelChanged: () => Promise.reject(new Error("disk full")) },
  });
  const [delivered] = await at.teams.lifecycle(at.alice.user).installs(at.ops);
  expect(delivered?.status).toBe(200);
  expect(at.log.join()).toContain("disk full");
});
