import { HOUR, MINUTE } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import { JIT_POLICY_TYPE, NSG_TYPE, VM_TYPE } from "../domain/resource-id.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import type { Sighting } from "../domain/sighting.ts";
import { INTERFACES, JIT_POLICIES, MACHINES, NSGS } from "./arm-listing.ts";
import type { ArmKind } from "./arm-listing.ts";
import { readPolicyRequests } from "./jit-policy-body.ts";
import type { LiveSightings } from "./live-sightings.ts";
import { readNsgResource } from "./nsg-resource.ts";
import type { RuleInterner } from "./rule-interner.ts";
import { machineAddresses, readInterface, readMachine } from "./vm-addresses.ts";
import type { Machine, NetworkInterface } from "./vm-addresses.ts";

/** A list of resources that is read again and again, and what it tells. */
export interface LiveListing {
  readonly kind: ArmKind;
  /** How often it is read. */
  readonly interval: Duration;
  /** The list is read from its beginning. */
  readonly begin: () => void;
  /** What one resource shows; null when it is nothing new. What cannot be understood is reported. */
  readonly show: (
    resource: ResourceId,
    json: unknown,
    at: Instant,
    report: (fault: string) => void,
  ) => Sighting | null;
  /** What only the whole list shows, such as what is no longer there. */
  readonly conclude: (present: ReadonlySet<string>, at: Instant) => readonly Sighting[];
}

const OFTEN: Duration = 10 * MINUTE;
const SELDOM: Duration = HOUR;

/** The lists that the live feed of an Azure subscription reads. */
export function liveListings(
  sightings: LiveSightings,
  rules: RuleInterner,
): readonly LiveListing[] {
  return [nsgListing(sightings, rules), policyListing(sightings), ...machineListings(sightings)];
}

function nsgListing(sightings: LiveSightings, rules: RuleInterner): LiveListing {
  return {
    kind: NSGS,
    interval: OFTEN,
    begin: nothing,
    show: (resource, json, at, report) => {
      const ruleSet = readNsgResource(json, rules, report);
      return sightings.show(resource, { kind: "nsg-rules", ruleSet }, at);
    },
    conclude: (present, at) => sightings.gone(NSG_TYPE, present, { kind: "nsg-absent" }, at),
  };
}

function policyListing(sightings: LiveSightings): LiveListing {
  return {
    kind: JIT_POLICIES,
    interval: OFTEN,
    begin: nothing,
    show: (resource, json, at, report) => {
      const requests = readPolicyRequests(json, report);
      return sightings.show(resource, { kind: "policy-requests", requests }, at);
    },
    conclude: (present, at) =>
      sightings.gone(JIT_POLICY_TYPE, present, { kind: "policy-requests", requests: [] }, at),
  };
}

/** VMs and network interfaces tell together which VM has which addresses; interfaces alone suffice. */
function machineListings(sightings: LiveSightings): readonly LiveListing[] {
  let machines: Machine[] = [];
  let interfaces: NetworkInterface[] = [];
  return [
    {
      kind: MACHINES,
      interval: SELDOM,
      begin: () => {
        machines = [];
      },
      show: (_, json, __, report) => {
        const machine = readMachine(json);
        if (machine === null) {
          report("it is not a virtual machine");
        } else {
          machines.push(machine);
        }
        return null;
      },
      conclude: () => [],
    },
    {
      kind: INTERFACES,
      interval: SELDOM,
      begin: () => {
        interfaces = [];
      },
      show: (_, json, __, report) => {
        const nic = readInterface(json);
        if (nic === null) {
          report("it is not a network interface");
        } else {
          interfaces.push(nic);
        }
        return null;
      },
      conclude: (_, at) => {
        const found = machineAddresses(interfaces, machines);
        const shown = found.flatMap(({ vm, addresses }) => {
          const seen = sightings.show(vm, { kind: "vm-addresses", addresses }, at);
          return seen === null ? [] : [seen];
        });
        const present = new Set(found.map(({ vm }) => vm.key));
        const none = { kind: "vm-addresses" as const, addresses: [] };
        return [...shown, ...sightings.gone(VM_TYPE, present, none, at)];
      },
    },
  ];
}

function nothing(): void {}
