import type { IncomingQuestion } from "../domain/chat.ts";
import type { Instant } from "../domain/instant.ts";
import type { ChannelRef, Receipt } from "../domain/notification.ts";
import type { Period, Question } from "../domain/question.ts";
import { vmFilterText } from "../domain/question-name.ts";
import type { Trail } from "../domain/trail.ts";
import { DeliveryError } from "../errors.ts";
import { choices, code, context, message, notice, paragraph } from "../message/build.ts";
import type { Message } from "../message/message.ts";
import { answerQuestion } from "./answer-question.ts";
import { honesty } from "./honesty.ts";
import { knownTo } from "./knowledge.ts";
import type { Knowledge } from "./knowledge.ts";
import { withoutPoliteness } from "./politeness.ts";
import type { QuestionContext } from "./question-context.ts";
import { tokenizeQuestion } from "./question-token.ts";
import { chooseTimeline, parseTimelineSubject } from "./timeline-subject.ts";
import type { ParsedSubject, TimelineSubject } from "./timeline-subject.ts";
import { TokenCursor } from "./token-cursor.ts";

/** A timeline to be drawn. */
export interface TimelineDrawing {
  readonly trail: Trail;
  readonly title: string;
  readonly period: Period | null;
  readonly zone: string;
  readonly now: Instant;
  readonly knownTo: Instant;
}

/** Draws timelines and posts them where a chat takes pictures. */
export interface TimelinePictures {
  /** Whether the platform takes pictures. */
  readonly takenBy: (platform: string) => boolean;
  /**
   * Draws and posts.
   *
   * @returns what the picture shows, in words.
   * @throws DeliveryError when the chat does not take it.
   */
  readonly post: (
    channel: ChannelRef,
    thread: Receipt | null,
    drawing: TimelineDrawing,
  ) => Promise<string>;
}

/**
 * Understands `timeline of vm-x since friday`, `show me the timeline of subscription …`.
 *
 * @returns null when no timeline is asked for.
 */
export function parseTimeline(text: string, around: QuestionContext): ParsedSubject | null {
  const cursor = new TokenCursor(withoutPoliteness(tokenizeQuestion(text)));
  if (cursor.accept("show|draw|plot")) {
    cursor.accept("me|us");
  }
  cursor.accept("the|a");
  const start = cursor.peek()?.start;
  if (start === undefined || !cursor.accept("timeline")) {
    return null;
  }
  const parsed = parseTimelineSubject(text.slice(start), around);
  // Its places are those of other words than were typed.
  return parsed.ok ? parsed : { ok: false, problem: { ...parsed.problem, at: null } };
}

/** The question that is answered where no picture can be shown, and that follow-ups go on from. */
export function historyOf({ vm, period }: TimelineSubject): Question {
  return { kind: "history", vm, period };
}

/** A timeline where no picture can be shown: the same in words, and the command that draws it. */
export function timelineInWords(subject: TimelineSubject, knowledge: Knowledge): Message {
  const { subscriptionId, vm } = subject;
  const { trail } = knowledge;
  const narrowed =
    subscriptionId === null
      ? knowledge
      : {
          ...knowledge,
          trail: {
            ...trail,
            openings: trail.openings.filter(({ nsg }) => nsg.subscriptionId === subscriptionId),
          },
        };
  const answer = answerQuestion(historyOf(subject), narrowed);
  const words = subscriptionId ?? (vm.kind === "any" ? "" : `'${vmFilterText(vm)}'`);
  const command = ["doorbell timeline", words, "--out timeline.png"].filter((part) => part !== "");
  return Object.freeze({
    ...answer,
    nodes: Object.freeze([
      ...answer.nodes,
      context("As a picture, in a shell: ", code(command.join(" ")), "."),
    ]),
  });
}

/** A timeline in a chat that takes pictures: posted beside the answer, which says what it shows. */
export async function timelineInChat(
  subject: TimelineSubject,
  knowledge: Knowledge,
  { channel, thread = null }: Pick<IncomingQuestion, "channel" | "thread">,
  pictures: TimelinePictures,
): Promise<Message> {
  const { trail, names, zone, now } = knowledge;
  const known = knownTo(knowledge);
  const match = chooseTimeline(subject, trail, names, known);
  if (match.kind === "none") {
    return timelineInWords(subject, knowledge);
  }
  const { period } = subject;
  try {
    const shown = await pictures.post(channel, thread, {
      trail: match.trail,
      title: match.title,
      period,
      zone,
      now,
      knownTo: known,
    });
    const where = thread === null ? "here" : "in this thread";
    const summary = `The timeline is posted ${where}, where everybody sees it.`;
    return message("info", summary, [
      paragraph(summary),
      paragraph(shown),
      subject.vm.kind === "any"
        ? null
        : choices("In words:", [`history of ${vmFilterText(subject.vm)}`]),
      ...honesty(knowledge, period),
    ]);
  } catch (error) {
    if (!(error instanceof DeliveryError)) {
      throw error;
    }
    const answer = timelineInWords(subject, knowledge);
    const said = notice("warning", `The picture could not be posted: ${error.message}`);
    return Object.freeze({ ...answer, nodes: Object.freeze([said, ...answer.nodes]) });
  }
}
