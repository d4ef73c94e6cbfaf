import { normalisePrefixes } from "../domain/address-prefix.ts";
import type { Instant } from "../domain/instant.ts";
import type { TrueOpening, TruePerson, TrueRequest } from "./truth.ts";

/** One rule of an NSG or of a firewall's JIT collection, as it stands. */
export interface RuleState {
  readonly name: string;
  readonly access: "Allow" | "Deny";
  readonly direction: "Inbound" | "Outbound";
  readonly protocol: string;
  readonly priority: number;
  readonly ports: readonly string[];
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  readonly description: string;
  /** Firewall only: the public port. */
  readonly mappedPort: number | null;
}

/** An NSG or an Azure Firewall: a name, its rules, and the openings that they make. */
export class Container {
  readonly id: string;
  readonly name: string;
  readonly kind: "nsg" | "firewall";
  readonly location: string;
  readonly resourceGuid: string;
  /** The public address of a firewall. */
  readonly publicAddress: string;
  rules: readonly RuleState[] = [];
  isDeleted = false;
  /** The VMs behind it: resource IDs by private address. */
  readonly vmByAddress = new Map<string, string>();
  /** What priority the rules had that JIT shifted, by rule name. */
  readonly shifted = new Map<string, number>();
  /** The openings that stand now, by `openingKey`. */
  readonly standing = new Map<string, TrueOpening>();
  /** Openings that ended, and no row of the log has shown it yet. */
  readonly unseenEnds = new Set<TrueOpening>();

  constructor(facts: {
    readonly id: string;
    readonly kind: "nsg" | "firewall";
    readonly location: string;
    readonly resourceGuid: string;
    readonly publicAddress: string;
  }) {
    this.id = facts.id;
    this.name = facts.id.slice(facts.id.lastIndexOf("/") + 1);
    this.kind = facts.kind;
    this.location = facts.location;
    this.resourceGuid = facts.resourceGuid;
    this.publicAddress = facts.publicAddress;
  }
}

/** Which request really is behind a rule of JIT's, and when it was to end. */
export interface RuleOrigin {
  readonly request: TrueRequest | null;
  readonly promisedEnd: Instant;
}

/** The openings that one write made and ended. */
export interface StateChange {
  readonly opened: readonly TrueOpening[];
  readonly closed: readonly TrueOpening[];
  /** Those that stood before and after. */
  readonly kept: readonly TrueOpening[];
}

/**
 * Puts new rules in place and tells what that opened and closed. The same rule name and port with
 * other sources, protocol or destination is another opening; its description and priority are not
 * compared.
 */
export function replaceRules(
  container: Container,
  rules: readonly RuleState[],
  at: Instant,
  by: { readonly person: TruePerson | null; readonly isProvider: boolean },
  origins: ReadonlyMap<string, RuleOrigin>,
): StateChange {
  const before = new Map(container.standing);
  const opened: TrueOpening[] = [];
  const kept: TrueOpening[] = [];
  container.rules = rules;
  container.standing.clear();
  for (const rule of rules) {
    if (rule.access === "Deny" || rule.direction === "Outbound") {
      continue;
    }
    for (const port of rule.ports) {
      const key = openingKey(rule, port);
      const standing = before.get(key);
      if (standing !== undefined) {
        before.delete(key);
        kept.push(standing);
        container.standing.set(key, standing);
        continue;
      }
      const origin = by.isProvider ? origins.get(rule.name) : undefined;
      const opening: TrueOpening = {
        nsg: container.id,
        // A firewall's rule is known by its collection and its own name; JIT gives both the same.
        rule: container.kind === "nsg" ? rule.name : `${rule.name}/${rule.name}`,
        port: port === "0-65535" ? "*" : port,
        protocol: rule.protocol.toUpperCase(),
        sources: normalisePrefixes(rule.sources).prefixes,
        vm: vmOf(container, rule),
        kind: by.isProvider ? "jit" : "direct",
        openedAt: at,
        closedAt: null,
        closedBy: null,
        person: by.isProvider ? (origin?.request?.person ?? null) : by.person,
        request: origin?.request ?? null,
        promisedEnd: origin?.promisedEnd ?? null,
        writeRows: [],
        openingRows: [],
        laterRows: [],
        closingRows: [],
      };
      opened.push(opening);
      container.standing.set(key, opening);
    }
  }
  const closed = [...before.values()];
  for (const opening of closed) {
    opening.closedAt = at;
    opening.closedBy = by.isProvider ? "provider" : by.person;
    container.unseenEnds.add(opening);
  }
  return { opened, closed, kept };
}

function vmOf(container: Container, rule: RuleState): string | null {
  const [address, ...others] = rule.destinations;
  return address === undefined || others.length > 0
    ? null
    : (container.vmByAddress.get(address) ?? null);
}

function openingKey(rule: RuleState, port: string): string {
  return [
    rule.name.toLowerCase(),
    port,
    rule.protocol,
    rule.sources.join(","),
    rule.destinations.join(","),
  ].join(" ");
}
