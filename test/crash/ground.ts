import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoreConfiguration } from "../../src/config/configuration.ts";
import type { Duration } from "../../src/domain/instant.ts";
import { MINUTE } from "../../src/domain/instant.ts";
import type { ChannelRef } from "../../src/domain/notification.ts";
import { startSandbox } from "../../src/sandbox/http/start-sandbox.ts";
import type { Sandbox } from "../../src/sandbox/http/start-sandbox.ts";
import { REVEALING_WEEK } from "../../src/sandbox/profiles.ts";
import type { Random } from "../../src/sandbox/random.ts";
import { startFakeSlack } from "../fakes/slack/fake-slack.ts";
import type { FakeSlack } from "../fakes/slack/fake-slack.ts";
import type { FakeChannel } from "../fakes/slack/world.ts";
import { startFakeTeams } from "../fakes/teams/fake-teams.ts";
import type { FakeTeams } from "../fakes/teams/fake-teams.ts";
import type { FakeConversation } from "../fakes/teams/world.ts";
import { StoryClock } from "./story-clock.ts";

const CHANNELS = ["ops", "security"];
/** JIT takes a moment to write a rule, and to remove it. */
const REST: Duration = 2 * MINUTE;

/** What the program lives on: a tenant, a Slack, a Teams, a folder, and a clock for all of them. */
export class Ground {
  readonly folder: string;
  readonly clock: StoryClock;
  readonly sandbox: Sandbox;
  readonly slack: FakeSlack;
  readonly teams: FakeTeams;
  readonly store: StoreConfiguration;
  readonly channels: readonly FakeChannel[];
  readonly conversation: FakeConversation;
  readonly #random: Random;
  /** How many requests were made: each opens a port, a moment later. */
  asked = 0;
  /** Until when a port of a VM is asked for already. */
  readonly #taken = new Map<string, number>();

  /** @param speed how many times as fast as real time it lives. */
  static async start(
    random: Random,
    speed: number,
    storeIn: (folder: string) => StoreConfiguration,
  ): Promise<Ground> {
    const folder = mkdtempSync(join(tmpdir(), "doorbell-crash-"));
    const clock = new StoryClock(join(folder, "clock.json"), speed);
    const sandbox = await startSandbox({
      clock,
      seed: random.int(1, 1_000_000),
      profile: REVEALING_WEEK,
      delays: { from: 0, to: 0 },
      tokenLifetime: Number.POSITIVE_INFINITY,
    });
    const slack = await startFakeSlack({ now: () => clock.now() });
    const teams = await startFakeTeams({ now: () => clock.now(), https: true });
    writeFileSync(join(folder, "ca.pem"), `${sandbox.ca}\n${teams.ca ?? ""}`);
    return new Ground(random, { folder, clock, sandbox, slack, teams, store: storeIn(folder) });
  }

  private constructor(
    random: Random,
    parts: Pick<Ground, "folder" | "clock" | "sandbox" | "slack" | "teams" | "store">,
  ) {
    this.#random = random;
    this.folder = parts.folder;
    this.clock = parts.clock;
    this.sandbox = parts.sandbox;
    this.slack = parts.slack;
    this.teams = parts.teams;
    this.store = parts.store;
    this.channels = CHANNELS.map((name) => this.slack.workspace.addChannel({ name }));
    this.conversation = this.teams.tenant.addChannel({ name: "Ops" });
  }

  /** Every channel that subscribes: those of Slack, and the one of Teams. */
  get refs(): readonly ChannelRef[] {
    return [
      ...this.channels.map((channel) => this.refOf(channel)),
      { platform: "teams", workspace: this.teams.tenant.id, channel: this.conversation.id },
    ];
  }

  refOf({ id }: FakeChannel): ChannelRef {
    return { platform: "slack", workspace: this.slack.workspace.team, channel: id };
  }

