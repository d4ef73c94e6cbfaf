import { createServer } from "node:net";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { createTeamsChat } from "../../../adapters/teams/index.ts";
import type { TeamsParts, TeamsSettings } from "../../../adapters/teams/index.ts";
import type { ChannelChange, IncomingQuestion } from "../../../src/domain/chat.ts";
import type { ChannelRef } from "../../../src/domain/notification.ts";
import { message, paragraph } from "../../../src/message/build.ts";
import type { Message } from "../../../src/message/message.ts";
import type { ChatAdapter, ChatHandlers, ChatInstallations } from "../../../src/ports.ts";
import { startFakeTeams } from "../../fakes/teams/fake-teams.ts";
import type { FakeTeams, FakeTeamsOptions } from "../../fakes/teams/fake-teams.ts";
import type { Person } from "../../fakes/teams/person.ts";
import { seenIn } from "../../fakes/teams/reading.ts";
import type { FakeConversation, FakeTeam } from "../../fakes/teams/world.ts";
import { HandClock } from "../slack/hand-clock.ts";

/** A fake Teams with Doorbell's adapter at it, a person, a team and a channel. */
export interface Sitting {
  readonly teams: FakeTeams;
  readonly chat: ChatAdapter;
  readonly clock: HandClock;
  readonly settings: TeamsSettings;
  readonly log: string[];
  readonly records: MemoryRecords;
  /** What was asked so far. */
  readonly asked: IncomingQuestion[];
  readonly changes: ChannelChange[];
  readonly alice: Person;
  readonly team: FakeTeam;
  readonly ops: FakeConversation;
  readonly ref: (conversation: FakeConversation) => ChannelRef;
  /** The texts of what the bot said there, as soon as there are so many. */
  readonly said: (conversation: FakeConversation, count?: number) => Promise<readonly string[]>;
}

/** How a sitting differs from the usual one. */
export interface SittingOptions {
  readonly fake?: FakeTeamsOptions;
  readonly settings?: Partial<TeamsSettings>;
  readonly handlers?: Partial<ChatHandlers>;
  readonly parts?: Partial<TeamsParts>;
  readonly records?: MemoryRecords;
  /** Whether the adapter is started; true when missing. */
  readonly starts?: boolean;
}

/** Opens a sitting, which ends with the test. Answers are `You asked: …` unless handlers say otherwise. */
export async function sitting(options: SittingOptions = {}): Promise<Sitting> {
  const teams = await startFakeTeams({ rateLimits: false, ...options.fake });
  onTestFinished(async () => {
    await teams.stop();
  });
  const { tenant } = teams;
  const alice = tenant.addUser({ name: "alice", realName: "Alice Adams" });
  const team = tenant.addTeam({ name: "Platform", members: [alice] });
  const ops = tenant.addChannel({ name: "ops", team });
  const settings = { ...(await settingsFor(teams)), ...options.settings };
  const clock = new HandClock();
  const log: string[] = [];
  const records = options.records ?? new MemoryRecords();
  const chat = createTeamsChat(settings, {
    clock,
    random: { next: () => 0 },
    log: (level, line, fields) => {
      log.push(`${level}: ${line} ${JSON.stringify(fields ?? {})}`);
    },
    references: records,
    accessToken: () => Promise.resolve(teams.tokens.issue()),
    ...options.parts,
  });
  const asked: IncomingQuestion[] = [];
  const changes: ChannelChange[] = [];
  if (options.starts !== false) {
    await chat.start({
      answer: echo(asked),
      channelChanged: (change) => {
        changes.push(change);
        return Promise.resolve();
      },
      ...options.handlers,
    });
  }
  onTestFinished(async () => {
    await chat.stop();
  });
  return {
    teams,
    chat,
    clock,
    settings,
    log,
    records,
    asked,
    changes,
    alice: teams.person(alice),
    team,
    ops,
    ref: ({ id }) => ({ platform: "teams", workspace: tenant.id, channel: id }),
    said: async (conversation, count = 1) =>
      tenant.until(() => {
        const own = new Set(
          teams
            .person(alice)
            .sees(conversation)
            .map(({ id }) => id),
        );
        const seen = seenIn(tenant, conversation).filter(({ id }) => own.has(id));
        return seen.length >= count && seen.map(({ text }) => text);
      }),
  };
}

/** What Teams delivered last, to deliver it otherwise. */
export function lastActivity({ deliveries }: FakeTeams): Readonly<Record<string, unknown>> {
  const body: unknown = JSON.parse(deliveries.lastRequest?.body ?? "");
  return z.record(z.string(), z.unknown()).parse(body);
}

/** Settings with which the adapter works at the fake, on a port that is free. */
export async function settingsFor(teams: FakeTeams): Promise<TeamsSettings> {
  const listen = { host: "127.0.0.1", port: await freePort(), path: "/api/messages" };
  teams.deliveries.endpoint = `http://${listen.host}:${listen.port}${listen.path}`;
  return {
    appId: teams.appId,
    tenant: teams.tenant.id,
    listen,
    publicUrl: null,
    tenants: [],
    channels: "all",
    directMessages: true,
    guests: false,
    cloud: { ...teams.cloud, serviceUrl: teams.serviceUrl },
    callTimeout: 10_000,
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

/** Records of conversations, as a store would keep them. */
export class MemoryRecords implements ChatInstallations {
  readonly kept = new Map<string, string>();
  /** Whether nothing more can be kept. */
  isFull = false;

  saveInstallation(platform: string, workspace: string, record: string): Promise<void> {
    if (this.isFull) {
      return Promise.reject(new Error("disk full"));
    }
    this.kept.set(`${platform} ${workspace}`, record);
    return Promise.resolve();
  }

  installation(platform: string, workspace: string): Promise<string | null> {
    return Promise.resolve(this.kept.get(`${platform} ${workspace}`) ?? null);
  }

  forgetInstallation(platform: string, workspace: string): Promise<void> {
    this.kept.delete(`${platform} ${workspace}`);
    return Promise.resolve();
  }
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
