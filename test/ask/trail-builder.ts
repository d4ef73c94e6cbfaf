import type { AccessRequest } from "../../src/domain/access-request.ts";
import type { Finding } from "../../src/domain/finding.ts";
import type { Instant } from "../../src/domain/instant.ts";
import type { Attribution, Candidate, Opening } from "../../src/domain/opening.ts";
import type { Actor } from "../../src/domain/principal.ts";
import { parseResourceId } from "../../src/domain/resource-id.ts";
import type { ResourceId } from "../../src/domain/resource-id.ts";
import type { SecurityRule } from "../../src/domain/security-rule.ts";
import type { Coverage, Guard, Trail } from "../../src/domain/trail.ts";
import type { Knowledge } from "../../src/ask/knowledge.ts";
import { namesOf } from "../../src/ask/vm-match.ts";

/** An instant from ISO 8601 in UTC, such as `2026-11-23T14:02Z`. */
export function at(iso: string): Instant {
  return Date.parse(iso);
}

const TYPES = {
  vm: "Microsoft.Compute/virtualMachines",
  nsg: "Microsoft.Network/networkSecurityGroups",
  firewall: "Microsoft.Network/azureFirewalls",
};

/** The resource ID of a VM, NSG or firewall in a resource group. */
export function resource(type: keyof typeof TYPES, name: string, group = "rg-a"): ResourceId {
  const path = TYPES[type];
  const id = parseResourceId(
    `/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/${group}/providers/${path}/${name}`,
  );
  if (id === null) {
    throw new Error(`not a resource ID: ${name}`);
  }
  return id;
}

export const ALICE: Actor = {
  key: "oid:a11ce000-0000-0000-0000-000000000000",
  name: "alice@contoso.com",
  objectId: "a11ce000-0000-0000-0000-000000000000",
  kind: "user",
};
export const BOB: Actor = {
  key: "oid:b0b00000-0000-0000-0000-000000000000",
  name: "bob@contoso.com",
  objectId: "b0b00000-0000-0000-0000-000000000000",
  kind: "user",
};

const RULE: SecurityRule = {
  name: "SecurityCenter-JITRule-1170687618-8C18BF8921F041989344B4F1E3A0C370",
  access: "allow",
  direction: "inbound",
  protocol: "TCP",
  priority: 100,
  ports: [{ from: 3389, to: 3389 }],
  sources: ["203.0.113.7"],
  destinations: ["10.0.0.4"],
  description:
    "MDC JIT Network Access rule created by an initiation request for policy 'default' of VM 'vm-x'.",
  mappedPort: null,
};

export function rule(change: Partial<SecurityRule> = {}): SecurityRule {
  return { ...RULE, ...change };
}

export function attribution(change: Partial<Attribution> = {}): Attribution {
  return {
    verdict: "certain",
    actor: ALICE,
    clientAddress: "198.51.100.7",
    justification: "INC-4411 disk full",
    candidates: [candidate(ALICE, "r-000000000001")],
    reasons: [
      { code: "vm-named", weighs: "for", text: "The rule's description names vm-x." },
      { code: "only-match", weighs: "for", text: "No other request fits." },
    ],
    ...change,
  };
}

export function candidate(actor: Actor | null, requestId: string | null): Candidate {
  return {
    actor,
    requestId,
    at: at("2026-11-23T14:01Z"),
    reasons: [{ code: "port-equal", weighs: "for", text: "It asked for port 3389." }],
  };
}

/** A JIT opening of 3389 on vm-x by Alice, from 14:02 to 16:02 UTC on 23 November 2026, closed on time. */
export function opening(change: Partial<Opening> = {}): Opening {
  const openedAt = change.openedAt ?? at("2026-11-23T14:02Z");
  return {
    id: "o-000000000001",
    kind: "jit",
    vm: resource("vm", "vm-x"),
    vmName: "vm-x",
    port: { from: 3389, to: 3389 },
    rule: RULE,
    nsg: resource("nsg", "nsg-x"),
    openedAt: at("2026-11-23T14:02Z"),
    openedAtExact: true,
    notBefore: change.openedAtExact === false ? null : openedAt,
    outcomeSeen: true,
    promisedEnd: at("2026-11-23T16:02Z"),
    closedAt: at("2026-11-23T16:02Z"),
    closedAtExact: true,
    mayHaveClosed: false,
    sightedAt: null,
    closedBy: "Windows Azure Security Resource Provider",
    closing: "expired",
    attribution: attribution(),
    findings: [],
    events: ["e-1", "e-2"],
    ...change,
  };
}

export const OPEN = {
  closedAt: null,
  closedAtExact: false,
  closedBy: null,
  closing: null,
} as const;

export function finding(
  code: Finding["code"],
  severity: Finding["severity"],
  text: string,
): Finding {
  return { code, severity, text };
}

export function request(change: Partial<AccessRequest> = {}): AccessRequest {
  return {
    id: "r-000000000009",
    actor: BOB,
    clientAddress: "198.51.100.9",
    at: at("2026-11-23T09:00Z"),
    policy: null,
    targets: [
      {
        vm: resource("vm", "vm-x"),
        denied: true,
        ports: [
          {
            port: { from: 22, to: 22 },
            sources: ["198.51.100.9"],
            promisedEnd: null,
            mappedPort: null,
          },
        ],
      },
    ],
    justification: null,
    outcome: "denied",
    denialReason: "Forbidden",
    correlationIds: [],
    events: ["e-9"],
    ...change,
  };
}

export function trail(
  openings: readonly Opening[],
  requests: readonly AccessRequest[] = [],
  guards: readonly Guard[] = [],
): Trail {
  return { openings, requests, guards };
}

const COVERAGE: Coverage = {
  from: at("2026-11-01T00:00Z"),
  to: at("2026-11-24T08:00Z"),
  events: 240,
  quarantined: 0,
  gaps: [],
};

/** What is known of a trail on 24 November 2026 at 09:30 UTC, asked from UTC. */
export function knowledge(
  of: Trail,
  change: Partial<Omit<Knowledge, "coverage">> & { readonly coverage?: Partial<Coverage> } = {},
): Knowledge {
  return {
    trail: of,
    names: change.names ?? namesOf(of),
    source: change.source ?? "export",
    checks: change.checks ?? [],
    eventOf: change.eventOf ?? (() => null),
    now: change.now ?? at("2026-11-24T09:30Z"),
    zone: change.zone ?? "UTC",
    coverage: { ...COVERAGE, ...change.coverage },
  };
}
