import type { IncomingMessage, ServerResponse } from "node:http";
import { SECOND } from "../../src/domain/instant.ts";
import type { Duration } from "../../src/domain/instant.ts";
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
import { reasonOf } from "../chat/reason.ts";
import { watched } from "../chat/watched.ts";
import { REQUEST_TIMEOUT } from "../chat/http-limits.ts";
import { Access } from "./access.ts";
import { Activities } from "./activities.ts";
import { Bot, sdkActivity, UnbelievedError } from "./bot.ts";
import type { AccessToken } from "./bot.ts";
import { Conversations } from "./conversations.ts";
import { Deliveries } from "./deliveries.ts";
import { TeamsHealth } from "./health.ts";
import { activitySchema, arrivalOf } from "./incoming.ts";
import { People } from "./people.ts";
import { PictureShelf, postPicture } from "./pictures.ts";
import { Posting } from "./posting.ts";
import { Pressing } from "./pressing.ts";
import { Questions } from "./questions.ts";
import { PLATFORM } from "./receipt.ts";
import { pathOf, RequestGuard } from "./request-guard.ts";
import type { Answer } from "./request-guard.ts";
import type { TeamsSettings } from "./settings.ts";
import { SigningKeys } from "./signing-keys.ts";
import { TeamMembers } from "./team-members.ts";
import { tokenFault } from "./token-glance.ts";
import { WebServer } from "./web-server.ts";

/** What the adapter works with. */
export interface TeamsParts {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  /** Keeps how each conversation is reached. */
  readonly references: ChatInstallations;
  /** A token of the bot for `settings.cloud.scope`; throws DoorbellError (`credentials`) when there is none. */
  readonly accessToken: AccessToken;
  /** A request that takes longer to arrive is cut off; 10 s when missing. */
  readonly requestTimeout?: Duration;
}

const LOOPBACK = /^(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost|::1)$/;
/** How long a stop waits for answers that are on their way. */
const LAST_ANSWERS = 5 * SECOND;
const FIRST_PAUSE = 5 * SECOND;
const LONGEST_PAUSE = 60 * SECOND;

/**
 * Microsoft Teams as a chat, on the Bot Framework SDK, which no file outside of this folder knows.
 *
 * @throws DoorbellError (`configuration`) when nothing that arrives would be authenticated, and the
 *   address is not this machine's own.
 */
export function createTeamsChat(settings: TeamsSettings, parts: TeamsParts): ChatAdapter {
  if (settings.appId === null && !LOOPBACK.test(settings.listen.host)) {
    throw new DoorbellError(
      "configuration",
      "`teams.app-id` is missing, so that anybody could ask: give the Microsoft app ID of the Azure Bot. In development, without one, `teams.http.host` must be 127.0.0.1, ::1 or localhost.",
    );
  }
  return new TeamsChat(settings, parts);
}

