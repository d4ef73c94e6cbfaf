import type { Random } from "./random.ts";

/**
 * What makes an Activity Log hard to read, and how often each comes up by default: a probability for
 * each occasion, or, for what belongs to the tenant as a whole, for the tenant.
 */
export const DEFAULT_TRAPS = {
  /** Tenant: two VMs in different resource groups bear one name. */
  "same-vm-name": 0.4,
  /** Tenant: one NSG guards a subnet with several VMs. */
  "shared-nsg": 0.5,
  /** VM: a NIC's NSG and a subnet's NSG guard it; one request makes one rule in each. */
  "nic-and-subnet": 0.3,
  /** VM: JIT opens it on an Azure Firewall. */
  firewall: 0.12,
  /** Tenant: timestamps are cut to whole seconds, so rows tie. */
  "coarse-time": 0.2,
  /** Tenant: rows before some moment are not in the log. */
  "log-cut": 0.15,
  /** NSG: no write near the start of the log shows its first state. */
  "no-first-state": 0.5,
  /** NSG: rules stood open before the log begins, among them one of JIT's. */
  "already-open": 0.3,
  /** Rule: the newer brand names it, not the older. */
  "newer-branding": 0.5,
  /** Row: its resource IDs are cased otherwise. */
  "id-casing": 0.3,
  /** Person: a guest with an `#EXT#` name. */
  guest: 0.2,
  /** Person: a service principal or managed identity that requests access. */
  "principal-requester": 0.15,
  /** Person: shares the display name of another. */
  "same-display-name": 0.2,
  /** Request: for several VMs. */
  "many-vms": 0.25,
  /** Request: for several ports of a VM. */
  "many-ports": 0.3,
  /** Request: several source prefixes. */
  "many-sources": 0.2,
  /** Request or direct rule: from any source. */
  "any-source": 0.15,
  /** Request or direct rule: from IPv6 addresses. */
  ipv6: 0.12,
  /** Request: the rule writes the same source in another form, such as `/32`. */
  "source-forms": 0.15,
  /** Request: somebody asks for the same VM, port and sources before the first rule is written. */
  rival: 0.2,
  /** Request: somebody asks for the same VM and port while the first rule stands. */
  overlap: 0.25,
  /** Request: its rule replaces the earlier one in the same NSG write. */
  supersede: 0.4,
  /** NSG write: carries the rules of all requests that wait. */
  "merged-write": 0.5,
  /** NSG write of several requests' rules: carries the correlation ID of one of the requests. */
  "borrowed-correlation": 0.15,
  /** Request: refused; no NSG write follows. */
  denied: 0.2,
  /** NSG write: failed; nothing opens. */
  "failed-write": 0.12,
  /** Request: no row carries a body. */
  "bodyless-request": 0.12,
  /** Request: no justification. */
  "no-justification": 0.4,
  /** Request: a justification that attacks whoever shows it. */
  "hostile-justification": 0.15,
  /** Operation: some of its rows are missing, but not all. */
  "lost-rows": 0.15,
  /** Operation: no row of it reached the log; who did it can't be known. */
  "lost-operation": 0.02,
  /** Request: the NSG write carries the request's correlation ID. */
  "same-correlation": 0.3,
  /** Write: no row has a response body. */
  "no-response-body": 0.15,
  /** Write: no row has a request body. */
  "no-request-body": 0.12,
  /** Write: its bodies are cut off in the middle. */
  "cut-body": 0.12,
  /** Row of a person: claims are missing. */
  "claims-missing": 0.08,
  /** Row of the provider: nothing proves who wrote. */
  "unproven-writer": 0.08,
  /** NSG write: JIT takes priority 100 and shifts the rules that stood there. */
  "priority-shift": 0.5,
  /** Opening: never closed. */
  overstay: 0.15,
  /** Opening: a person deletes the rule before its end. */
  "closed-early": 0.15,
  /** Opening: a person edits the rule so that more sources may connect. */
  "widened-rule": 0.12,
  /** Opening: a template write removes the active JIT rule. */
  "template-removes": 0.12,
  /** Opening: a template write brings the closed JIT rule back. */
  "template-resurrects": 0.12,
  /** Act: a person writes an ordinary inbound allow rule. */
  "direct-rule": 0.5,
  /** Act: a template writes the whole NSG with a new rule. */
  "template-write": 0.4,
  /** Act: a rule that opens nothing (deny or outbound). */
  "harmless-rule": 0.3,
  /** Direct rule: its source is a service tag. */
  "service-tag": 0.2,
  /** Direct rule: several ports and ranges. */
  "port-ranges": 0.25,
  /** Act: a person writes a rule under a JIT name and description. */
  "jit-name-by-hand": 0.2,
  /** Act: an application that calls itself the security resource provider writes a JIT rule. */
  "false-provider": 0.2,
  /** Act: an update of the NSG's tags that touches no rule. */
  "tags-patch": 0.2,
  /** Act: the NSG is deleted. */
  "nsg-deleted": 0.08,
} as const;

/** The name of one trap. */
export type TrapName = keyof typeof DEFAULT_TRAPS;

/** Probabilities, 0 to 1, for the traps that are on; a trap that is left out is off. */
export type TrapChances = Readonly<Partial<Record<TrapName, number>>>;

/** Draws whether a trap is set, and remembers which ones were. */
export class Traps {
  readonly #chances: TrapChances;
  readonly #set: Set<TrapName>;

  constructor(chances: TrapChances, set = new Set<TrapName>()) {
    this.#chances = chances;
    this.#set = set;
  }

  /** Other chances, for a part of the story; what gets set is remembered here too. */
  with(chances: TrapChances): Traps {
    return new Traps(chances, this.#set);
  }

  /** Whether the trap is set this time. */
  draw(name: TrapName, random: Random): boolean {
    const isSet = random.chance(this.#chances[name] ?? 0);
    if (isSet) {
      this.#set.add(name);
    }
    return isSet;
  }

  /** The chance of a trap, for choosing among several. */
  chance(name: TrapName): number {
    return this.#chances[name] ?? 0;
  }

  /** Remembers a trap that was chosen by other means. */
  note(name: TrapName): void {
    this.#set.add(name);
  }

  /** Every trap that was set so far, sorted. */
  seen(): TrapName[] {
    return [...this.#set].sort();
  }
}
