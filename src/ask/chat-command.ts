import type { Finding } from "../domain/finding.ts";
import { FINDING_CODES } from "../domain/finding.ts";
import type { NotificationFilter } from "../domain/notification.ts";
import type { Opening, Verdict } from "../domain/opening.ts";
import type { PortRange } from "../domain/security-rule.ts";
import { parsePorts } from "./port-phrase.ts";
import type { QuestionContext } from "./question-context.ts";
import { nearestNames, QuestionSyntaxError, quoted } from "./question-problem.ts";
import type { QuestionProblem } from "./question-problem.ts";
import { withoutPoliteness } from "./politeness.ts";
import { parseReaction } from "./reaction-command.ts";
import type { ReactionCommand } from "./reaction-command.ts";
import { tokenizeQuestion } from "./question-token.ts";
import { parseTimeline } from "./timeline-question.ts";
import type { TimelineSubject } from "./timeline-subject.ts";
import { TokenCursor } from "./token-cursor.ts";

/** What a channel may tell Doorbell to do. */
export type ChatCommand =
  /** `notify here about rdp on vm-*`. */
  | { readonly kind: "subscribe"; readonly filter: NotificationFilter }
  /** `stop notifying`, `stop notifying s-0123456789ab`; null ends all of the channel's. */
  | { readonly kind: "unsubscribe"; readonly id: string | null }
  /** `subscriptions`. */
  | { readonly kind: "subscriptions" }
  /** `timeline of vm-x since friday`. */
  | { readonly kind: "timeline"; readonly subject: TimelineSubject }
  | ReactionCommand;

/** A command understood, or the reason why not. */
export type ParsedCommand =
  | { readonly ok: true; readonly command: ChatCommand }
  | { readonly ok: false; readonly problem: QuestionProblem };

/** The filter that every JIT opening passes. */
export const EVERY_JIT_OPENING: NotificationFilter = {
  azureSubscriptions: [],
  resourceGroups: [],
  vms: [],
  ports: [],
  kinds: ["jit"],
  verdicts: [],
  findings: [],
};

/** Complete commands that help and completion propose. */
export const COMMAND_FORMS: readonly { readonly example: string; readonly meaning: string }[] = [
  { example: "notify here", meaning: "post every new JIT opening in this channel" },
  {
    example: "notify here about rdp on vm-* in resource group rg-prod",
    meaning: "only some; also: in subscription ID, direct openings, any source, unattributed",
  },
  { example: "subscriptions", meaning: "what this channel is told of" },
  { example: "stop notifying", meaning: "end them, or one by its identity" },
  {
    example: "acknowledge o-0123456789ab",
    meaning: "tell everybody that you look after the notification about this opening",
  },
  {
    example: "silence vm-x for 8h",
    meaning: "what opens meanwhile does not ring here, unless it is critical; also: a person",
  },
  {
    example: "timeline of vm-x",
    meaning: "its openings over time as a picture, where the chat takes pictures; also a period",
  },
  { example: "silences", meaning: "what is silenced in this channel, and how to end it" },
];

const VERDICTS: readonly Verdict[] = ["certain", "likely", "ambiguous", "unattributed"];
const VM_NAME = /^[\p{L}\p{N}_.*-]{1,80}$/u;
const GROUP_NAME = /^[\p{L}\p{N}_.()*-]{1,90}$/u;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const SUBSCRIPTION_ID = /^s-[0-9a-z]{12}$/i;

/**
 * Understands a command of a channel. Never throws, whatever the text.
 *
 * @returns null when the text is no command: then it is a question.
 */
export function parseChatCommand(text: string, context: QuestionContext): ParsedCommand | null {
  const timeline = parseTimeline(text, context);
  if (timeline !== null) {
    return timeline.ok
      ? { ok: true, command: { kind: "timeline", subject: timeline.subject } }
      : timeline;
  }
  const cursor = new TokenCursor(withoutPoliteness(tokenizeQuestion(text)));
  try {
    const command = parseStart(cursor, context);
    if (command === null) {
      return null;
    }
    cursor.expectEnd();
    return { ok: true, command };
  } catch (error) {
    if (!(error instanceof QuestionSyntaxError)) {
      throw error;
    }
    const { code, message, at, replacements } = error;
    const suggestions =
      at === null
        ? []
        : replacements.map((word) => `${text.slice(0, at.start)}${word}${text.slice(at.end)}`);
    const place = at === null ? null : { start: at.start, end: at.end };
    return { ok: false, problem: { code, message, at: place, suggestions } };
  }
}

function parseStart(cursor: TokenCursor, context: QuestionContext): ChatCommand | null {
  const reaction = parseReaction(cursor, context);
  if (reaction !== null) {
    return reaction;
  }
  if (cursor.accept("notify|subscribe|alert")) {
    while (cursor.accept("here|me|us") || cursor.accept("in this|the channel")) {
      // However it is said, it is this channel.
    }
    return { kind: "subscribe", filter: parseFilter(cursor, context) };
  }
  if (cursor.accept("stop|unsubscribe")) {
    cursor.accept("notifying|notifications|alerts|notify");
    cursor.accept("here|me|us");
    const token = cursor.peek();
    if (token === undefined) {
      return { kind: "unsubscribe", id: null };
    }
    if (!SUBSCRIPTION_ID.test(token.text)) {
      throw new QuestionSyntaxError(
        "unknown-word",
        `${quoted(token.text)} is no subscription. Say “subscriptions” to see them, or “stop notifying” to end all of this channel.`,
        token,
      );
    }
    cursor.skip();
    return { kind: "unsubscribe", id: token.text.toLowerCase() };
  }
  if (cursor.accept("subscriptions|notifications") || cursor.accept("list|show subscriptions")) {
    return { kind: "subscriptions" };
  }
  return null;
}

