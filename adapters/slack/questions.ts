import { createHash } from "node:crypto";
import { HOUR, SECOND } from "../../src/domain/instant.ts";
import type { Receipt } from "../../src/domain/notification.ts";
import { message as messageOf, notice } from "../../src/message/build.ts";
import type { Message } from "../../src/message/message.ts";
import type { ChatHandlers, Clock, Log } from "../../src/ports.ts";
import { reasonOf } from "../chat/reason.ts";
import type { Access, Tried } from "./access.ts";
import { ExpiringCache } from "../chat/expiring-cache.ts";
import type { People, SlackPerson } from "./people.ts";
import { PLATFORM, receiptOf } from "./receipt.ts";
import type { ReplyRoute } from "./reply-route.ts";
import type { Rendered } from "./render/render.ts";
import { renderPages } from "./render/render.ts";
import type { SlackSettings } from "./settings.ts";
import { mentionedUsers, typedText, wishOf, withoutMention } from "./typed-text.ts";
import type { Workspace, Workspaces } from "./workspaces.ts";

/** After so long without an answer, the asker is told that it comes. */
export const PATIENCE = 1.5 * SECOND;
/** How long the further pages of an answer can be turned to. */
const PAGES_FOR = 2 * HOUR;
const MOST_ANSWERS = 500;

/** A question as it came from Slack, from wherever it was asked. */
export interface Asked {
  readonly deliveryId: string;
  readonly team: string;
  readonly channel: string;
  readonly userId: string;
  /** Whether it was asked where only the asker and Doorbell are. */
  readonly isDirect: boolean;
  /** What follow-ups belong to, within the channel: a thread, or the asker. */
  readonly conversation: string;
  /** As Slack sent it, with its markup; empty asks for help. */
  readonly text: string;
}

/** What a question is answered with. */
export interface QuestionParts {
  readonly settings: SlackSettings;
  readonly workspaces: Workspaces;
  readonly people: People;
  readonly access: Access;
  readonly handlers: ChatHandlers;
  readonly clock: Clock;
  readonly log: Log;
}

/** Takes questions to the program and its answers back to the askers. */
export class Questions {
  readonly #parts: QuestionParts;
  readonly #underway = new Set<Promise<void>>();
  readonly #pages = new ExpiringCache<readonly Rendered[]>(MOST_ANSWERS);

  constructor(parts: QuestionParts) {
    this.#parts = parts;
  }

