import type { TurnContext } from "botbuilder";
import { expect, test, vi } from "vitest";
import { z } from "zod";
import { startBot } from "./echo-bot.ts";
import { CARD_TYPE, seenIn } from "./reading.ts";
import { card, post, sitting, text } from "./sitting.ts";
import type { Sitting } from "./sitting.ts";
import type { FakeMessage } from "./world.ts";

const heardActivity = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  text: z.string().optional(),
  value: z.unknown().optional(),
  replyToId: z.string().optional(),
  channelData: z.looseObject({
    eventType: z.string().optional(),
    channel: z.object({ id: z.string() }).optional(),
  }),
  conversation: z.looseObject({ id: z.string(), conversationType: z.string() }),
  entities: z.array(z.unknown()).optional(),
  reactionsAdded: z.array(z.object({ type: z.string() })).optional(),
});
type Heard = z.infer<typeof heardActivity>;

/** A bot that only listens, and answers invokes with `answer`. */
async function listening(
  { teams }: Sitting,
  answer: (heard: Heard) => object = () => ({}),
): Promise<Heard[]> {
  const heard: Heard[] = [];
  await startBot(teams, async (context: TurnContext) => {
    const activity = heardActivity.parse(context.activity);
    heard.push(activity);
    if (activity.type === "invoke") {
      const value = { status: 200, body: answer(activity) };
      await context.sendActivity({ type: "invokeResponse", value });
    }
  });
  return heard;
}

/** A card of the bot in the channel. */
async function posted({ teams, alice, ops }: Sitting, content: object): Promise<FakeMessage> {
  const attachments = [{ contentType: CARD_TYPE, content }];
  expect((await post(teams, ops, { type: "message", attachments })).status).toBe(201);
  const message = alice.sees(ops).at(-1);
  if (message === undefined) {
    throw new Error("There is no message.");
  }
  return message;
}

const answeredCard = (words: string): object => ({
  statusCode: 200,
  type: CARD_TYPE,
  value: card([text(words)]),
});

test("a message says where it stands and what clock and language its writer has", async () => {
  const place = await sitting();
  const heard = await listening(place);
  const { message } = await place.alice.says(place.ops, "@doorbell ask @alice");
  expect(heard).toMatchObject([
    {
      type: "message",
      text: "<at>Doorbell</at> ask <at>Alice Adams</at>\n",
      conversation: {
        id: `${place.ops.id};messageid=${message.id}`,
        conversationType: "channel",
        isGroup: true,
        tenantId: place.teams.tenant.id,
      },
      channelData: { channel: { id: place.ops.id }, tenant: { id: place.teams.tenant.id } },
      from: { aadObjectId: place.alice.user.objectId, name: "Alice Adams" },
      entities: [
        { type: "mention", mentioned: { id: `28:${place.teams.appId}` } },
        { type: "mention", mentioned: { id: place.alice.user.id } },
        { type: "clientInfo", timezone: "Europe/Berlin", locale: "en-GB" },
      ],
    },
  ]);
});

test("edits, deletions and reactions reach the bot", async () => {
  const place = await sitting();
  const heard = await listening(place);
  const { message } = await place.alice.says(place.ops, "@doorbell one");
  await place.alice.edits(message, "@doorbell two");
  const seen = seenIn(place.teams.tenant, place.ops);
  expect(seen).toMatchObject([{ text: "<at>Doorbell</at> two\n", edited: true }]);
  await place.alice.deletes(message);
  await place.alice.reacts(await posted(place, card([text("x")])), "like");
  expect(
    heard.map(({ type, channelData, reactionsAdded = [] }) => [
      type,
      channelData.eventType ?? reactionsAdded[0]?.type ?? "",
    ]),
  ).toEqual([
    ["message", ""],
    ["messageUpdate", "editMessage"],
    ["messageDelete", "softDeleteMessage"],
    ["messageReaction", "like"],
  ]);
});

