import { isAnySource } from "../domain/address-prefix.ts";
import type { Finding } from "../domain/finding.ts";
import { FINDING_CODES } from "../domain/finding.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import { DAY, durationText, HOUR, MINUTE } from "../domain/instant.ts";
import type { Opening } from "../domain/opening.ts";
import { containerWord } from "../domain/resource-id.ts";
import { ruleKey } from "../domain/security-rule.ts";
import { looksLikeJit } from "./jit-rule.ts";

/** What findings are judged against. */
export interface FindingContext {
  /** Up to when the state is known: the newest event of an export, or now for a live feed. */
  readonly asOf: Instant;
  /** The oldest known event: how far back "never before" reaches; null when nothing is known. */
  readonly knownSince: Instant | null;
  /** Whether an instant lies within working hours; null when nobody configured them. */
  readonly isWorkingTime: ((instant: Instant) => boolean) | null;
}

/** How much history it takes before "for the first time" means anything. */
const ENOUGH_HISTORY: Duration = 14 * DAY;
/** How many earlier openings by a person it takes before a new source is worth a word. */
const ENOUGH_OPENINGS = 3;
/** The provider needs a moment to remove a rule at its end. */
const END_GRACE: Duration = 5 * MINUTE;
/**
 * How late an end is, is told in steps: what is told stays true until the next one, and an opening that
 * nobody closes does not change with every look at it.
 */
const LATENESS_STEPS: readonly Duration[] = [
  ...[5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 4, 8, 16].map((hours) => hours * HOUR),
];

/** What was found of an opening last, and of what it is true. */
interface Judged {
  /** Whether its own findings stay the same while time passes. */
  readonly isTimeless: boolean;
  readonly isWorkingTime: FindingContext["isWorkingTime"];
  readonly own: readonly Finding[];
  /** Those that come of the openings before it. */
  readonly compared: readonly Finding[];
  readonly opening: Opening;
}

/** Kept per opening object: most openings are over, and are looked at again with everything that comes. */
const JUDGED = new WeakMap<Opening, Judged>();

/**
 * Adds the findings to openings. Where they are the same again for the same opening object, so is what
 * is returned.
 *
 * @param openings sorted by `openedAt`, then `id`: every known one, because some findings compare.
 */
export function addFindings(openings: readonly Opening[], context: FindingContext): Opening[] {
  const history = new History(context);
  return openings.map((opening) => judge(opening, context, history.findingsOf(opening)));
}

function judge(opening: Opening, context: FindingContext, compared: readonly Finding[]): Opening {
  const { isWorkingTime } = context;
  const before = JUDGED.get(opening);
  const isTimeless = before?.isTimeless ?? isTimelessly(opening);
  const holds = isTimeless && before?.isWorkingTime === isWorkingTime;
  const own = holds ? before.own : ownFindings(opening, context);
  if (before !== undefined && areSame(before.compared, compared) && areSame(before.own, own)) {
    if (before.isWorkingTime !== isWorkingTime) {
      JUDGED.set(opening, { ...before, isWorkingTime });
    }
    return before.opening;
  }
  const order = (finding: Finding) => FINDING_CODES.indexOf(finding.code);
  const findings = [...own, ...compared].sort((a, b) => order(a) - order(b));
  const judged = { ...opening, findings };
  JUDGED.set(opening, { isTimeless, isWorkingTime, own, compared, opening: judged });
  return judged;
}

/** Whether nothing of `ownFindings` depends on the time up to which the state is known. */
function isTimelessly(opening: Opening): boolean {
  const isOver = opening.closedAt !== null || opening.promisedEnd === null;
  return isOver && opening.closing !== "unlogged" && !isUnlogged(opening);
}

function isUnlogged({ attribution }: Opening): boolean {
  return attribution.reasons.some(({ code }) => code === "write-unlogged");
}

function areSame(some: readonly Finding[], others: readonly Finding[]): boolean {
  return (
    some === others ||
    (some.length === others.length &&
      some.every(({ code, severity, text }, at) => {
        const other = others[at];
        return code === other?.code && severity === other.severity && text === other.text;
      }))
  );
}

function ownFindings(opening: Opening, context: FindingContext): Finding[] {
  const { rule, attribution, kind, promisedEnd, closedAt } = opening;
  const findings: Finding[] = [];
  const find = (code: Finding["code"], severity: Finding["severity"], text: string) => {
    findings.push({ code, severity, text });
  };
  if (rule.sources.some(isAnySource)) {
    find("any-source", "critical", "Open to any source address.");
  }
  if (kind === "direct" && looksLikeJit(rule)) {
    find(
      "jit-name-by-other",
      opening.openedAtExact ? "critical" : "warning",
      "The rule bears a JIT name, but the security resource provider did not write it.",
    );
  }
  if (kind === "jit" && attribution.candidates.length === 0 && opening.openedAtExact) {
    find("no-request", "warning", "The log shows no JIT request behind this rule.");
  }
  const asOf = Math.max(context.asOf, opening.sightedAt ?? context.asOf);
  if (closedAt === null && promisedEnd !== null && asOf > promisedEnd + END_GRACE) {
    const late = latenessText(asOf - promisedEnd);
    if (opening.mayHaveClosed) {
      const text = `The log does not show the rule's removal, ${late} past its promised end; a later write of the ${containerWord(opening.nsg)} may have removed it.`;
      find("open-past-end", "warning", text);
    } else {
      find("open-past-end", "critical", `The rule still stands, ${late} past its promised end.`);
    }
  }
  if (opening.closing === "closed-early" && closedAt !== null && promisedEnd !== null) {
    const early = durationText(promisedEnd - closedAt);
    const by = opening.closedBy === null ? "" : ` by ${opening.closedBy}`;
    find("closed-early", "info", `Closed${by} ${early} before its promised end.`);
  }
  if (isUnlogged(opening) && !opening.openedAtExact && context.asOf > opening.openedAt) {
    const text =
      "The NSG itself showed this rule, and the log, which is known beyond that time, shows nobody who wrote it.";
    find("witnesses-disagree", "warning", text);
  }
  if (opening.closing === "unlogged" && closedAt !== null && context.asOf > closedAt) {
    const text =
      "The NSG itself no longer had this rule, and the log, which is known beyond that time, shows nobody who removed it.";
    find("witnesses-disagree", "warning", text);
  }
  if (attribution.reasons.some((reason) => reason.code === "writer-unproven") && kind === "jit") {
    find("writer-unproven", "warning", "The log does not prove who wrote the rule.");
  }
  if (context.isWorkingTime !== null && opening.openedAtExact) {
    if (!context.isWorkingTime(opening.openedAt)) {
      find("out-of-hours", "info", "Opened outside working hours.");
    }
  }
  if (!opening.outcomeSeen) {
    find("partial", "warning", "The write was started; the log does not show how it ended.");
  } else if (opening.notBefore === null) {
    find("partial", "info", "First seen at this time; it may have stood before.");
  }
  return findings;
}

