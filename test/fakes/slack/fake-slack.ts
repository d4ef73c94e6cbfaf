import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { chatMethods } from "./chat-methods.ts";
import { Deliveries } from "./deliveries.ts";
import { SlackFailure } from "./failure.ts";
import { PlannedFaults } from "./faults.ts";
import { FILE_METHODS } from "./file-methods.ts";
import { FakeOAuth } from "./oauth.ts";
import { PEOPLE_METHODS } from "./people-methods.ts";
import { eventOf, Person } from "./person.ts";
import { RateLimits } from "./rate-limits.ts";
import { ResponseUrls } from "./response-urls.ts";
import { SocketHub } from "./socket-hub.ts";
import { FakeTokens } from "./tokens.ts";
import { Triggers, viewMethods } from "./view-methods.ts";
import { answerApiCall } from "./web-api.ts";
import type { ApiCall, WebApiParts } from "./web-api.ts";
import { FakeWorkspace } from "./world.ts";
import type { FakeUser } from "./world.ts";

/** Every scope of Doorbell's manifest. */
export const ALL_SCOPES: readonly string[] = [
  "app_mentions:read",
  "channels:history",
  "channels:read",
  "chat:write",
  "commands",
  "files:write",
  "groups:history",
  "groups:read",
  "im:history",
  "users:read",
  "users:read.email",
];

/** How the fake is set up. */
export interface FakeSlackOptions {
  /** Scopes of the bot token; all by default. */
  readonly scopes?: readonly string[];
  /** The clock, in ms; the machine's by default. */
  readonly now?: () => number;
  /** Whether calls are counted against Slack's rate limits; true by default. */
  readonly rateLimits?: boolean;
}

/**
 * Slack on loopback: the Web API, response URLs, uploads, OAuth and Socket Mode, for one app. It keeps what
 * is posted and refuses what Slack refuses.
 */
export class FakeSlack {
  readonly signingSecret = "signing-secret-of-a-fake";
  readonly workspace: FakeWorkspace;
  readonly tokens: FakeTokens;
  readonly oauth: FakeOAuth;
  readonly faults = new PlannedFaults();
  readonly hub: SocketHub;
  readonly deliveries: Deliveries;
  readonly responseUrls: ResponseUrls;
  readonly calls: ApiCall[] = [];
  readonly botToken: string;
  readonly appToken: string;
  /** How long posts stay out of history, in ms; infinite for until `historyCatchesUp`. */
  historyLag = 0;
  readonly #workspaces = new Map<string, FakeWorkspace>();
  readonly #triggers: Triggers;
  readonly #limits: RateLimits | null;
  readonly #now: () => number;
  readonly #server: Server;
  #origin = "";

