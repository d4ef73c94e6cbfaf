import { FINDING_CODES } from "../domain/finding.ts";
import type { Finding } from "../domain/finding.ts";
import type { Opening } from "../domain/opening.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import { code, fact, facts, notice, portalLink } from "./build.ts";
import type { FactsNode, NoticeNode } from "./message.ts";
import { sourcesWords, verdictWords } from "./opening-words.ts";

/** What there is to know of one opening beside its sentence. */
export function openingFacts(opening: Opening): FactsNode {
  const { attribution, rule, nsg, vm } = opening;
  const { clientAddress, justification } = attribution;
  return facts(
    fact("lets in", sourcesWords(opening)),
    fact(
      opening.kind === "jit" ? "asked from" : "written from",
      clientAddress ?? "the log does not say",
    ),
    fact("why", justification ?? "the log carries no justification"),
    vm === null ? null : fact("VM", portalLink(vm, vm.name), ...groupWords(vm)),
    fact("rule", code(rule.name), " in ", portalLink(nsg, nsg.name), ...groupWords(nsg)),
    fact("verdict", verdictWords(opening)),
    fact("opening", code(opening.id)),
  );
}

function groupWords({ resourceGroup }: ResourceId): readonly string[] {
  return resourceGroup === "" ? [] : [`, resource group ${resourceGroup}`];
}

/** The findings in the order in which they are told. */
export function findingNotices(findings: readonly Finding[]): readonly NoticeNode[] {
  return findings
    .toSorted((a, b) => FINDING_CODES.indexOf(a.code) - FINDING_CODES.indexOf(b.code))
    .map((finding) => notice(finding.severity, finding.text));
}
