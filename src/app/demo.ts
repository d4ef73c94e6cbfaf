import { EVERY_JIT_OPENING } from "../ask/chat-command.ts";
import type { AzureConfiguration } from "../config/configuration.ts";
import { Secret } from "../config/secret.ts";
import { DAY, HOUR, MINUTE } from "../domain/instant.ts";
import type { ChannelRef } from "../domain/notification.ts";
import { fastTiming } from "../notify/outbox-timing.ts";
import type { ChatAdapter, Clock, RandomSource } from "../ports.ts";
import { fastClock } from "../sandbox/fast-clock.ts";
import { startSandbox } from "../sandbox/http/start-sandbox.ts";
import type { TenantProfile } from "../sandbox/profiles.ts";
import type { Sandbox } from "../sandbox/http/start-sandbox.ts";
import { azureFeeds } from "./azure-feeds.ts";
import { openStore } from "./open-store.ts";
import { startService } from "./service.ts";
import type { Service } from "./service.ts";

/** What a demo is made with. */
export interface DemoParts {
  /** How many times as fast as real time the tenant lives. */
  readonly speed: number;
  readonly seed: number;
  /** The demo's own story when left out. */
  readonly profile?: TenantProfile;
  readonly wall: Clock;
  readonly random: RandomSource;
  readonly zone: string;
  readonly chats: readonly ChatAdapter[];
  /** Where new openings ring; null nowhere. */
  readonly channel: ChannelRef | null;
  readonly onProblem: (problem: string) => void;
}

/** A demo that runs. */
export interface Demo {
  readonly service: Service;
  readonly sandbox: Sandbox;
  /** The program's clock, by which the tenant lives. */
  readonly clock: Clock;
  /** What to type in another terminal to open a port. */
  readonly openCommand: string;
  readonly vms: readonly string[];
  stop(): Promise<void>;
}

/** How far back the demo reads: its tenant's history. */
const HISTORY = 8 * DAY;

/**
 * Starts a tenant on loopback and the whole program on top of it, which knows nothing of it but its
 * address and its secret.
 */
export async function startDemo(parts: DemoParts): Promise<Demo> {
  const { speed, seed, wall, random, zone, chats, channel, onProblem } = parts;
  const clock = fastClock(wall, wall.now(), speed);
  const story = parts.profile === undefined ? {} : { profile: parts.profile };
  const sandbox = await startSandbox({ clock, seed, speed, ...story });
  try {
    const { sources, live } = azureFeeds(configurationOf(sandbox), {
      clock,
      wall,
      random,
      ca: sandbox.ca,
    });
    const store = await openStore({ kind: "sqlite", path: ":memory:" }, clock);
    const service = await startService({
      store,
      sources,
      live,
      chats,
      subscriptions: channel === null ? [] : [{ channel, filter: EVERY_JIT_OPENING }],
      clock,
      wall,
      random,
      zone,
      workingHours: null,
      retention: null,
      auditRetention: null,
      outboxTiming: fastTiming(speed),
      log: (level, message, fields) => {
        if (level === "error" || level === "warning") {
          onProblem([...Object.values(fields ?? {}), message].join(": "));
        }
      },
    });
    return {
      service,
      sandbox,
      clock,
      openCommand: `curl -X POST "${sandbox.frontDesk}/open?vm=vm-x&port=22"`,
      vms: sandbox.model.vms.map(({ name }) => name),
      stop: async () => {
        await service.stop();
        await sandbox.stop();
      },
    };
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
}

function configurationOf(sandbox: Sandbox): AzureConfiguration {
  return {
    cloud: {
      authorityHost: sandbox.authority,
      resourceManager: sandbox.resourceManager,
      audience: sandbox.resourceManager,
      logAnalytics: sandbox.resourceManager,
    },
    tenants: [
      {
        id: sandbox.tenantId,
        credential: {
          kind: "client-secret",
          clientId: sandbox.clientId,
          clientSecret: new Secret(sandbox.clientSecret),
        },
        subscriptions: sandbox.subscriptions,
        logAnalytics: null,
      },
    ],
    poll: MINUTE,
    overlap: 30 * MINUTE,
    sweep: HOUR,
    eventHubs: [],
    backfill: HISTORY,
    liveState: true,
  };
}