  constructor(options: FakeSlackOptions) {
    this.#now = options.now ?? Date.now;
    this.workspace = this.addWorkspace("T0CONTOSO", "contoso");
    this.tokens = new FakeTokens(this.#now);
    this.oauth = new FakeOAuth(this.tokens);
    this.botToken = this.tokens.issue(
      "bot",
      this.workspace.team,
      options.scopes ?? ALL_SCOPES,
    ).token;
    this.appToken = this.tokens.issue("app", this.workspace.team, ["connections:write"]).token;
    this.hub = new SocketHub();
    this.deliveries = new Deliveries(this.hub, this.signingSecret, this.#now);
    this.responseUrls = new ResponseUrls(this.#now);
    this.#triggers = new Triggers(this.#now);
    this.#limits = options.rateLimits === false ? null : new RateLimits(this.#now);
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : new Error(String(error)));
      });
    });
    this.#server.on("upgrade", (request, socket, head) => {
      this.hub.upgrade(request, socket, head);
    });
  }

  /** Where the fake listens, such as `http://127.0.0.1:41999`. */
  get origin(): string {
    return this.#origin;
  }

  /** What takes the place of `https://slack.com/api/`. */
  get apiUrl(): string {
    return `${this.#origin}/api/`;
  }

  async start(port = 0): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#server.listen(port, "127.0.0.1", () => {
      resolve(undefined);
    });
    await promise;
    const address = this.#server.address();
    if (address === null || typeof address === "string") {
      throw new Error("The fake has no port.");
    }
    this.#origin = `http://127.0.0.1:${address.port}`;
  }

  /** Refuses connections until `comeBack`; open sockets stay. */
  goAway(): void {
    this.#server.close();
  }

  async comeBack(): Promise<void> {
    await this.start(Number(new URL(this.#origin).port));
  }

  async stop(): Promise<void> {
    this.hub.close();
    this.#server.closeAllConnections();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#server.close(() => {
      resolve(undefined);
    });
    await promise;
  }

  addWorkspace(team: string, domain: string): FakeWorkspace {
    const workspace = new FakeWorkspace(team, domain, this.#now);
    this.#workspaces.set(team, workspace);
    return workspace;
  }

  person(user: FakeUser, workspace = this.workspace): Person {
    return new Person(user, {
      workspace,
      deliveries: this.deliveries,
      responseUrls: this.responseUrls,
      triggers: this.#triggers,
      origin: this.#origin,
    });
  }

  /** Slack tells the app something about a workspace. */
  async happens(
    event: Readonly<Record<string, unknown>>,
    workspace = this.workspace,
  ): Promise<unknown> {
    return this.deliveries.make("events_api", eventOf(workspace, event));
  }

  historyCatchesUp(): void {
    this.historyLag = 0;
    for (const channel of this.workspace.channels.values()) {
      for (const message of this.workspace.messagesIn(channel)) {
        message.seenInHistoryFrom = 0;
      }
    }
  }

  /** How often a method was called. */
  countCalls(method: string): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A connection for each call: then nobody hangs on to one that Slack has given up.
    response.setHeader("connection", "close");
    const path = new URL(request.url ?? "/", this.#origin).pathname;
    const body = await buffer(request);
    if (path.startsWith("/api/")) {
      const method = path.slice("/api/".length);
      await answerApiCall(method, request, body.toString(), response, this.#apiParts());
    } else if (path.startsWith("/respond/")) {
      const fault = this.faults.next("response_url");
      if (fault?.kind === "http-error") {
        response.writeHead(fault.status).end();
        return;
      }
      const { status, body: text } = this.responseUrls.use(path, body.toString());
      response.writeHead(status, { "content-type": "text/plain" }).end(text);
    } else if (path.startsWith("/upload/v1/")) {
      response.writeHead(this.#upload(path, body)).end();
    } else {
      response.writeHead(404).end();
    }
  }

  #upload(path: string, body: Buffer): number {
    const [team = "", id = ""] = path.slice("/upload/v1/".length).split("/");
    const file = this.#workspaces.get(team)?.files.get(id);
    if (file === undefined || file.length !== body.length) {
      return 400;
    }
    file.bytes = body;
    return 200;
  }

  #apiParts(): WebApiParts {
    return {
      workspaces: this.#workspaces,
      tokens: this.tokens,
      limits: this.#limits,
      faults: this.faults,
      oauth: this.oauth,
      origin: this.#origin,
      methods: {
        ...chatMethods(this.#now),
        ...PEOPLE_METHODS,
        ...viewMethods(this.#triggers),
        ...FILE_METHODS,
        "apps.connections.open": {
          kind: "app",
          scopes: () => ["connections:write"],
          run: () => {
            if (this.deliveries.requestUrl !== null) {
              throw new SlackFailure("forbidden_team");
            }
            return {
              url: `${this.#origin.replace("http", "ws")}/link/?ticket=${this.hub.ticket()}`,
            };
          },
        },
      },
      onCall: (call, workspace) => {
        this.calls.push(call);
        if (call.method === "chat.postMessage" && call.outcome === "ok" && workspace !== null) {
          this.#posted(workspace, call);
        }
      },
    };
  }

  /** What follows a post: history lags where it shall, and direct messages come back as events. */
  #posted(workspace: FakeWorkspace, call: ApiCall): void {
    const channel = workspace.channels.get(call.args["channel"] ?? "");
    const message = channel === undefined ? undefined : workspace.messagesIn(channel).at(-1);
    if (channel === undefined || message === undefined) {
      return;
    }
    message.seenInHistoryFrom = this.#now() + this.historyLag;
    if (channel.kind === "im") {
      const event = {
        type: "message",
        channel_type: "im",
        user: workspace.bot.id,
        bot_id: workspace.botId,
        app_id: workspace.appId,
        text: message.text,
        ts: message.ts,
        event_ts: message.ts,
        channel: channel.id,
      };
      void this.deliveries.quietly("events_api", eventOf(workspace, event));
    }
  }
}

/** Starts a fake Slack with one workspace, T0CONTOSO. */
export async function startFakeSlack(options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const fake = new FakeSlack(options);
  await fake.start();
  return fake;
}