  /**
   * Answers a question, or says why not. Never throws: what fails is logged.
   *
   * @param routeTo the way back; `isPublic` tells whether everybody shall see the answer.
   */
  async ask(
    asked: Asked,
    routeTo: (workspace: Workspace, isPublic: boolean) => ReplyRoute,
  ): Promise<void> {
    await this.#guarded(async () => {
      const { settings } = this.#parts;
      const workspace = await this.#parts.workspaces.of(asked.team);
      const wish = wishOf(await this.#typed(workspace, asked.text));
      const isPublic =
        wish.visibility === null ? settings.publicAnswers : wish.visibility === "public";
      const text = wish.text === "" ? "help" : wish.text;
      const tried = { deliveryId: asked.deliveryId, kind: "question", text } as const;
      await this.#answer(workspace, asked, tried, routeTo(workspace, isPublic), (person) =>
        this.#parts.handlers.answer({
          deliveryId: asked.deliveryId,
          channel: { platform: PLATFORM, workspace: workspace.id, channel: asked.channel },
          conversation: [PLATFORM, workspace.id, asked.channel, asked.conversation].join(" "),
          thread: threadOf(asked, workspace),
          user: { id: person.id, name: person.name, zone: person.zone },
          text,
        }),
      );
    });
  }

  /** Whether a person may ask where nobody else listens. */
  async admits(team: string, userId: string): Promise<boolean> {
    try {
      const workspace = await this.#parts.workspaces.of(team);
      const origin = { channel: userId, userId, isDirect: true };
      return (await this.#parts.access.of(workspace, origin)).isAdmitted;
    } catch {
      return false;
    }
  }

  /** Lets the program do what a button says, and says what came of it. */
  async act(
    asked: Omit<Asked, "conversation" | "text">,
    action: { readonly id: string; readonly option: string | null },
    routeTo: (workspace: Workspace) => ReplyRoute,
  ): Promise<void> {
    await this.#guarded(async () => {
      const text = [action.id, ...(action.option === null ? [] : [action.option])].join(" ");
      const tried = { deliveryId: asked.deliveryId, kind: "action", text } as const;
      const workspace = await this.#parts.workspaces.of(asked.team);
      await this.#answer(workspace, asked, tried, routeTo(workspace), (person) => {
        const { act } = this.#parts.handlers;
        return act === undefined
          ? Promise.resolve(said("Doorbell cannot do this here."))
          : act({
              deliveryId: asked.deliveryId,
              channel: { platform: PLATFORM, workspace: workspace.id, channel: asked.channel },
              user: { id: person.id, name: person.name, zone: person.zone },
              action: action.id,
              option: action.option,
            });
      });
    });
  }

  /** Tells the asker something that no question was needed for. */
  async tell(
    asked: Omit<Asked, "conversation" | "text">,
    message: Message,
    routeTo: (workspace: Workspace) => ReplyRoute,
  ): Promise<void> {
    await this.#guarded(async () => {
      const tried = { deliveryId: asked.deliveryId, kind: "question", text: "" } as const;
      const workspace = await this.#parts.workspaces.of(asked.team);
      await this.#answer(workspace, asked, tried, routeTo(workspace), () =>
        Promise.resolve(message),
      );
    });
  }

  /** Shows another page of an answer that was given before. */
  async turn(
    asked: Omit<Asked, "conversation" | "text">,
    page: string,
    routeTo: (workspace: Workspace) => ReplyRoute,
  ): Promise<void> {
    await this.#guarded(async () => {
      const tried = { deliveryId: asked.deliveryId, kind: "action", text: `page ${page}` } as const;
      const workspace = await this.#parts.workspaces.of(asked.team);
      const admittance = await this.#parts.access.of(workspace, asked);
      const route = routeTo(workspace);
      if (!admittance.isAdmitted) {
        await this.#refuse(workspace, asked, admittance, tried, route);
        return;
      }
      const [answer = "", number = ""] = page.split(":", 2);
      const rendered = this.#pages.get(answer, this.#parts.clock.now())?.[Number(number) - 1];
      if (rendered === undefined) {
        const gone = said("The rest of this answer is no longer at hand. Ask again.");
        await this.#say(workspace, route, gone, asked.deliveryId);
      } else {
        await route.say(rendered);
      }
    });
  }

  async #answer(
    workspace: Workspace,
    asked: Omit<Asked, "conversation" | "text">,
    tried: Tried,
    route: ReplyRoute,
    answer: (person: SlackPerson) => Promise<Message | null>,
  ): Promise<void> {
    const admittance = await this.#parts.access.of(workspace, asked);
    if (!admittance.isAdmitted) {
      await this.#refuse(workspace, asked, admittance, tried, route);
      return;
    }
    const message = await this.#patiently(this.#soundly(answer(admittance.person)), route);
    if (message !== null) {
      await this.#say(workspace, route, message, asked.deliveryId);
    }
  }

  async #refuse(
    workspace: Workspace,
    asked: Omit<Asked, "conversation" | "text">,
    refused: Parameters<Access["refuse"]>[2],
    tried: Tried,
    route: ReplyRoute,
  ): Promise<void> {
    const { access } = this.#parts;
    const message = await this.#soundly(access.refuse(workspace.id, asked, refused, tried));
    if (message !== null) {
      await this.#say(workspace, route, message, asked.deliveryId);
    }
  }

  /** Waits for the answer, and tells the asker when it takes long. */
  async #patiently(answer: Promise<Message | null>, route: ReplyRoute): Promise<Message | null> {
    const done = new AbortController();
    const finished = answer.finally(() => {
      done.abort();
    });
    const late = this.#parts.clock.sleep(PATIENCE, done.signal).then(() => !done.signal.aborted);
    if (await late) {
      await this.#guarded(() => route.coming());
    }
    return finished;
  }

  /** An answer that fails becomes one that says so. */
  async #soundly(answer: Promise<Message | null>): Promise<Message | null> {
    try {
      return await answer;
    } catch (error) {
      this.#parts.log("error", `Slack: an answer failed: ${reasonOf(error)}`);
      return said("Doorbell could not answer: something failed inside. Ask again in a minute.");
    }
  }

  async #say(
    workspace: Workspace,
    route: ReplyRoute,
    message: Message,
    deliveryId: string,
  ): Promise<void> {
    const profiles = await this.#parts.people.profiles(workspace, message);
    const answer = createHash("sha256").update(deliveryId).digest("hex").slice(0, 24);
    const pages = renderPages(message, profiles, route.surface, { note: null, answer });
    if (pages.length > 1) {
      this.#pages.set(answer, pages, this.#parts.clock.now(), PAGES_FOR);
    }
    const [first] = pages;
    if (first !== undefined) {
      await route.say(first);
    }
  }

  /** The question as typed; people who are mentioned in it by their mail address or name. */
  async #typed(workspace: Workspace, text: string): Promise<string> {
    const cleared = withoutMention(text, workspace.botUserId);
    const names = new Map<string, string>();
    for (const id of mentionedUsers(cleared)) {
      const person = await this.#parts.people.byId(workspace, id);
      names.set(id, person?.mail ?? person?.name ?? id);
    }
    return typedText(cleared, (id) => names.get(id) ?? id);
  }

  /** Resolves when no answer is on its way. */
  async idle(): Promise<void> {
    await Promise.all(this.#underway);
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    const done = work().catch((error: unknown) => {
      this.#parts.log("warning", `Slack: an answer did not arrive: ${reasonOf(error)}`);
    });
    this.#underway.add(done);
    await done;
    this.#underway.delete(done);
  }
}

/** A conversation that is a thread has the timestamp of its first message for a name. */
function threadOf({ channel, conversation }: Asked, { id }: Workspace): Receipt | null {
  return /^\d+\.\d+$/.test(conversation)
    ? receiptOf(
        { platform: PLATFORM, workspace: id, channel },
        { ts: conversation, key: "", maybeRepeated: false },
      )
    : null;
}

function said(text: string): Message {
  return messageOf("info", text, [notice("info", text)]);
}
