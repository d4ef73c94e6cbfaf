import type { ActivityEvent } from "../domain/activity-event.ts";
import { SECURITY_PROVIDER_APP_ID } from "../domain/principal.ts";
import { VM_TYPE } from "../domain/resource-id.ts";
import type { Principal } from "../domain/principal.ts";
import { code, inline, list, time } from "../message/build.ts";
import type { ListNode } from "../message/message.ts";

/** Events one by one, oldest first: when, what, by whom, and the identity to look them up by. */
export function eventList(events: readonly ActivityEvent[]): ListNode {
  return list(
    events
      .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
      .map((event) =>
        inline(
          time(event.at, "exact"),
          `: ${whatWords(event)}, ${statusWords(event)}, by ${byWords(event.principal)}; `,
          code(event.id),
        ),
      ),
  );
}

function whatWords({ detail, resource }: ActivityEvent): string {
  switch (detail.kind) {
    case "jit-request": {
      const body = detail.body === null ? ", without its body" : "";
      const on = resource.type === VM_TYPE ? "VM" : "policy";
      return `JIT request on ${on} ${resource.name}${body}`;
    }
    case "nsg-write":
      return `write of NSG ${resource.name}${bodyWords(detail.ruleSet.completeness)}`;
    case "nsg-delete":
      return `delete of NSG ${resource.name}`;
    case "rule-write":
      return `write of rule ${detail.ruleName}${detail.rule === null ? ", without its body" : ""}`;
    case "rule-delete":
      return `delete of rule ${detail.ruleName}`;
    case "firewall-write":
      return `write of firewall ${resource.name}${bodyWords(detail.ruleSet.completeness)}`;
    case "firewall-delete":
      return `delete of firewall ${resource.name}`;
    case "jit-policy-change":
      return `${detail.change} of JIT policy ${resource.name}`;
  }
}

function bodyWords(completeness: "complete" | "partial" | "absent" | "unchanged"): string {
  switch (completeness) {
    case "complete":
      return "";
    case "partial":
      return ", its body cut off";
    case "absent":
      return ", without its body";
    case "unchanged":
      return ", tags only";
  }
}

function statusWords({ status, subStatus }: ActivityEvent): string {
  const word = status === "unknown" ? "outcome not told" : status;
  const adds = subStatus !== null && subStatus.toLowerCase() !== word;
  return adds ? `${word} (${subStatus})` : word;
}

function byWords(principal: Principal): string {
  const { appId, upn, caller, displayName, objectId, clientAddress } = principal;
  const name =
    appId === SECURITY_PROVIDER_APP_ID
      ? "the security resource provider, proven by its application ID"
      : (upn ?? caller ?? displayName ?? objectId ?? "not named");
  return clientAddress === null ? name : `${name} from ${clientAddress}`;
}