/** `more than 15 min`: the last step that was passed; from a day on, whole days that double. */
function latenessText(late: Duration): string {
  const days = Math.floor(late / DAY);
  const passed =
    days >= 1
      ? 2 ** Math.floor(Math.log2(days)) * DAY
      : LATENESS_STEPS.findLast((step) => step <= late);
  return `more than ${durationText(passed ?? END_GRACE)}`;
}

/** The first instant after another at which something else is said of an opening that stands past its end. */
export function nextLateness(promisedEnd: Instant, after: Instant): Instant {
  const days = Math.max(1, Math.floor((after - promisedEnd) / DAY));
  const steps = [
    END_GRACE + 1,
    ...LATENESS_STEPS.filter((step) => step > END_GRACE),
    DAY,
    2 ** Math.floor(Math.log2(days) + 1) * DAY,
  ];
  return Math.min(...steps.map((step) => promisedEnd + step).filter((at) => at > after));
}

const NONE: readonly Finding[] = [];

/** What a person opened before. */
interface Past {
  readonly vms: Set<string>;
  readonly sources: Set<string>;
  openings: number;
}

function newPast(): Past {
  return { vms: new Set(), sources: new Set(), openings: 0 };
}

function newEnds(): Map<string, Instant> {
  return new Map();
}

function entry<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) {
    return known;
  }
  const made = make();
  map.set(key, made);
  return made;
}

/** What came before, per rule, person and VM; fed in order of time. */
class History {
  readonly #context: FindingContext;
  /** Rules that stood and were removed, by container and name: the time of the removal. */
  readonly #ended = new Map<string, Map<string, Instant>>();
  readonly #people = new Map<string, Past>();

  constructor(context: FindingContext) {
    this.#context = context;
  }

  findingsOf(opening: Opening): readonly Finding[] {
    const [resurrection, novelty] = [this.#resurrection(opening), this.#novelty(opening)];
    return resurrection.length === 0 ? novelty : [...resurrection, ...novelty];
  }

  #resurrection(opening: Opening): readonly Finding[] {
    const key = ruleKey(opening.rule.name);
    const ofContainer = entry(this.#ended, opening.nsg.key, newEnds);
    const ended = ofContainer.get(key);
    if (opening.closedAt !== null && opening.closing !== "changed") {
      ofContainer.set(key, opening.closedAt);
    }
    if (ended === undefined || ended > opening.openedAt || opening.kind === "jit") {
      return NONE;
    }
    if (!looksLikeJit(opening.rule)) {
      return NONE;
    }
    const after = durationText(opening.openedAt - ended);
    return [
      {
        code: "resurrected",
        severity: "critical",
        text: `This rule had been removed and was written again ${after} later.`,
      },
    ];
  }

  #novelty(opening: Opening): readonly Finding[] {
    const { actor } = opening.attribution;
    const vm = opening.vm?.key ?? opening.vmName?.toLowerCase() ?? null;
    if (actor === null) {
      return NONE;
    }
    const findings: Finding[] = [];
    const since = this.#context.knownSince;
    const enough = since !== null && opening.openedAt - since >= ENOUGH_HISTORY;
    const past = entry(this.#people, actor.key, newPast);
    if (enough && vm !== null && !past.vms.has(vm)) {
      const days = Math.floor((opening.openedAt - since) / DAY);
      findings.push({
        code: "first-time",
        severity: "info",
        text: `First time that ${actor.name} opens this VM in the ${days} days that are known.`,
      });
    }
    const isKnown = enough && past.openings >= ENOUGH_OPENINGS;
    const unseen = (isKnown ? opening.rule.sources : []).filter(
      (source) => !isAnySource(source) && !past.sources.has(source),
    );
    if (unseen.length > 0) {
      findings.push({
        code: "new-source",
        severity: "info",
        text: `${actor.name} never opened to ${unseen.slice(0, 3).join(", ")} before, in ${past.openings} openings.`,
      });
    }
    if (vm !== null) {
      past.vms.add(vm);
    }
    past.openings += 1;
    for (const source of opening.rule.sources) {
      past.sources.add(source);
    }
    return findings.length === 0 ? NONE : findings;
  }
}
