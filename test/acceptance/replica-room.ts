import { setTimeout as delay } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { freePort } from "../adapters/slack/slack-sitting.ts";
import type { PostgresServer } from "../contracts/postgres-server.ts";
import { startFakeSlack } from "../fakes/slack/fake-slack.ts";
import type { FakeSlack } from "../fakes/slack/fake-slack.ts";
import type { Person } from "../fakes/slack/person.ts";
import { shownText } from "../fakes/slack/reading.ts";
import type { FakeChannel } from "../fakes/slack/world.ts";
import type { RunningProgram } from "./running-program.ts";
import { WatchedTenant } from "./watched-tenant.ts";

const PAUSE = 50;

const keyed = z.object({ event_payload: z.object({ key: z.string() }) });

/** One of several programs on one database, with ports of its own. */
export interface Replica {
  readonly program: RunningProgram;
  readonly healthPort: number;
  readonly slackUrl: string;
}

/** Several real programs on one real PostgreSQL and one tenant, in one Slack channel. */
export class ReplicaRoom {
  readonly tenant: WatchedTenant;
  readonly slack: FakeSlack;
  readonly alice: Person;
  readonly ops: FakeChannel;
  #started = 0;

  static async open(server: PostgresServer, database: string): Promise<ReplicaRoom> {
    const slack = await startFakeSlack();
    onTestFinished(async () => slack.stop());
    const tenant = await WatchedTenant.start();
    const url = await server.createDatabase(database);
    return new ReplicaRoom(tenant, slack, url);
  }

  private constructor(tenant: WatchedTenant, slack: FakeSlack, url: string) {
    this.tenant = tenant;
    this.slack = slack;
    this.alice = slack.person(slack.workspace.addUser({ name: "alice", zone: "UTC" }));
    this.ops = slack.workspace.addChannel({ name: "ops" });
    tenant.folder.file("bot-token", slack.botToken);
    tenant.folder.file("signing-secret", slack.signingSecret);
    tenant.folder.file("database", url);
  }

  /** Starts one more, and waits until it serves. */
  async start(): Promise<Replica> {
    this.#started += 1;
    const file = `doorbell-${this.#started}.yaml`;
    const [healthPort, slackPort] = [await freePort(), await freePort()];
    const { team } = this.slack.workspace;
    this.tenant.configure({
      file,
      healthPort,
      backfill: "1d",
      store: "{ kind: postgres, url: { file: database } }",
      more: `
slack:
  bot-token: { file: bot-token }
  http: { signing-secret: { file: signing-secret }, port: ${slackPort} }
  channels: [${this.ops.id}]
  api-url: ${this.slack.apiUrl}
notifications:
  - channel: { platform: slack, workspace: ${team}, channel: ${this.ops.id} }
`,
    });
    const program = this.tenant.serve({ file });
    await program.until("stderr", /Doorbell serves\./);
    return { program, healthPort, slackUrl: `http://127.0.0.1:${slackPort}/slack/events` };
  }

  /** How many feeds the replica reads; 0 where it does not answer. */
  async held({ healthPort }: Replica): Promise<number> {
    const { text } = await this.tenant.health("/metrics", healthPort);
    return [...text.matchAll(/^doorbell_feed_held\{.*\} 1$/gm)].length;
  }

  /** Waits until the replica reads so many feeds. */
  async untilHeld(replica: Replica, count: number): Promise<void> {
    while ((await this.held(replica)) !== count) {
      await delay(PAUSE);
    }
  }

  /** Somebody opens a port; waits until it rings, and until that is written down, as a replica tells. */
  async openAndHear(port: number, person: string, { healthPort }: Replica): Promise<void> {
    await this.tenant.open(`vm=vm-x&port=${port}&as=${person}&why=ticket`);
    await this.slack.workspace.until(() =>
      this.rung().some(({ text }) => text.includes(`${person}@`) && text.includes(`(${port})`)),
    );
    // A replica that is killed between a post and its record leaves its channel silent until the claim ends.
    const isWritten = async (): Promise<boolean> => {
      const { text } = await this.tenant.health("/metrics", healthPort);
      const count = (state: string): number =>
        Number(
          new RegExp(`^doorbell_deliveries\\{state="${state}"\\} (\\d+)$`, "m").exec(text)?.[1],
        );
      return count("posting") === 0 && count("posted") >= this.rung().length;
    };
    while (!(await isWritten())) {
      await delay(PAUSE);
    }
  }

  /** What rang, with the key inside each message. */
  rung(): readonly { readonly key: string; readonly text: string }[] {
    const { bot } = this.slack.workspace;
    return this.slack.workspace
      .messagesIn(this.ops)
      .filter((one) => one.user === bot.id && one.ephemeralFor === null && one.threadTs === null)
      .map((one) => ({
        key: keyed.parse(one.metadata).event_payload.key,
        text: shownText(one, "UTC"),
      }));
  }

  /** Asks one of the replicas, in the chat. */
  async ask({ slackUrl }: Replica, line: string): Promise<string> {
    this.slack.deliveries.requestUrl = slackUrl;
    const answers = (): readonly string[] =>
      this.alice
        .sees(this.ops)
        .filter(({ ephemeralFor }) => ephemeralFor === this.alice.user.id)
        .map((one) => shownText(one, "UTC"));
    const before = answers().length;
    await this.alice.types(this.ops, line);
    return this.slack.workspace.until(() =>
      answers()
        .slice(before)
        .find((one) => !one.startsWith("Looking it up")),
    );
  }
}
