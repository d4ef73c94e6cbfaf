import { describe, expect, onTestFinished, test } from "vitest";
import type { ChannelRef } from "../../src/domain/notification.ts";
import { DeliveryError } from "../../src/errors.ts";
import { REPEAT_TEXT } from "../../src/message/repeat-notice.ts";
import type { PostOptions } from "../../src/ports.ts";
import { chatCrashContract } from "./chat-crash-contract.ts";
import { FAULT_OF, RATE_LIMIT } from "./chat-harness.ts";
import type { ChatHarness, ChatUnderTest } from "./chat-harness.ts";
import { HOSTILE_TEXTS, longMessage, messageEverywhere, messageOf } from "./chat-messages.ts";

const KEY = "n-0123456789ab";
const OTHER_KEY = "n-zzzzzzzzzzzz";
const LONG_AGO = 0;
const FAR_AHEAD = Date.UTC(2200, 0, 1);

/** How to post a message of its own, the first time. */
export function fresh(key: string): PostOptions {
  return { key, thread: null, maybeRepeated: false };
}

/** The suite that every chat adapter passes. */
export function chatAdapterContract(under: ChatUnderTest): void {
  const opened = async (): Promise<ChatHarness> => {
    const harness = await under.open();
    onTestFinished(async () => {
      await harness.close();
    });
    return harness;
  };
  describe(`${under.name} as a chat adapter`, () => {
    postingContract(under, opened);
    faultContract(under, opened);
    textContract(opened);
    const { readBack, threads, people } = under.traits;
    const suites: readonly (readonly [boolean, (opened: Open) => void])[] = [
      [people, deletedMessageContract],
      [readBack, readBackContract],
      [readBack && people, crowdedChannelContract],
      [threads, threadContract],
      [threads && readBack, lostReplyContract],
      [threads && people, deletedThreadContract],
    ];
    for (const [applies, suite] of suites) {
      if (applies) {
        suite(opened);
      }
    }
  });
  chatCrashContract(under);
}

type Open = () => Promise<ChatHarness>;

async function textsOf(harness: ChatHarness, channel: ChannelRef): Promise<readonly string[]> {
  return (await harness.said(channel)).map(({ text }) => text);
}

/** How often the word stands in the channel, as people count messages. */
async function countOf(harness: ChatHarness, word: string): Promise<number> {
  return (await textsOf(harness, harness.channel)).filter((text) => text.includes(word)).length;
}

function postingContract({ traits }: ChatUnderTest, opened: Open): void {
  test("says what it can do", async () => {
    const { adapter, channel } = await opened();
    expect(adapter.capabilities).toMatchObject({
      readBack: traits.readBack,
      threads: traits.threads,
    });
    expect(channel.platform).toBe(adapter.platform);
  });

  test("a message is posted once, in its channel and in no other", async () => {
    const harness = await opened();
    const receipt = await harness.adapter.post(harness.channel, messageOf("marmot"), fresh(KEY));
    expect(await countOf(harness, "marmot")).toBe(1);
    expect(await harness.said(harness.otherChannel)).toEqual([]);
    expect(receipt.channel).toEqual(harness.channel);
  });

  test("messages stand in the order in which they were posted", async () => {
    const harness = await opened();
    const words = ["first", "second", "third"];
    for (const [index, word] of words.entries()) {
      await harness.adapter.post(harness.channel, messageOf(word), fresh(`${KEY}${index}`));
    }
    const texts = await textsOf(harness, harness.channel);
    expect(texts.map((text) => words.find((word) => text.includes(word)))).toEqual(words);
  });

  test("messages to two channels at once do not mix", async () => {
    const harness = await opened();
    const { adapter, channel, otherChannel } = harness;
    await Promise.all([
      adapter.post(channel, messageOf("marmot"), fresh(KEY)),
      adapter.post(otherChannel, messageOf("badger"), fresh(OTHER_KEY)),
    ]);
    expect((await textsOf(harness, channel)).join()).toMatch(/^(?=.*marmot)(?!.*badger)/s);
    expect((await textsOf(harness, otherChannel)).join()).toMatch(/^(?=.*badger)(?!.*marmot)/s);
  });

  test("a receipt is short text that outlives the program", async () => {
    const harness = await opened();
    const receipt = await harness.adapter.post(harness.channel, messageOf("marmot"), fresh(KEY));
    expect(receipt.message.length).toBeLessThanOrEqual(2000);
    const adapter = await harness.restart();
    await adapter.edit(structuredClone(receipt), messageOf("badger"));
    expect(await countOf(harness, "badger")).toBe(1);
  });

  test("an edit says the new text, and leaves other messages alone", async () => {
    const harness = await opened();
    const { adapter, channel } = harness;
    const receipt = await adapter.post(channel, messageOf("marmot"), fresh(KEY));
    await adapter.post(channel, messageOf("heron"), fresh(OTHER_KEY));
    await adapter.edit(receipt, messageOf("badger"));
    expect(await countOf(harness, "badger")).toBe(1);
    expect(await countOf(harness, "heron")).toBe(1);
    expect(await countOf(harness, "marmot")).toBe(traits.replaces ? 0 : 1);
  });

  test("the same text twice is two messages: what repeats is for the outbox to know", async () => {
    const harness = await opened();
    await harness.adapter.post(harness.channel, messageOf("marmot"), fresh(KEY));
    await harness.adapter.post(harness.channel, messageOf("marmot"), fresh(OTHER_KEY));
    expect(await countOf(harness, "marmot")).toBe(2);
  });

  test("only what may be a repeat says so, before and after an edit", async () => {
    const harness = await opened();
    const { adapter, channel } = harness;
    await adapter.post(channel, messageOf("heron"), fresh(OTHER_KEY));
    expect(await countOf(harness, REPEAT_TEXT)).toBe(0);
    const again = { key: KEY, thread: null, maybeRepeated: true };
    const receipt = await adapter.post(channel, messageOf("marmot"), again);
    expect(await countOf(harness, REPEAT_TEXT)).toBe(1);
    await adapter.edit(receipt, messageOf("badger"));
    const edited = (await textsOf(harness, channel)).find((text) => text.includes("badger"));
    expect(edited).toContain(REPEAT_TEXT);
  });
}

