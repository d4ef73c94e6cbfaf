import { MessageFactory } from "botbuilder";
import type { Activity } from "botbuilder";
import { onTestFinished } from "vitest";
import { startFakeTeams } from "./fake-teams.ts";
import type { FakeTeams, FakeTeamsOptions } from "./fake-teams.ts";
import type { Person } from "./person.ts";
import { CARD_TYPE } from "./reading.ts";
import type { FakeConversation } from "./world.ts";

/** A fake Teams with a person and a channel in it. */
export interface Sitting {
  readonly teams: FakeTeams;
  readonly alice: Person;
  readonly ops: FakeConversation;
}

/** Opens a sitting, which ends with the test. */
export async function sitting(options: FakeTeamsOptions = {}): Promise<Sitting> {
  const teams = await startFakeTeams({ rateLimits: false, ...options });
  onTestFinished(async () => {
    await teams.stop();
  });
  const alice = teams.tenant.addUser({ name: "alice", realName: "Alice Adams" });
  const ops = teams.tenant.addChannel({ name: "ops" });
  return { teams, alice: teams.person(alice), ops };
}

/** A card of these elements. */
export const card = (body: readonly object[], more: object = {}): object => ({
  type: "AdaptiveCard",
  version: "1.5",
  body,
  ...more,
});
export const text = (words: string): object => ({ type: "TextBlock", text: words, wrap: true });
/** An activity with a card alone. */
export const withCard = (content: object): Partial<Activity> =>
  MessageFactory.attachment({ contentType: CARD_TYPE, content });

/** Calls the Connector without the SDK. */
export async function call(
  teams: FakeTeams,
  method: string,
  path: string,
  body?: object,
  token = teams.tokens.issue(),
): Promise<{ readonly status: number; readonly text: string; readonly headers: Headers }> {
  const response = await fetch(`${teams.serviceUrl}v3/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** Posts an activity without the SDK. */
export const post = async (
  teams: FakeTeams,
  where: FakeConversation,
  activity: object = { type: "message", text: "x" },
): ReturnType<typeof call> =>
  call(teams, "POST", `conversations/${encodeURIComponent(where.id)}/activities`, activity);
