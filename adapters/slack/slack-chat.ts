import { App } from "@slack/bolt";
import type { AuthorizeResult, AuthorizeSourceData } from "@slack/bolt";
import type { InstallProvider } from "@slack/oauth";
import { SECOND } from "../../src/domain/instant.ts";
import type { Duration, Instant } from "../../src/domain/instant.ts";
import type { ChannelRef, Receipt } from "../../src/domain/notification.ts";
import { DeliveryError, DoorbellError } from "../../src/errors.ts";
import type { Message } from "../../src/message/message.ts";
import type {
  ChatAdapter,
  ChatCapabilities,
  ChatHandlers,
  ChatHealth,
  ChatInstallations,
  Clock,
  Log,
  Picture,
  PostOptions,
  RandomSource,
} from "../../src/ports.ts";
import { watched } from "../chat/watched.ts";
import { REQUEST_TIMEOUT } from "../chat/http-limits.ts";
import { Access } from "./access.ts";
import { boltLogger } from "./bolt-logger.ts";
import { connectionFor } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { Deliveries } from "./deliveries.ts";
import { SlackHealth } from "./health.ts";
import { Home } from "./home.ts";
import type { LifecycleEvent } from "./incoming.ts";
import { installProvider, StoredInstallations } from "./installations.ts";
import { channelChangeOf, losesWorkspace } from "./lifecycle.ts";
import { registerListeners } from "./listeners.ts";
import { People } from "./people.ts";
import { uploadPicture } from "./pictures.ts";
import { Questions } from "./questions.ts";
import { PLATFORM } from "./receipt.ts";
import { scopesFor } from "./scopes.ts";
import type { SlackSettings } from "./settings.ts";
import { UserGroups } from "./user-groups.ts";
import { clientOptions } from "./web-client.ts";
import { InstalledWorkspaces, TokenWorkspace } from "./workspaces.ts";
import type { Workspace, Workspaces } from "./workspaces.ts";

/** What the adapter works with. */
export interface SlackParts {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  /** Needed where workspaces install the app; null otherwise. */
  readonly installations: ChatInstallations | null;
  /** A socket without a pong for so long is taken for dead; 5 s when missing. */
  readonly pongTimeout?: Duration;
  /** A request that takes longer to arrive is cut off; 10 s when missing. */
  readonly requestTimeout?: Duration;
}

const PONG_TIMEOUT = 5 * SECOND;
/**
 * "Typically, you may post one message per second, per channel", replies in threads included.
 * https://docs.slack.dev/apis/web-api/rate-limits
 */
const POST_INTERVAL = SECOND;
/** How long a stop waits for answers that are on their way. */
const LAST_ANSWERS = 5 * SECOND;

/**
 * Slack as a chat, on Bolt.
 *
 * @throws DoorbellError (`configuration`) when OAuth is configured without a place for installations.
 */
export function createSlackChat(settings: SlackSettings, parts: SlackParts): ChatAdapter {
  return new SlackChat(settings, parts);
}

class SlackChat implements ChatAdapter {
  readonly platform = PLATFORM;
  readonly #settings: SlackSettings;
  readonly #parts: SlackParts;
  readonly #health: SlackHealth;
  readonly #people: People;
  readonly #groups: UserGroups;
  readonly #provider: InstallProvider | null;
  readonly #workspaces: Workspaces;
  readonly #deliveries: Deliveries;
  #scopes: ReadonlySet<string> | null = null;
  #running: { readonly connection: Connection; readonly questions: Questions } | null = null;

  constructor(settings: SlackSettings, parts: SlackParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#health = new SlackHealth(parts.clock);
    this.#people = new People(parts.clock, parts.log);
    this.#groups = new UserGroups(parts.clock, parts.log);
    const { identity } = settings;
    if (identity.kind === "token") {
      this.#provider = null;
      this.#workspaces = new TokenWorkspace(identity.botToken, settings, parts.log);
    } else {
      if (parts.installations === null) {
        throw new DoorbellError(
          "configuration",
          "`slack.oauth` is set, and there is no store for installations.",
        );
      }
      const store = new StoredInstallations(
        parts.installations,
        settings.workspaces,
        (workspace) => {
          this.#health.accepted(workspace);
        },
      );
      this.#provider = installProvider(identity, settings, store, parts.log);
      this.#workspaces = new InstalledWorkspaces(this.#provider, settings, parts.log);
    }
    this.#deliveries = new Deliveries(this.#workspaces, this.#people);
  }

  /** Without the history scopes there is no reading back; workspaces that install have them all. */
  get capabilities(): ChatCapabilities {
    return {
      readBack: this.#scopes === null || this.#scopes.has("channels:history"),
      threads: true,
      postInterval: POST_INTERVAL,
    };
  }

