import { HOUR } from "../domain/instant.ts";
import type { Instant } from "../domain/instant.ts";
import { Container } from "./container.ts";
import {
  documentationAddress,
  makeApplication,
  makePeople,
  makeSecurityProvider,
} from "./identities.ts";
import type { Identity } from "./identities.ts";
import type { Random } from "./random.ts";
import type { Traps } from "./traps.ts";

/** How much of everything a generated tenant has. */
export interface TenantCounts {
  readonly subscriptions: number;
  readonly vms: number;
  readonly people: number;
  /** Access requests, denied ones included. */
  readonly requests: number;
  /** Writes by people and templates that are not JIT's. */
  readonly acts: number;
  /** Operations that have nothing to do with ports. */
  readonly noise: number;
  readonly days: number;
  /** Ordinary rules of each NSG. */
  readonly rules: number;
  /** Group IDs in each person's token: they make up most of a row's weight. */
  readonly groups: number;
}

/** The sizes that have a name. */
export const TENANT_SIZES = {
  tiny: {
    subscriptions: 1,
    vms: 3,
    people: 3,
    requests: 4,
    acts: 3,
    noise: 3,
    days: 1,
    rules: 2,
    groups: 1,
  },
  small: {
    subscriptions: 2,
    vms: 8,
    people: 6,
    requests: 14,
    acts: 8,
    noise: 20,
    days: 3,
    rules: 4,
    groups: 3,
  },
  large: {
    subscriptions: 2,
    vms: 40,
    people: 16,
    requests: 150,
    acts: 40,
    noise: 600,
    days: 14,
    rules: 8,
    groups: 12,
  },
} as const satisfies Record<string, TenantCounts>;

/** A virtual machine that JIT guards. */
export interface TenantVm {
  readonly id: string;
  readonly name: string;
  readonly resourceGroup: string;
  readonly subscriptionId: string;
  /** The private address, which JIT's rules name as destination. */
  readonly address: string;
  /** The ports of its JIT policy. */
  readonly ports: readonly number[];
  /** The JIT policy of its resource group and location. */
  readonly policy: string;
  /** The NSGs, or the firewall, in which JIT writes this VM's rules. */
  readonly guards: readonly Container[];
}

/** What Azure leaves open, as this one tenant's services do it. */
export interface TenantStyle {
  readonly coarseTime: boolean;
  /** Index into the forms of the provider's `caller`. */
  readonly providerCaller: number;
  readonly requestKey: "requestbody" | "requestBody";
  readonly responseKey: "responseBody" | "responsebody";
  /** Which bodies the request's rows carry. */
  readonly jitBody: "request" | "response" | "both";
  /** The JIT body stands under a `properties` of its own. */
  readonly jitBodyNested: boolean;
  /** The JIT request gives durations in place of end times. */
  readonly durations: boolean;
  /** Names and descriptions of the allow rules look like those of the deny rules (seen in 2018). */
  readonly plainAllowNames: boolean;
  readonly singleAsList: boolean;
  /** Where a write's response body stands. */
  readonly responseIn: "accepted" | "succeeded" | "both";
  /** The protocol of JIT's rules. */
  readonly jitProtocol: "*" | "TCP";
}

/** The tenant before anything happens in it. */
export interface TenantModel {
  readonly tenantId: string;
  readonly subscriptions: readonly string[];
  readonly vms: readonly TenantVm[];
  readonly containers: readonly Container[];
  readonly people: readonly Identity[];
  readonly provider: Identity;
  /** A deployment pipeline that writes whole NSGs. */
  readonly template: Identity;
  /** An application that calls itself the security resource provider. */
  readonly impostor: Identity;
  readonly style: TenantStyle;
  readonly start: Instant;
  readonly logCut: Instant | null;
}

const LOCATION = "westeurope";
const VM_NAMES = [
  "vm-x",
  "vm-build",
  "vm-web",
  "vm-sql",
  "vm-jump",
  "vm-ci",
  "vm-app",
  "vm-dc",
] as const;
const PORT_SETS = [[22, 3389], [3389], [22], [22, 3389, 5985, 5986], [1433, 3389]] as const;

