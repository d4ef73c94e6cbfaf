import { expect, test } from "vitest";
import { PictureShelf } from "../../../adapters/teams/pictures.ts";
import { DAY } from "../../../src/domain/instant.ts";
import { POSTS } from "../../fakes/teams/faults.ts";
import { cardsOf } from "../../fakes/teams/reading.ts";
import { HandClock } from "../slack/hand-clock.ts";
import { answerTo, sitting } from "./teams-sitting.ts";
import type { Sitting } from "./teams-sitting.ts";

const PICTURE = {
  png: new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]),
  fileName: "timeline.png",
  title: "vm-x <at>all</at>",
  alternativeText: "RDP was open for an hour.",
};
const PUBLIC_URL = "https://doorbell.example/api/messages";
const REFUSED = { kind: "error" as const, status: 413, code: "MessageSizeTooBig" };

function lastCard({ alice, ops }: Sitting): string {
  const posted = alice.sees(ops).at(-1);
  return posted === undefined ? "" : JSON.stringify(cardsOf(posted));
}

/** The address of the picture that was posted, as a path of this machine's. */
function addressOf(at: Sitting): string {
  const [name = ""] = /pictures\/[\w.-]+/.exec(lastCard(at)) ?? [];
  return `${at.teams.deliveries.endpoint ?? ""}/${name}`;
}

test("a picture travels inside its card, in the thread, with its words", async () => {
  const at = await sitting();
  const thread = await at.chat.post(at.ref(at.ops), answerTo("x"), {
    key: "n-1",
    thread: null,
    maybeRepeated: false,
  });
  await at.chat.postPicture?.(at.ref(at.ops), PICTURE, thread);
  const [root, posted] = at.alice.sees(at.ops);
  expect(posted?.thread).toBe(root?.id);
  expect(lastCard(at)).toContain(
    `data:image/png;base64,${Buffer.from(PICTURE.png).toString("base64")}`,
  );
  expect((await at.said(at.ops, 2)).at(-1)).toContain("RDP was open for an hour.");
});

test("a picture that Teams refuses inside a message is fetched from Doorbell", async () => {
  const at = await sitting({ settings: { publicUrl: PUBLIC_URL } });
  at.teams.faults.planOnce(POSTS, REFUSED);
  await at.chat.postPicture?.(at.ref(at.ops), PICTURE, null);
  expect(lastCard(at)).toMatch(
    /"https:\/\/doorbell\.example\/api\/messages\/pictures\/[\w-]{32}\.png"/,
  );
  const response = await fetch(addressOf(at));
  expect(response.headers.get("content-type")).toBe("image/png");
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(PICTURE.png);
});

test("one too large to travel inside is fetched at once", async () => {
  const at = await sitting({ settings: { publicUrl: PUBLIC_URL } });
  await at.chat.postPicture?.(
    at.ref(at.ops),
    { ...PICTURE, png: new Uint8Array(2 * 1024 * 1024) },
    null,
  );
  expect(at.teams.countCalls(...POSTS)).toBe(1);
  expect((await (await fetch(addressOf(at))).arrayBuffer()).byteLength).toBe(2 * 1024 * 1024);
});

test("where Teams can fetch nothing, the words are posted", async () => {
  const at = await sitting();
  at.teams.faults.planOnce(POSTS, REFUSED);
  await at.chat.postPicture?.(at.ref(at.ops), PICTURE, null);
  expect(lastCard(at)).not.toContain('"Image"');
  expect((await at.said(at.ops)).join()).toContain("RDP was open for an hour.");
});

test("other failures are the outbox's own", async () => {
  const at = await sitting();
  at.teams.faults.planOnce(POSTS, { kind: "rate-limited", seconds: 7 });
  await expect(at.chat.postPicture?.(at.ref(at.ops), PICTURE, null)).rejects.toMatchObject({
    fault: "rate-limited",
  });
  expect(at.alice.sees(at.ops)).toEqual([]);
});

test.each(["", "x.png", "../../secret", `${"A".repeat(32)}.png`, "__proto__"])(
  "a picture's name that was guessed, %j, shows nothing",
  async (name) => {
    const at = await sitting();
    const url = `${at.teams.deliveries.endpoint ?? ""}/pictures/${name}`;
    expect((await fetch(url)).status).not.toBe(200);
  },
);

test("pictures are kept for a week, and no more than memory allows", () => {
  const clock = new HandClock();
  const shelf = new PictureShelf(clock);
  const first = shelf.put(PICTURE.png);
  expect(shelf.get(first)).toEqual(PICTURE.png);
  clock.advance(8 * DAY);
  expect(shelf.get(first)).toBeNull();
  const large = Array.from({ length: 5 }, () => shelf.put(new Uint8Array(10 * 1024 * 1024)));
  expect(large.map((name) => shelf.get(name) !== null)).toEqual([false, false, true, true, true]);
  const huge = shelf.put(new Uint8Array(40 * 1024 * 1024));
  expect(shelf.get(huge)).not.toBeNull();
  expect(large.map((name) => shelf.get(name))).toEqual([null, null, null, null, null]);
});