  /**
   * Connects and begins to hand over questions. Where Slack cannot be reached it goes on trying.
   *
   * @throws DoorbellError when Slack refuses a token, or the port is taken.
   */
  async start(handlers: ChatHandlers): Promise<void> {
    await this.#checkToken();
    const { log } = this.#parts;
    const connection = connectionFor(this.#settings, {
      ...this.#parts,
      health: this.#health,
      provider: this.#provider,
      pongTimeout: this.#parts.pongTimeout ?? PONG_TIMEOUT,
      requestTimeout: this.#parts.requestTimeout ?? REQUEST_TIMEOUT,
    });
    const access = new Access({
      settings: this.#settings,
      people: this.#people,
      groups: this.#groups,
      handlers,
      log,
    });
    const app = new App({
      receiver: connection.receiver,
      authorize: async (from) => this.#authorize(from, access),
      logger: boltLogger(log),
      clientOptions: clientOptions(this.#settings, log),
      convoStore: false,
    });
    const shared = {
      settings: this.#settings,
      workspaces: this.#workspaces,
      people: this.#people,
      log,
      handlers,
      access,
    };
    const questions = new Questions({ ...shared, clock: this.#parts.clock });
    registerListeners(app, {
      ...shared,
      questions,
      home: new Home(shared),
      vmNames: async (typed, most) => (await handlers.vmNames?.(typed, most)) ?? [],
      questionsAbout: async (text) => (await handlers.questionsAbout?.(text)) ?? [],
      lifecycle: async (happened) => this.#happened(happened, handlers),
    });
    await connection.start();
    this.#running = { connection, questions };
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (running === null) {
      return;
    }
    this.#running = null;
    await running.connection.stop();
    const done = new AbortController();
    await Promise.race([
      running.questions.idle(),
      this.#parts.clock.sleep(LAST_ANSWERS, done.signal),
    ]);
    done.abort();
  }

  async post(channel: ChannelRef, message: Message, options: PostOptions): Promise<Receipt> {
    return watched(this.#health, channel, async () =>
      this.#deliveries.post(channel, message, options),
    );
  }

  async edit(receipt: Receipt, message: Message): Promise<void> {
    await watched(this.#health, receipt.channel, async () =>
      this.#deliveries.edit(receipt, message),
    );
  }

  async find(
    channel: ChannelRef,
    key: string,
    since: Instant,
    thread: Receipt | null,
  ): Promise<Receipt | null> {
    return watched(this.#health, channel, async () =>
      this.#deliveries.find(channel, key, since, thread),
    );
  }

  async postPicture(channel: ChannelRef, picture: Picture, thread: Receipt | null): Promise<void> {
    await watched(this.#health, channel, async () =>
      uploadPicture(this.#workspaces, channel, picture, thread),
    );
  }

  health(): ChatHealth {
    return this.#health.report();
  }

  /** The tokens to work with; who comes from a workspace without any is refused, and cannot be told. */
  async #authorize(
    { teamId, userId, conversationId }: AuthorizeSourceData<boolean>,
    access: Access,
  ): Promise<AuthorizeResult> {
    try {
      return authorization(await this.#workspaces.of(teamId ?? ""));
    } catch (error) {
      if (error instanceof DeliveryError && error.fault === "refused" && userId !== undefined) {
        const origin = { channel: conversationId ?? "", userId, isDirect: false };
        const tried = { deliveryId: "", kind: "question", text: "" } as const;
        await access.refuse(teamId ?? "", origin, { refusal: "workspace", person: null }, tried);
      }
      throw error;
    }
  }

  /** Asks Slack about the token of the configuration, if there is one. */
  async #checkToken(): Promise<void> {
    if (this.#settings.identity.kind !== "token") {
      return;
    }
    try {
      const { scopes } = await this.#workspaces.of("");
      this.#scopes = scopes;
      const missing = scopesFor(this.#settings).filter((scope) => scopes?.has(scope) === false);
      if (missing.length > 0) {
        this.#parts.log(
          "warning",
          `Slack: the token lacks the scopes ${missing.join(", ")}: some of what Doorbell does will fail. Install the app again from its manifest.`,
        );
      }
    } catch (error) {
      if (error instanceof DeliveryError && error.fault === "refused") {
        throw new DoorbellError(
          "credentials",
          "Slack refuses the bot token. Install the app in the workspace, and set `slack.bot-token` to its Bot User OAuth Token.",
          { cause: error },
        );
      }
      this.#parts.log("warning", "Slack cannot be reached; trying again.");
    }
  }

  async #happened(happened: LifecycleEvent, handlers: ChatHandlers): Promise<void> {
    const workspace = await this.#workspaces.of(happened.team_id).catch(() => null);
    const change = channelChangeOf(happened, workspace?.botUserId ?? null);
    if (change === null) {
      return;
    }
    const { channel, reason } = change;
    this.#parts.log(change.kind === "closed" ? "warning" : "info", `Slack: ${reason}`, {
      workspace: channel.workspace,
      channel: channel.channel,
    });
    if (losesWorkspace(change)) {
      this.#health.refused(channel.workspace, `Workspace ${channel.workspace}: ${reason}`);
      if (happened.event.type === "app_uninstalled") {
        await this.#parts.installations?.forgetInstallation(PLATFORM, channel.workspace);
      }
    }
    await handlers.channelChanged?.(change);
  }
}

function authorization(workspace: Workspace): AuthorizeResult {
  return {
    botToken: workspace.botToken,
    botId: workspace.botId,
    botUserId: workspace.botUserId,
    teamId: workspace.id,
  };
}
