import { expect, onTestFinished, test } from "vitest";
import { chatHandlers, ClosedChannels, namesWith } from "../../src/app/chat-handlers.ts";
import { EVERY_JIT_OPENING } from "../../src/ask/chat-command.ts";
import { Reception } from "../../src/ask/reception.ts";
import type { ChannelChange } from "../../src/domain/chat.ts";
import type { ChannelRef } from "../../src/domain/notification.ts";
import type { ChatHandlers } from "../../src/ports.ts";
import { openSqliteStore } from "../../src/store/open-sqlite-store.ts";
import { conversationsOn } from "../ask/conversations-on.ts";
import { at, OPEN, opening, resource } from "../ask/trail-builder.ts";
import { change, channel } from "../contracts/store/changes.ts";
import { StandingClock } from "../contracts/store/ground.ts";
import { messageText } from "../fakes/message-text.ts";

interface Desk {
  readonly handlers: ChatHandlers;
  readonly closed: ClosedChannels;
  readonly log: string[];
  readonly resumed: ChannelRef[];
}

/** A program with a subscription of `#ops` by bob, and two VMs of which one stands open. */
async function desk(): Promise<Desk> {
  const clock = new StandingClock(at("2026-11-23T14:30Z"));
  const store = await openSqliteStore(":memory:", { clock });
  onTestFinished(async () => store.close());
  await store.commit(
    change({
      openings: [
        opening(OPEN),
        opening({ id: "o-000000000002", vm: resource("vm", "vm-y"), vmName: "vm-y" }),
      ],
    }),
  );
  await store.subscribe({
    id: "s-0123456789ab",
    channel: channel("ops"),
    filter: EVERY_JIT_OPENING,
    createdAt: 1,
    createdBy: "bob",
  });
  const closed = new ClosedChannels();
  const log: string[] = [];
  const resumed: ChannelRef[] = [];
  const conversations = conversationsOn(store, clock);
  const reception = new Reception({
    conversations,
    store,
    clock,
    wall: clock,
    random: { next: () => 0 },
    isLocal: () => false,
  });
  const handlers = chatHandlers({
    store,
    reception,
    closed,
    log: (level, text) => {
      log.push(`${level}: ${text}`);
    },
    resume: async (where) => {
      resumed.push(where);
    },
  });
  return { handlers, closed, log, resumed };
}

const gone = (kind: ChannelChange["kind"], name = "ops"): ChannelChange => ({
  channel: channel(name),
  kind,
  reason: "The channel was archived.",
});

test("a channel that closes is a problem while it has subscriptions, until it opens", async () => {
  const { handlers, closed, log, resumed } = await desk();
  await handlers.channelChanged?.(gone("closed", "other"));
  expect(closed.problems("slack")).toEqual([]);
  await handlers.channelChanged?.(gone("closed"));
  expect(closed.problems("slack")).toEqual(["Channel ops: The channel was archived."]);
  expect(closed.problems("teams")).toEqual([]);
  await handlers.channelChanged?.(gone("renamed"));
  expect(resumed).toEqual([]);
  await handlers.channelChanged?.(gone("open"));
  expect(closed.problems("slack")).toEqual([]);
  expect(resumed).toEqual([channel("ops")]);
  expect(log).toEqual([
    "warning: The channel's notifications wait until a person acts.",
    "info: What waited for the channel is tried again.",
  ]);
});

test("names are suggested that contain what was typed, those that begin so first", async () => {
  const { handlers } = await desk();
  expect(await handlers.vmNames?.("", 10)).toEqual(["vm-x", "vm-y"]);
  expect(await handlers.vmNames?.(" VM-Y ", 10)).toEqual(["vm-y"]);
  expect(await handlers.vmNames?.("vm", 1)).toEqual(["vm-x"]);
  expect(namesWith("db", ["web-db", "db-2", "db-1", "web"])).toEqual(["db-1", "db-2", "web-db"]);
});

test("a text is asked about by the VMs that it names", async () => {
  const { handlers } = await desk();
  expect(await handlers.questionsAbout?.("Alert on vm-y!")).toEqual(["who has access to vm-y"]);
});

test("the program's own page tells what is open now and what its reader wished for", async () => {
  const { handlers } = await desk();
  const page = async (name: string): Promise<string> => {
    const user = { id: `U ${name}`, name, zone: null };
    const message = await handlers.home?.({ user, channel: channel("direct") });
    return message === undefined ? "" : messageText(message);
  };
  const own = await page("bob");
  expect(own).toContain("1 opening stands.");
  expect(own).toMatch(/alice@contoso\.com opened port 3389 on vm-x to 203\.0\.113\.7/);
  expect(own).not.toContain("vm-y");
  expect(own).toContain("s-0123456789ab: every new JIT opening, in channel ops");
  expect(await page("eve")).toContain("You wished for none.");
});

test("openings are found for a search, the newest first", async () => {
  const { handlers } = await desk();
  const search = (text: string) => ({
    channel: channel("direct"),
    user: { id: "U1", name: "bob" },
    text,
  });
  const hits = (await handlers.openings?.(search("vm-y"), 5)) ?? [];
  expect(hits.map(({ title }) => title)).toEqual(["vm-y: RDP (3389)"]);
  expect(await handlers.openings?.(search("vm"), 1)).toHaveLength(1);
});