/** Makes a tenant's machines, networks and people. */
export function makeTenantModel(
  random: Random,
  traps: Traps,
  counts: TenantCounts,
  start: Instant,
): TenantModel {
  const subscriptions = Array.from({ length: counts.subscriptions }, () => random.guid());
  const groups = subscriptions.flatMap((subscription) =>
    ["rg-prod", "rg-test"].map((name) => ({ subscription, name })),
  );
  const containers: Container[] = [];
  const newContainer = (group: (typeof groups)[number], kind: "nsg" | "firewall", name: string) => {
    const type = kind === "nsg" ? "networkSecurityGroups" : "azureFirewalls";
    const container = new Container({
      id: `${groupId(group)}/providers/Microsoft.Network/${type}/${name}`,
      kind,
      location: LOCATION,
      resourceGuid: random.guid(),
      publicAddress: documentationAddress(random),
    });
    containers.push(container);
    return container;
  };
  const hasSameNames = traps.draw("same-vm-name", random);
  const sharedNsgs = new Map<string, Container>();
  const firewalls = new Map<string, Container>();
  const isShared = traps.draw("shared-nsg", random);
  const vms: TenantVm[] = [];
  for (let index = 0; index < counts.vms; index += 1) {
    const isTwin = hasSameNames && index === 1;
    const group = random.pick(
      isTwin ? groups.filter((other) => other.name !== vms[0]?.resourceGroup) : groups,
    );
    const name = isTwin ? VM_NAMES[0] : vmName(index);
    const subnet = (): Container => {
      const shared = sharedNsgs.get(groupId(group)) ?? newContainer(group, "nsg", "nsg-subnet");
      sharedNsgs.set(groupId(group), shared);
      return shared;
    };
    const isBehindFirewall = traps.draw("firewall", random);
    const hasBoth = traps.draw("nic-and-subnet", random);
    let guards: readonly Container[];
    if (isBehindFirewall) {
      const firewall = firewalls.get(groupId(group)) ?? newContainer(group, "firewall", "fw-hub");
      firewalls.set(groupId(group), firewall);
      guards = [firewall];
    } else if (hasBoth) {
      guards = [newContainer(group, "nsg", `${name}-nsg`), subnet()];
    } else {
      guards = [isShared ? subnet() : newContainer(group, "nsg", `${name}-nsg`)];
    }
    const id = `${groupId(group)}/providers/Microsoft.Compute/virtualMachines/${name}`;
    const address = `10.${groups.indexOf(group)}.${Math.floor(index / 200)}.${(index % 200) + 4}`;
    for (const guard of guards) {
      guard.vmByAddress.set(address, id);
    }
    vms.push({
      id,
      name,
      resourceGroup: group.name,
      subscriptionId: group.subscription,
      address,
      ports: random.pick(PORT_SETS),
      policy: `${groupId(group)}/providers/Microsoft.Security/locations/${LOCATION}/jitNetworkAccessPolicies/default`,
      guards,
    });
  }
  return {
    tenantId: random.guid(),
    subscriptions,
    vms,
    containers,
    people: makePeople(random, traps, counts.people, counts.groups),
    provider: makeSecurityProvider(random),
    template: makeApplication(random, "sp-deploy"),
    impostor: makeApplication(random, "Windows Azure Security Resource Provider"),
    style: makeStyle(random, traps),
    start,
    logCut: traps.draw("log-cut", random)
      ? start + random.int(HOUR, Math.floor((counts.days * 24 * HOUR) / 2))
      : null,
  };
}

function makeStyle(random: Random, traps: Traps): TenantStyle {
  return {
    coarseTime: traps.draw("coarse-time", random),
    providerCaller: random.int(0, 3),
    requestKey: random.pick(["requestbody", "requestBody"]),
    responseKey: random.pick(["responseBody", "responsebody"]),
    jitBody: random.pick(["request", "response", "both"]),
    jitBodyNested: random.chance(0.3),
    durations: random.chance(0.4),
    plainAllowNames: random.chance(0.25),
    singleAsList: random.chance(0.4),
    responseIn: random.pick(["accepted", "succeeded", "both"]),
    jitProtocol: random.pick(["*", "TCP"]),
  };
}

function groupId(group: { readonly subscription: string; readonly name: string }): string {
  return `/subscriptions/${group.subscription}/resourceGroups/${group.name}`;
}

function vmName(index: number): string {
  const base = VM_NAMES[index % VM_NAMES.length] ?? VM_NAMES[0];
  const round = Math.floor(index / VM_NAMES.length);
  return round === 0 ? base : `${base}-${round}`;
}