class TeamsChat implements ChatAdapter {
  readonly platform = PLATFORM;
  /** Teams lets no bot read a channel's history. */
  readonly capabilities: ChatCapabilities = { readBack: false, threads: true };
  readonly #settings: TeamsSettings;
  readonly #parts: TeamsParts;
  readonly #health: TeamsHealth;
  readonly #bot: Bot;
  readonly #conversations: Conversations;
  readonly #posting: Posting;
  readonly #deliveries: Deliveries;
  readonly #shelf: PictureShelf;
  #running: {
    readonly server: WebServer;
    readonly questions: Questions;
    readonly stopping: AbortController;
  } | null = null;

  constructor(settings: TeamsSettings, parts: TeamsParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#health = new TeamsHealth(parts.clock);
    const { callTimeout, cloud } = settings;
    const keys = new SigningKeys({
      metadataUrl: cloud.openIdMetadataUrl,
      callTimeout,
      clock: parts.clock,
    });
    this.#bot = new Bot(settings, keys, async () => this.#token());
    this.#conversations = new Conversations(settings, parts.references, parts.clock);
    this.#posting = new Posting(this.#bot);
    this.#deliveries = new Deliveries(this.#conversations, this.#posting);
    this.#shelf = new PictureShelf(parts.clock);
  }

  /**
   * Listens, and begins to hand over questions. Where Entra cannot be reached it goes on trying.
   *
   * @throws DoorbellError when Entra refuses the bot's credential, or the port is taken.
   */
  async start(handlers: ChatHandlers): Promise<void> {
    const isSignedIn = await this.#signIn();
    const { clock, log, requestTimeout = REQUEST_TIMEOUT } = this.#parts;
    const people = new People(this.#bot, clock, log);
    const members = new TeamMembers(this.#bot, clock, log);
    const access = new Access({ settings: this.#settings, people, members, handlers, log });
    const shared = { access, handlers, clock, log };
    const questions = new Questions({ ...shared, posting: this.#posting });
    const pressing = new Pressing({ ...shared, questions });
    const activities = new Activities({
      ...shared,
      conversations: this.#conversations,
      questions,
      pressing,
    });
    const guard = new RequestGuard({
      path: this.#settings.listen.path,
      tokenFault: (authorization) => this.#tokenFault(authorization),
      take: async (body, authorization) => this.#taken(body, authorization, activities),
      log,
    });
    const server = new WebServer(this.#settings.listen, requestTimeout, (request, response) => {
      if (!this.#servePicture(request, response)) {
        void guard.answer(request, response);
      }
    });
    await server.start();
    const stopping = new AbortController();
    this.#running = { server, questions, stopping };
    this.#health.listens(true);
    if (!isSignedIn) {
      void this.#keepSigningIn(stopping.signal);
    }
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (running === null) {
      return;
    }
    this.#running = null;
    running.stopping.abort();
    await running.server.stop();
    this.#health.listens(false);
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

  find(): Promise<Receipt | null> {
    return Promise.reject(new DeliveryError("invalid", "Teams lets no bot read a channel."));
  }

  async postPicture(channel: ChannelRef, picture: Picture, thread: Receipt | null): Promise<void> {
    await watched(this.#health, channel, async () =>
      postPicture(channel, picture, thread, {
        settings: this.#settings,
        conversations: this.#conversations,
        posting: this.#posting,
        shelf: this.#shelf,
      }),
    );
  }

  health(): ChatHealth {
    return this.#health.report();
  }

  #tokenFault(authorization: string | undefined): string | null {
    const { appId, cloud } = this.#settings;
    return appId === null
      ? null
      : tokenFault(authorization, { appId, issuer: cloud.issuer }, this.#parts.clock.now());
  }

  /** Judges a body that may be an activity, and lets it be handled. */
  async #taken(body: object, authorization: string, activities: Activities): Promise<Answer> {
    const { log } = this.#parts;
    const activity = activitySchema.safeParse(body).data;
    if (activity === undefined || !isSafe(activity.serviceUrl)) {
      log("warning", "Teams: a request was refused: it is no activity of Teams.");
      return { status: 400 };
    }
    const arrival = arrivalOf(activity);
    try {
      const answer = await this.#bot.take(authorization, sdkActivity(body), async () =>
        arrival === null ? null : activities.handle(arrival),
      );
      return answer ?? { status: 200 };
    } catch (error) {
      if (!(error instanceof UnbelievedError)) {
        throw error;
      }
      log("warning", `Teams: a request was refused: ${error.message}.`);
      return { status: error.judged ? 401 : 503 };
    }
  }

  /** Whether the request was for a picture, and is answered. */
  #servePicture(request: IncomingMessage, response: ServerResponse): boolean {
    const folder = `${this.#settings.listen.path.replace(/\/$/, "")}/pictures/`;
    const path = pathOf(request);
    if (request.method !== "GET" || !path.startsWith(folder)) {
      return false;
    }
    const png = this.#shelf.get(path.slice(folder.length));
    if (png === null) {
      response.writeHead(404).end();
    } else {
      response.writeHead(200, {
        "content-type": "image/png",
        "cache-control": "public, max-age=604800, immutable",
        "x-content-type-options": "nosniff",
      });
      response.end(png);
    }
    return true;
  }

  async #token(): Promise<string> {
    try {
      const token = await this.#parts.accessToken();
      this.#health.signedIn(true);
      this.#health.accepted("sign-in");
      return token;
    } catch (error) {
      this.#health.signedIn(false);
      if (needsPerson(error)) {
        this.#health.refused("sign-in", reasonOf(error));
      }
      throw error;
    }
  }

  /** Whether the bot has a token now. */
  async #signIn(): Promise<boolean> {
    if (this.#settings.appId === null) {
      this.#parts.log(
        "warning",
        "Teams: nothing that arrives is authenticated: this is for development alone.",
      );
      this.#health.signedIn(true);
      return true;
    }
    try {
      await this.#token();
      return true;
    } catch (error) {
      if (needsPerson(error)) {
        throw error;
      }
      this.#parts.log("warning", `Teams: the bot cannot sign in; trying again. ${reasonOf(error)}`);
      return false;
    }
  }

  async #keepSigningIn(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#parts;
    for (let pause = FIRST_PAUSE; !signal.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      await clock.sleep(pause * (1 + random.next() / 4), signal);
      const isDone = signal.aborted || (await this.#token().then(Boolean, () => false));
      if (isDone) {
        return;
      }
    }
  }
}

function needsPerson(error: unknown): boolean {
  return (
    error instanceof DoorbellError && (error.code === "credentials" || error.code === "permission")
  );
}

/** The bot's token is sent there: in the open only within this machine, where Teams is a test's. */
function isSafe(serviceUrl: string): boolean {
  const url = URL.canParse(serviceUrl) ? new URL(serviceUrl) : null;
  return url?.protocol === "https:" || (url !== null && LOOPBACK.test(url.hostname));
}
