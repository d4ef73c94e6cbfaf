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

/** What the look at the NSGs showed, in words. */
export function liveNodes(checks: readonly LiveCheck[]): readonly MessageNode[] {
  const unread = new Set<string>();
  const nodes: MessageNode[] = [];
  for (const { opening, result } of checks) {
    const of = checks.length === 1 ? ["The rule"] : [code(opening.id), ": the rule"];
    switch (result.kind) {
      case "stands":
        nodes.push(
          notice("info", ...of, " stands in the NSG right now, at ", time(result.at), "."),
        );
        break;
      case "changed":
        nodes.push(
          notice(
            "warning",
            ...of,
            " stands in the NSG right now, at ",
            time(result.at),
            ", with other ports or sources than the log shows.",
          ),
        );
        break;
      case "gone":
        nodes.push(
          notice(
            "info",
            ...of,
            " is no longer in the NSG, at ",
            time(result.at),
            "; who removed it, the log will tell when that row arrives.",
          ),
        );
        break;
      case "unread":
        unread.add(result.reason);
    }
  }
  for (const reason of unread) {
    nodes.push(notice("info", `Whether it stands right now could not be checked: ${reason}`));
  }
  return nodes;
}