  /**
   * Writes the configuration of a replica; gives its path and where its health page is.
   *
   * @param own a store of its own, for a program that reads the tenant and tells nobody.
   */
  async configure(
    replica: string,
    own: StoreConfiguration | null = null,
  ): Promise<{ readonly path: string; readonly health: string }> {
    const { sandbox, slack, teams } = this;
    const [healthPort, slackPort, teamsPort] = [
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    const kept = own ?? this.store;
    const store =
      kept.kind === "sqlite"
        ? `{ kind: sqlite, path: "${kept.path}" }`
        : "{ kind: postgres, url: { env: STORE_URL } }";
    const channels = this.channels.map(({ id }) => id);
    const chats = `slack:
  bot-token: { env: BOT_TOKEN }
  http: { signing-secret: { env: SIGNING_SECRET }, port: ${slackPort} }
  channels: [${channels.join(", ")}]
  api-url: ${slack.apiUrl}
teams:
  tenant: ${teams.tenant.id}
  app-id: ${teams.appId}
  credential: { kind: client-secret, client-secret: { env: TEAMS_SECRET } }
  http: { port: ${teamsPort} }
  endpoints:
    authority-host: ${teams.authority}
    openid-metadata: ${teams.cloud.openIdMetadataUrl}
    service-url: ${teams.serviceUrl}
  channels: all
notifications:
${this.refs.map((ref) => `  - channel: ${JSON.stringify(ref)}\n`).join("")}`;
    const text = `
azure:
  endpoints: { authority-host: "${sandbox.authority}", resource-manager: "${sandbox.resourceManager}" }
  tenants:
    - id: ${sandbox.tenantId}
      credential: { kind: client-secret, client-id: ${sandbox.clientId}, client-secret: { env: SANDBOX_SECRET } }
      subscriptions: [${sandbox.subscriptions.join(", ")}]
  poll: 10s
  backfill: 1d
store: ${store}
http: { port: ${healthPort} }
zone: UTC
`;
    const path = join(this.folder, `${replica}.yaml`);
    writeFileSync(path, own === null ? text + chats : text);
    return { path, health: `http://127.0.0.1:${healthPort}` };
  }

  /** What the program's environment holds. */
  get environment(): Readonly<Record<string, string>> {
    return {
      TZ: "UTC",
      NODE_EXTRA_CA_CERTS: join(this.folder, "ca.pem"),
      SANDBOX_SECRET: this.sandbox.clientSecret,
      BOT_TOKEN: this.slack.botToken,
      SIGNING_SECRET: this.slack.signingSecret,
      TEAMS_SECRET: this.teams.clientSecret,
      // Shared by all, so that a start takes no longer than it must.
      NODE_COMPILE_CACHE: join(tmpdir(), "doorbell-crash-compiled"),
      ...(this.store.kind === "postgres" ? { STORE_URL: this.store.url.reveal() } : {}),
    };
  }

  /** Somebody asks for access to a port that nobody has at the moment, for a few minutes. */
  async open(): Promise<void> {
    const { model, frontDesk } = this.sandbox;
    const now = this.clock.now();
    // Who asks for what stands already only prolongs it, and it may stand for a while after its end.
    const standing = new Set(
      this.sandbox
        .truth()
        .openings.filter(({ closedAt }) => closedAt === null || closedAt > now - REST)
        .map(({ vm, port }) => `${vm?.toLowerCase()} ${port}`),
    );
    const free = model.vms
      // Of two VMs of one name, the desk knows the first.
      .filter(({ name }, index) => model.vms.findIndex((one) => one.name === name) === index)
      .flatMap(({ id, name, ports }) => ports.map((port) => ({ id, vm: name, port })))
      .filter(
        ({ id, vm, port }) =>
          (this.#taken.get(`${vm} ${port}`) ?? 0) < now &&
          !standing.has(`${id.toLowerCase()} ${port}`),
      );
    if (free.length === 0) {
      return;
    }
    const { vm, port } = this.#random.pick(free);
    const minutes = this.#random.int(2, 8);
    // The desk knows people by their lower-cased names.
    const known = model.people.filter((person) => person.caller === person.caller.toLowerCase());
    const { caller } = this.#random.pick(known);
    this.asked += 1;
    this.#taken.set(`${vm} ${port}`, now + minutes * MINUTE + REST);
    const query = new URLSearchParams({ vm, port: String(port), minutes: String(minutes) });
    query.set("as", caller);
    const { status } = await fetch(`${frontDesk}/open?${query.toString()}`, { method: "POST" });
    if (status !== 202) {
      throw new Error(`The front desk refuses ${query.toString()}: ${status}`);
    }
  }

  async stop(): Promise<void> {
    await this.sandbox.stop();
    await this.slack.stop();
    await this.teams.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A port that nobody listens on at the moment. */
async function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        resolve(address === null || typeof address === "string" ? 0 : address.port);
      });
    });
  });
}