function faultContract({ traits }: ChatUnderTest, opened: Open): void {
  const cases = traits.faults.map((fault) => ({ fault, becomes: FAULT_OF[fault] }));

  test.each(cases)("a platform that will $fault fails a post as $becomes", async (row) => {
    const harness = await opened();
    const { adapter, channel } = harness;
    harness.failNext(row.fault);
    const error: unknown = await adapter
      .post(channel, messageOf("marmot"), fresh(KEY))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DeliveryError);
    expect(error).toMatchObject({
      fault: row.becomes,
      retryAfter: row.fault === "rate-limit" ? RATE_LIMIT : null,
    });
    expect(await countOf(harness, "marmot")).toBe(row.fault === "lose-answer" ? 1 : 0);
    await adapter.post(channel, messageOf("badger"), fresh(OTHER_KEY));
    expect(await countOf(harness, "badger")).toBe(1);
  });

  test.each(cases)("a platform that will $fault fails an edit as $becomes", async (row) => {
    const harness = await opened();
    const { adapter, channel } = harness;
    const receipt = await adapter.post(channel, messageOf("marmot"), fresh(KEY));
    harness.failNext(row.fault);
    const error: unknown = await adapter
      .edit(receipt, messageOf("badger"))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DeliveryError);
    expect(error).toMatchObject({ fault: row.becomes });
    await adapter.edit(receipt, messageOf("heron"));
    expect(await countOf(harness, "heron")).toBe(1);
  });
}

function textContract(opened: Open): void {
  test.each(HOSTILE_TEXTS)("text from elsewhere only says something: %j", async (text) => {
    const harness = await opened();
    const { adapter, channel } = harness;
    const receipt = await adapter.post(channel, messageEverywhere(text, "marmot"), fresh(KEY));
    await adapter.edit(receipt, messageEverywhere(text, "badger"));
    const said = await harness.said(channel);
    expect(said.flatMap(({ effects }) => effects)).toEqual([]);
    expect(said.some((one) => one.text.includes("badger"))).toBe(true);
  });

  test("a message that is too long still says the sentence that matters", async () => {
    const harness = await opened();
    const { adapter, channel } = harness;
    const receipt = await adapter.post(channel, longMessage("marmot"), fresh(KEY));
    expect(await countOf(harness, "marmot")).toBe(1);
    await adapter.edit(receipt, longMessage("badger"));
    expect(await countOf(harness, "badger")).toBe(1);
  });
}

function readBackContract(opened: Open): void {
  test("a message whose answer was lost is found by its key, and can be edited", async () => {
    const harness = await opened();
    const { channel } = harness;
    harness.failNext("lose-answer");
    await expect(
      harness.adapter.post(channel, messageOf("marmot"), fresh(KEY)),
    ).rejects.toMatchObject({ fault: "unknown" });
    const adapter = await harness.restart();
    const found = await adapter.find(channel, KEY, LONG_AGO, null);
    expect(found?.channel).toEqual(channel);
    if (found !== null) {
      await adapter.edit(found, messageOf("badger"));
    }
    expect(await countOf(harness, "badger")).toBe(1);
    expect(await countOf(harness, "marmot")).toBe(0);
  });

  test("it is found again after edits, and the receipts are as good", async () => {
    const { adapter, channel } = await opened();
    const posted = await adapter.post(channel, messageOf("marmot"), fresh(KEY));
    await adapter.edit(posted, messageOf("badger"));
    const found = await adapter.find(channel, KEY, LONG_AGO, null);
    expect(found).not.toBeNull();
    if (found !== null) {
      await adapter.edit(found, messageOf("heron"));
    }
    expect(await adapter.find(channel, KEY, LONG_AGO, null)).not.toBeNull();
  });

  test("nothing is found where nothing was posted", async () => {
    const { adapter, channel, otherChannel } = await opened();
    expect(await adapter.find(channel, KEY, LONG_AGO, null)).toBeNull();
    await adapter.post(channel, messageOf("marmot"), fresh(KEY));
    expect(await adapter.find(channel, OTHER_KEY, LONG_AGO, null)).toBeNull();
    expect(await adapter.find(channel, KEY.slice(0, -1), LONG_AGO, null)).toBeNull();
    expect(await adapter.find(otherChannel, KEY, LONG_AGO, null)).toBeNull();
    expect(await adapter.find(channel, KEY, FAR_AHEAD, null)).toBeNull();
  });

  test("a search that could not be made is no answer", async () => {
    const harness = await opened();
    const { adapter, channel } = harness;
    await adapter.post(channel, messageOf("marmot"), fresh(KEY));
    harness.failNext("be-away");
    await expect(adapter.find(channel, KEY, LONG_AGO, null)).rejects.toBeInstanceOf(DeliveryError);
    harness.failNext("rate-limit");
    await expect(adapter.find(channel, KEY, LONG_AGO, null)).rejects.toMatchObject({
      fault: "rate-limited",
      retryAfter: RATE_LIMIT,
    });
    expect(await adapter.find(channel, KEY, LONG_AGO, null)).not.toBeNull();
  });
}

