/** A destination port or an inclusive range of ports of one security rule. */
export interface PortRange {
  /** 0 to 65535. */
  readonly from: number;
  /** 0 to 65535, not below `from`. */
  readonly to: number;
}

/**
 * One security rule of an NSG, or one rule of an Azure Firewall collection, in the form that both the
 * correlation and the questions need. Parsed once at the edge; lists are normalised (see
 * `address-prefix.ts`), sorted and free of repetitions, so that equal rules have equal `contentKey`s.
 */
export interface SecurityRule {
  /** As received. Compare through `ruleKey`. */
  readonly name: string;
  readonly access: "allow" | "deny";
  readonly direction: "inbound" | "outbound";
  /** `*`, `TCP`, `UDP`, `ICMP`, `ESP` or `AH`. */
  readonly protocol: string;
  /** 100 to 4096; null where the event does not say. */
  readonly priority: number | null;
  /** Destination ports; one entry per port or range, ascending. */
  readonly ports: readonly PortRange[];
  /** Address prefixes, service tags or application security group IDs that may connect. */
  readonly sources: readonly string[];
  /** The same forms: who can be connected to. */
  readonly destinations: readonly string[];
  /** As received, at most 1,024 characters. */
  readonly description: string;
  /** Azure Firewall only: the public port that is translated to `ports`; otherwise null. */
  readonly mappedPort: number | null;
}

/** What an NSG write lets us know of the NSG's rules afterwards. */
export interface RuleSet {
  /**
   * `complete`: these are all rules. `partial`: the body was cut off or a part was unreadable; these
   * rules are there, others may be. `absent`: the event carries no rules. `unchanged`: the write says
   * by its own form that it does not touch rules (a tags update).
   */
  readonly completeness: "complete" | "partial" | "absent" | "unchanged";
  readonly rules: readonly SecurityRule[];
}

/** Security rule names compare without regard to case within one NSG. */
export function ruleKey(name: string): string {
  return name.toLowerCase();
}

/**
 * `3389`, `5985-5986`, or `*` for every port.
 */
export function portText(range: PortRange): string {
  if (range.from === 0 && range.to === 65535) {
    return "*";
  }
  return range.from === range.to ? String(range.from) : `${range.from}-${range.to}`;
}

/**
 * Parses `3389`, `5985-5986` or `*`.
 *
 * @returns null for anything else, a port above 65535, or a range that runs backwards.
 */
export function parsePortRange(text: string): PortRange | null {
  const trimmed = text.trim();
  if (trimmed === "*") {
    return { from: 0, to: 65535 };
  }
  const match = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(trimmed);
  if (match === null) {
    return null;
  }
  const from = Number(match[1]);
  const to = match[2] === undefined ? from : Number(match[2]);
  return from <= to && to <= 65535 ? { from, to } : null;
}

/** Whether the two ranges share a port. */
export function portsOverlap(a: PortRange, b: PortRange): boolean {
  return a.from <= b.to && b.from <= a.to;
}