test("a submit button says what it carries and what stands in the card's fields", async () => {
  const place = await sitting();
  const heard = await listening(place);
  const field = { type: "Input.Text", id: "why", isRequired: true, label: "Why" };
  const actions = [{ type: "Action.Submit", title: "Send", data: { a: 1 } }];
  const message = await posted(place, card([field], { actions }));
  await expect(place.alice.presses(message, "Send")).rejects.toThrow("does not let anybody send");
  await expect(place.alice.presses(message, "Quiet")).rejects.toThrow("there is Send");
  await place.alice.presses(message, "Send", { why: "maintenance" });
  expect(heard).toMatchObject([
    { type: "message", value: { a: 1, why: "maintenance" }, replyToId: message.id },
  ]);
});

test("a card refreshes itself for those it names, and for nobody else", async () => {
  const place = await sitting();
  const bob = place.teams.person(place.teams.tenant.addUser({ name: "bob" }));
  const heard = await listening(place, () => answeredCard("yours"));
  const action = { type: "Action.Execute", title: "Refresh", verb: "refresh" };
  const refresh = { action, userIds: [place.alice.user.id] };
  const message = await posted(place, card([text("for all")], { refresh }));
  expect(await bob.looksAt(message)).toBeNull();
  await place.alice.looksAt(message);
  expect(heard).toMatchObject([{ value: { action: { verb: "refresh" }, trigger: "automatic" } }]);
  const seenBy = (reader: string): string =>
    seenIn(place.teams.tenant, place.ops, { reader })[0]?.text ?? "";
  expect([seenBy(place.alice.user.id), seenBy(bob.user.id)]).toEqual(["yours", "for all"]);
});

test("a card that Teams cannot draw is noticed in an answer too", async () => {
  const place = await sitting();
  await listening(place, () => ({ ...answeredCard("x"), value: { type: "AdaptiveCard" } }));
  const actions = [{ type: "Action.Execute", title: "Go", verb: "go" }];
  const message = await posted(place, card([], { actions }));
  await expect(place.alice.presses(message, "Go")).rejects.toThrow("Something went wrong");
});

test("a search is asked as it is typed, and what is picked can be inserted", async () => {
  const place = await sitting();
  const heard = await listening(place, ({ name }) => ({ composeExtension: { name } }));
  await place.alice.searches(place.ops, "openings", "");
  const { answer } = await place.alice.searches(place.ops, "openings", "vm-1");
  expect(answer).toEqual({ composeExtension: { name: "composeExtension/query" } });
  await place.alice.selects(place.ops, { id: "o-1" });
  expect(heard.map(({ value }) => value)).toMatchObject([
    { commandId: "openings", parameters: [{ name: "initialRun", value: "true" }] },
    { commandId: "openings", parameters: [{ name: "query", value: "vm-1" }] },
    { id: "o-1" },
  ]);
  place.alice.inserts(place.ops, { contentType: CARD_TYPE, content: card([text("opening")]) });
  expect(seenIn(place.teams.tenant, place.ops).map((seen) => seen.text)).toEqual(["opening"]);
});

test("people of another tenant and anonymous ones are told apart", async () => {
  const { teams, ops } = await sitting();
  const tenant = teams.addTenant("99999999-8888-4777-8666-555555555555");
  const heard: unknown[] = [];
  await startBot(teams, ({ activity }) => {
    heard.push(activity);
    return Promise.resolve();
  });
  const stranger = teams.person(tenant.addUser({ name: "eve" }), tenant);
  await stranger.says(tenant.addChannel({ name: "elsewhere" }), "@doorbell hi");
  await teams
    .person(teams.tenant.addUser({ name: "anon", role: "anonymous" }))
    .says(ops, "@doorbell hi");
  expect(heard).toMatchObject([
    { channelData: { tenant: { id: tenant.id } }, conversation: { tenantId: tenant.id } },
    { channelData: { tenant: { id: teams.tenant.id } } },
  ]);
  expect(JSON.stringify(heard[1])).not.toContain("aadObjectId");
});

test("a delivery can be repeated as Teams does, and comes unsigned where it is asked to", async () => {
  const place = await sitting();
  const heard = await listening(place);
  await place.alice.says(place.ops, "@doorbell once");
  await place.teams.deliveries.redeliver();
  expect(heard).toHaveLength(2);
  expect(heard[0]).toEqual(heard[1]);
  place.teams.deliveries.unsigned = true;
  // The SDK writes what it refuses to the console.
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  expect((await place.teams.deliveries.redeliver()).status).toBe(401);
});