interface FilterParts {
  azureSubscriptions: string[];
  resourceGroups: string[];
  vms: string[];
  ports: PortRange[];
  kinds: Set<Opening["kind"]>;
  verdicts: Set<Verdict>;
  findings: Set<Finding["code"]>;
}

function parseFilter(cursor: TokenCursor, context: QuestionContext): NotificationFilter {
  cursor.accept("about|when|of|for|if");
  const parts: FilterParts = {
    azureSubscriptions: [],
    resourceGroups: [],
    vms: [],
    ports: [],
    kinds: new Set(),
    verdicts: new Set(),
    findings: new Set(),
  };
  while (!cursor.atEnd) {
    parsePart(cursor, context, parts);
  }
  return {
    azureSubscriptions: parts.azureSubscriptions,
    resourceGroups: parts.resourceGroups,
    vms: parts.vms,
    ports: parts.ports,
    kinds: parts.kinds.size === 0 ? ["jit"] : [...parts.kinds].sort(),
    verdicts: VERDICTS.filter((verdict) => parts.verdicts.has(verdict)),
    findings: FINDING_CODES.filter((code) => parts.findings.has(code)),
  };
}

function parsePart(cursor: TokenCursor, context: QuestionContext, parts: FilterParts): void {
  if (cursor.accept(",") || cursor.accept("and|or|with|openings|opening|is|are|new")) {
    return;
  }
  if (cursor.accept("jit")) {
    parts.kinds.add("jit");
  } else if (cursor.accept("direct")) {
    parts.kinds.add("direct");
  } else if (
    cursor.accept("to|from any source") ||
    cursor.accept("any source") ||
    cursor.accept("any-source")
  ) {
    parts.findings.add("any-source");
  } else if (
    cursor.accept("in|of resource group") ||
    cursor.accept("in|of group") ||
    cursor.accept("resource group")
  ) {
    takeNames(cursor, GROUP_NAME, "the name of a resource group", parts.resourceGroups);
  } else if (
    cursor.accept("in|of azure subscription") ||
    cursor.accept("in|of subscription") ||
    cursor.accept("subscription")
  ) {
    takeNames(cursor, GUID, "the ID of an Azure subscription", parts.azureSubscriptions);
  } else if (cursor.accept("finding|findings")) {
    takeFinding(cursor, parts);
  } else if (cursor.accept("on")) {
    takeVms(cursor, parts);
  } else {
    parseWord(cursor, context, parts);
  }
}

function parseWord(cursor: TokenCursor, context: QuestionContext, parts: FilterParts): void {
  const word = cursor.word();
  const verdict = VERDICTS.find((one) => one === word);
  const finding = FINDING_CODES.find((one) => one === word);
  if (verdict !== undefined) {
    parts.verdicts.add(verdict);
    cursor.skip();
    return;
  }
  if (finding !== undefined) {
    parts.findings.add(finding);
    cursor.skip();
    return;
  }
  if (cursor.accept("anything|everything")) {
    // Whoever wants everything does not want JIT's rules alone.
    if (parts.kinds.size === 0) {
      parts.kinds.add("jit");
      parts.kinds.add("direct");
    }
    return;
  }
  const start = cursor.mark;
  const ports = parsePorts(cursor, context);
  if (ports !== null && cursor.mark > start) {
    parts.ports.push(...ports);
    return;
  }
  const token = cursor.peek();
  if (token !== undefined && token.text.includes("*") && VM_NAME.test(token.text)) {
    parts.vms.push(token.text.toLowerCase());
    cursor.skip();
    return;
  }
  throw unknownPart(cursor);
}

function takeVms(cursor: TokenCursor, parts: FilterParts): void {
  cursor.accept("vm|vms");
  if (cursor.accept("any|all|every vm|vms")) {
    return;
  }
  takeNames(cursor, VM_NAME, "the name of a VM, such as vm-x or vm-*", parts.vms);
}

function takeNames(cursor: TokenCursor, form: RegExp, meaning: string, names: string[]): void {
  for (;;) {
    const token = cursor.peek();
    if (token === undefined || !form.test(token.text)) {
      throw new QuestionSyntaxError(
        token === undefined ? "missing-word" : "unknown-word",
        token === undefined
          ? `The command ends before ${meaning}.`
          : `${quoted(token.text)} is not ${meaning}.`,
        token ?? null,
      );
    }
    names.push(token.text.toLowerCase());
    cursor.skip();
    const before = cursor.mark;
    const goesOn = cursor.accept(",") || cursor.accept("or");
    const next = cursor.peek();
    if (!goesOn || next === undefined || !form.test(next.text)) {
      cursor.rewind(before);
      return;
    }
  }
}

function takeFinding(cursor: TokenCursor, parts: FilterParts): void {
  const token = cursor.peek();
  const finding = FINDING_CODES.find((one) => one === token?.word);
  if (finding === undefined) {
    throw new QuestionSyntaxError(
      token === undefined ? "missing-word" : "unknown-word",
      `Which finding? There are: ${FINDING_CODES.join(", ")}.`,
      token ?? null,
      token === undefined ? [] : nearestNames(token.text, FINDING_CODES),
    );
  }
  parts.findings.add(finding);
  cursor.skip();
}

function unknownPart(cursor: TokenCursor): QuestionSyntaxError {
  const token = cursor.peek();
  return new QuestionSyntaxError(
    "unknown-word",
    `I do not understand ${quoted(token?.text ?? "")} there. For example: notify here about rdp on vm-* in resource group rg-prod.`,
    token ?? null,
    token === undefined
      ? []
      : nearestNames(token.text, ["jit", "direct", "any-source", ...VERDICTS, ...FINDING_CODES]),
  );
}
