import type { Container, RuleState } from "./container.ts";
import type { Simulation } from "./simulation.ts";
import type { TenantVm } from "./tenant-model.ts";

const FIRST_PRIORITY = 100;

/** The rule that keeps a VM's JIT ports shut while nobody is let in. */
export function denyRule(sim: Simulation, vm: TenantVm, priority: number): RuleState {
  const isNewer = sim.trap("newer-branding");
  return {
    name: `${isNewer ? "MicrosoftDefenderForCloud" : "SecurityCenter"}-JITRule_${identifiers(sim, "_")}`,
    access: "Deny",
    direction: "Inbound",
    protocol: "*",
    priority,
    ports: vm.ports.map(String),
    sources: ["*"],
    destinations: [vm.address],
    description: `${isNewer ? "MDC" : "ASC"} JIT Network Access rule for policy 'default' of VM '${vm.name}'.`,
    mappedPort: null,
  };
}

/** The rule that lets a requester in, before it has its priority. */
export function allowRule(
  sim: Simulation,
  vm: TenantVm,
  container: Container,
  port: number,
  sources: readonly string[],
): RuleState {
  const isNewer = sim.trap("newer-branding");
  const { plainAllowNames, jitProtocol } = sim.model.style;
  const isFirewall = container.kind === "firewall";
  const brand = isNewer ? "MicrosoftDefenderForCloud" : "SecurityCenter";
  const dash = plainAllowNames ? "_" : "-";
  const text = plainAllowNames
    ? "JIT Network Access rule"
    : "JIT Network Access rule created by an initiation request";
  const short = isNewer ? "MDC" : "ASC";
  return {
    name: isFirewall
      ? `${short}-JITRule-${identifiers(sim, "-")}`
      : `${brand}-JITRule${dash}${identifiers(sim, dash)}`,
    access: "Allow",
    direction: "Inbound",
    protocol: isFirewall ? "TCP" : jitProtocol,
    priority: FIRST_PRIORITY,
    ports: [String(port)],
    sources,
    destinations: [vm.address],
    description: `${short} ${text} for policy 'default' of VM '${vm.name}'.`,
    mappedPort: isFirewall ? 13_000 + port : null,
  };
}

/** Adds a rule of JIT's at the top; where the place is taken, either it or the others give way. */
export function insertRule(
  container: Container,
  rules: readonly RuleState[],
  rule: RuleState,
  shiftsOthers: boolean,
): RuleState[] {
  const taken = new Set(rules.map((other) => other.priority));
  if (!shiftsOthers) {
    return [{ ...rule, priority: firstFree(taken, FIRST_PRIORITY) }, ...rules];
  }
  const room = firstFree(taken, FIRST_PRIORITY);
  const moved = rules.map((other) => {
    if (other.priority >= room) {
      return other;
    }
    if (!container.shifted.has(other.name)) {
      container.shifted.set(other.name, other.priority);
    }
    return { ...other, priority: other.priority + 1 };
  });
  return [{ ...rule, priority: FIRST_PRIORITY }, ...moved];
}

/** Takes rules away, and gives the ones that were shifted their place back where it is free. */
export function removeRules(
  container: Container,
  rules: readonly RuleState[],
  names: ReadonlySet<string>,
): RuleState[] {
  const left = rules.filter((rule) => !names.has(rule.name));
  const taken = new Set(left.map((rule) => rule.priority));
  return left.map((rule) => {
    const earlier = container.shifted.get(rule.name);
    if (earlier === undefined || taken.has(earlier)) {
      return rule;
    }
    container.shifted.delete(rule.name);
    taken.add(earlier);
    return { ...rule, priority: earlier };
  });
}

/** The first priority from there on that no rule has. */
export function firstFree(taken: ReadonlySet<number>, from: number): number {
  let priority = from;
  while (taken.has(priority)) {
    priority += 1;
  }
  return priority;
}

function identifiers(sim: Simulation, dash: string): string {
  return `${sim.random.signed32()}${dash}${sim.random.hex(32).toUpperCase()}`;
}
