import { normalisePrefixes } from "../domain/address-prefix.ts";
import { SECOND } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { Opening } from "../domain/opening.ts";
import type { Question } from "../domain/question.ts";
import { portText, ruleKey } from "../domain/security-rule.ts";
import type { SecurityRule } from "../domain/security-rule.ts";
import { code, notice, time } from "../message/build.ts";
import type { MessageNode } from "../message/message.ts";
import type { LiveState, NsgState } from "../ports.ts";
import { knownTo } from "./knowledge.ts";
import type { Knowledge } from "./knowledge.ts";
import { matchQuestion, openingsOfRule } from "./opening-match.ts";
import { matchVms, vmFilterOf } from "./vm-match.ts";

/** What the NSG itself showed of an opening's rule when the question was asked. */
export interface LiveCheck {
  readonly opening: Opening;
  readonly result:
    | { readonly kind: "stands" | "changed" | "gone"; readonly at: Instant }
    | { readonly kind: "unread"; readonly reason: string };
}

const NSG_TYPE = "microsoft.network/networksecuritygroups";
/** An answer waits no longer for Azure. */
const LONGEST_LOOK: Duration = 2 * SECOND;
const MOST_CHECKS = 5;

/** The openings of an answer about the present whose rules are worth a look: those that may stand. */
export function openingsToCheck(question: Question, knowledge: Knowledge): readonly Opening[] {
  return openingsAbout(question, knowledge)
    .filter(({ closedAt, nsg }) => closedAt === null && nsg.type === NSG_TYPE)
    .slice(0, MOST_CHECKS);
}

function openingsAbout(question: Question, knowledge: Knowledge): readonly Opening[] {
  const { trail } = knowledge;
  if (question.kind === "explain-rule") {
    return openingsOfRule(trail, question.rule);
  }
  const isPast = "period" in question && question.period !== null;
  if (isPast && question.kind !== "who-opened") {
    return [];
  }
  const match = matchVms(vmFilterOf(question), knowledge.names);
  if (match.kind === "none" || match.kind === "several") {
    return [];
  }
  const vms = match.kind === "any" ? null : match.vms;
  const { openings, guarding } = matchQuestion(question, trail, vms, knownTo(knowledge));
  return [...openings, ...guarding];
}

/** Looks at the NSGs of the openings, each once. */
export async function checkLive(
  openings: readonly Opening[],
  live: LiveState,
): Promise<readonly LiveCheck[]> {
  const nsgs = new Map(openings.map(({ nsg }) => [nsg.key, nsg]));
  const states = new Map(
    await Promise.all(
      [...nsgs].map(async ([key, nsg]) => [key, await live.nsg(nsg, LONGEST_LOOK)] as const),
    ),
  );
  return openings.flatMap((opening) => {
    const state = states.get(opening.nsg.key);
    return state === undefined ? [] : [{ opening, result: resultOf(opening, state) }];
  });
}

function resultOf(opening: Opening, state: NsgState): LiveCheck["result"] {
  switch (state.kind) {
    case "unread":
      return state;
    case "absent":
      return { kind: "gone", at: state.at };
    case "rules": {
      const wanted = ruleKey(opening.rule.name);
      const rule = state.rules.find(({ name }) => ruleKey(name) === wanted);
      if (rule === undefined || rule.access === "deny" || rule.direction === "outbound") {
        return { kind: "gone", at: state.at };
      }
      return { kind: opensAlike(rule, opening) ? "stands" : "changed", at: state.at };
    }
  }
}

function opensAlike(rule: SecurityRule, opening: Opening): boolean {
  const port = portText(opening.port);
  return (
    rule.ports.some((range) => portText(range) === port) &&
    normalisePrefixes(rule.sources).prefixes.join() ===
      normalisePrefixes(opening.rule.sources).prefixes.join()
  );
}

/** What the look at the NSGs showed, in words: one sentence for all of which the same is so. */
export function liveNodes(checks: readonly LiveCheck[]): readonly MessageNode[] {
  const reasons = new Set<string>();
  for (const { result } of checks) {
    if (result.kind === "unread") {
      reasons.add(result.reason);
    }
  }
  return [
    ...found(checks, "stands", "info", "stands in its NSG right now"),
    ...found(
      checks,
      "changed",
      "warning",
      "stands in its NSG right now with other ports or sources than the log shows",
    ),
    ...found(
      checks,
      "gone",
      "info",
      "is no longer in its NSG; who removed it, the log will tell when that row arrives",
    ),
    ...[...reasons].map((reason) =>
      notice("info", `Whether it stands right now could not be checked: ${reason}`),
    ),
  ];
}

function found(
  checks: readonly LiveCheck[],
  kind: "stands" | "changed" | "gone",
  severity: "info" | "warning",
  what: string,
): readonly MessageNode[] {
  const fitting = checks.flatMap(({ opening, result }) =>
    result.kind === kind ? [{ opening, at: result.at }] : [],
  );
  const [first] = fitting;
  if (first === undefined) {
    return [];
  }
  const ids = fitting.flatMap(({ opening }, index) => [
    index === 0 ? null : ", ",
    code(opening.id),
  ]);
  const subject = fitting.length === 1 ? "the rule of " : "each rule of ";
  return [notice(severity, "Seen at ", time(first.at), ": ", subject, ...ids, ` ${what}.`)];
}
