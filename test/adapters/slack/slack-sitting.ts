import { createServer } from "node:net";
import { onTestFinished } from "vitest";
import { createSlackChat } from "../../../adapters/slack/index.ts";
import type { SlackSettings } from "../../../adapters/slack/index.ts";
import { Secret } from "../../../src/config/secret.ts";
import type { IncomingQuestion } from "../../../src/domain/chat.ts";
import type { ChannelRef } from "../../../src/domain/notification.ts";
import { message, paragraph } from "../../../src/message/build.ts";
import type { Message } from "../../../src/message/message.ts";
import type { ChatAdapter, ChatHandlers, ChatInstallations } from "../../../src/ports.ts";
import { startFakeSlack } from "../../fakes/slack/fake-slack.ts";
import type { FakeSlack, FakeSlackOptions } from "../../fakes/slack/fake-slack.ts";
import type { Person } from "../../fakes/slack/person.ts";
import type { FakeChannel } from "../../fakes/slack/world.ts";
import { HandClock } from "./hand-clock.ts";

/** A fake Slack with Doorbell's adapter at it, a person and a channel. */
export interface Sitting {
  readonly slack: FakeSlack;
  readonly chat: ChatAdapter;
  readonly clock: HandClock;
  readonly settings: SlackSettings;
  readonly log: string[];
  /** What was asked so far. */
  readonly asked: IncomingQuestion[];
  readonly alice: Person;
  readonly ops: FakeChannel;
  readonly ref: (channel: FakeChannel) => ChannelRef;
}

/** How a sitting differs from the usual one. */
export interface SittingOptions {
  readonly fake?: FakeSlackOptions;
  readonly transport?: "socket" | "http";
  readonly settings?: Partial<SlackSettings>;
  readonly handlers?: Partial<ChatHandlers>;
  readonly installations?: ChatInstallations;
  readonly pongTimeout?: number;
  readonly requestTimeout?: number;
  /** Whether the adapter is started; true when missing. */
  readonly starts?: boolean;
}

/** Opens a sitting, which ends with the test. Answers are `You asked: …` unless handlers say otherwise. */
export async function sitting(options: SittingOptions = {}): Promise<Sitting> {
  const slack = await startFakeSlack(options.fake);
  onTestFinished(async () => {
    await slack.stop();
  });
  const alice = slack.workspace.addUser({
    name: "alice",
    realName: "Alice Adams",
    mail: "alice@contoso.example",
  });
  const ops = slack.workspace.addChannel({ name: "ops" });
  const settings = {
    ...(await settingsFor(slack, options.transport ?? "socket")),
    ...options.settings,
  };
  const clock = new HandClock();
  const log: string[] = [];
  const chat = createSlackChat(settings, {
    clock,
    random: { next: () => 0 },
    log: (level, line) => {
      log.push(`${level}: ${line}`);
    },
    installations: options.installations ?? null,
    ...(options.pongTimeout === undefined ? {} : { pongTimeout: options.pongTimeout }),
    ...(options.requestTimeout === undefined ? {} : { requestTimeout: options.requestTimeout }),
  });
  const asked: IncomingQuestion[] = [];
  if (options.starts !== false) {
    await chat.start({ answer: echo(asked), ...options.handlers });
  }
  onTestFinished(async () => {
    await chat.stop();
  });
  return {
    slack,
    chat,
    clock,
    settings,
    log,
    asked,
    alice: slack.person(alice),
    ops,
    ref: (channel) => ({ platform: "slack", workspace: slack.workspace.team, channel: channel.id }),
  };
}

/** Answers each delivery once with the question, as the program does with its store. */
export function echo(asked: IncomingQuestion[]): ChatHandlers["answer"] {
  return (question) => {
    if (asked.some(({ deliveryId }) => deliveryId === question.deliveryId)) {
      return Promise.resolve(null);
    }
    asked.push(question);
    return Promise.resolve(answerTo(question.text));
  };
}

/** The answer that echoes a question. */
export function answerTo(text: string): Message {
  return message("info", `You asked: ${text}`, [paragraph(`You asked: ${text}`)]);
}

async function settingsFor(slack: FakeSlack, transport: "socket" | "http"): Promise<SlackSettings> {
  const common = {
    identity: { kind: "token" as const, botToken: new Secret(slack.botToken) },
    command: "/jit",
    publicAnswers: false,
    workspaces: [],
    channels: "all" as const,
    directMessages: true,
    guests: false,
    users: [],
    groups: [],
    apiUrl: slack.apiUrl,
    callTimeout: 10_000,
  };
  if (transport === "socket") {
    return {
      ...common,
      transport: { kind: "socket", appToken: new Secret(slack.appToken) },
    };
  }
  const port = await freePort();
  slack.deliveries.requestUrl = `http://127.0.0.1:${port}/slack/events`;
  return {
    ...common,
    transport: {
      kind: "http",
      signingSecret: new Secret(slack.signingSecret),
      host: "127.0.0.1",
      port,
      path: "/slack/events",
    },
  };
}

/** A port that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.listen(0, "127.0.0.1", () => {
    resolve(undefined);
  });
  await promise;
  const address = server.address();
  const closed = Promise.withResolvers<undefined>();
  server.close(() => {
    closed.resolve(undefined);
  });
  await closed.promise;
  if (address === null || typeof address === "string") {
    throw new Error("There is no free port.");
  }
  return address.port;
}