function threadContract(opened: Open): void {
  test("a reply stands in the thread of its message", async () => {
    const harness = await opened();
    const { adapter, channel } = harness;
    const marmot = await adapter.post(channel, messageOf("marmot"), fresh(KEY));
    await adapter.post(channel, messageOf("heron"), fresh(OTHER_KEY));
    const reply = { key: "n-reply0000000", thread: marmot, maybeRepeated: false };
    await adapter.post(channel, messageOf("badger"), reply);
    const said = await harness.said(channel);
    const at = (word: string): number => said.findIndex(({ text }) => text.includes(word));
    expect(said[at("badger")]?.thread).toBe(at("marmot"));
    expect(said[at("marmot")]?.thread).toBeNull();
    expect(said[at("heron")]?.thread).toBeNull();
  });
}

function deletedMessageContract(opened: Open): void {
  test("an edit of a message that somebody deleted says that it is gone", async () => {
    const harness = await opened();
    const { adapter, channel } = harness;
    const receipt = await adapter.post(channel, messageOf("marmot"), fresh(KEY));
    harness.remove(receipt);
    await expect(adapter.edit(receipt, messageOf("badger"))).rejects.toMatchObject({
      fault: "message-gone",
    });
    expect(await harness.said(channel)).toEqual([]);
  });
}

function crowdedChannelContract(opened: Open): void {
  test("a person who quotes the key is not taken for the program", async () => {
    const harness = await opened();
    harness.sayAsPerson(harness.channel, [KEY, `[${KEY}]`, `key: ${KEY}`]);
    expect(await harness.adapter.find(harness.channel, KEY, LONG_AGO, null)).toBeNull();
  });

  test("a message is found behind hundreds of others", async () => {
    const harness = await opened();
    const { adapter, channel } = harness;
    await adapter.post(channel, messageOf("marmot"), fresh(KEY));
    const chatter = Array.from({ length: 450 }, (_, index) => `chatter ${index}`);
    harness.sayAsPerson(channel, chatter);
    expect(await adapter.find(channel, KEY, LONG_AGO, null)).not.toBeNull();
  });
}

function lostReplyContract(opened: Open): void {
  test("a reply whose answer was lost is found in its thread, and only there", async () => {
    const harness = await opened();
    const { adapter, channel } = harness;
    const marmot = await adapter.post(channel, messageOf("marmot"), fresh(KEY));
    const heron = await adapter.post(channel, messageOf("heron"), fresh(OTHER_KEY));
    const key = "n-reply0000000";
    expect(await adapter.find(channel, key, LONG_AGO, marmot)).toBeNull();
    harness.failNext("lose-answer");
    await expect(
      adapter.post(channel, messageOf("badger"), { key, thread: marmot, maybeRepeated: false }),
    ).rejects.toMatchObject({ fault: "unknown" });
    expect(await adapter.find(channel, key, LONG_AGO, marmot)).not.toBeNull();
    expect(await adapter.find(channel, key, LONG_AGO, heron)).toBeNull();
  });
}

function deletedThreadContract(opened: Open): void {
  test("a reply to a message that somebody deleted never becomes one of its own", async () => {
    const harness = await opened();
    const { adapter, channel } = harness;
    const marmot = await adapter.post(channel, messageOf("marmot"), fresh(KEY));
    harness.remove(marmot);
    const reply = { key: "n-reply0000000", thread: marmot, maybeRepeated: false };
    const outcome = await adapter.post(channel, messageOf("badger"), reply).then(
      () => "posted",
      (error: unknown) => (error instanceof DeliveryError ? error.fault : error),
    );
    expect(["posted", "message-gone"]).toContain(outcome);
    const alone = (await harness.said(channel)).filter(({ thread }) => thread === null);
    expect(alone).toEqual([]);
  });
}
