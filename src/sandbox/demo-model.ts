import type { Instant } from "../domain/instant.ts";
import { Container } from "./container.ts";
import {
  documentationAddress,
  makeApplication,
  makePerson,
  makeSecurityProvider,
} from "./identities.ts";
import type { Random } from "./random.ts";
import type { TenantModel, TenantVm } from "./tenant-model.ts";

/** The people of the demo; the last one is whoever tries it out. */
const PEOPLE = [
  ["alice", "Alice Moreau"],
  ["bob", "Bob Tanaka"],
  ["carol", "Carol Jensen"],
  ["dave", "Dave Okafor"],
  ["erin", "Erin Novak"],
  ["you", "You"],
] as const;

/** The machines of the demo: name, resource group, JIT ports, and the NSG that guards it. */
const VMS = [
  ["vm-x", "rg-prod", [22, 3389], "vm-x-nsg"],
  ["vm-web", "rg-prod", [22], "vm-web-nsg"],
  ["vm-sql", "rg-prod", [1433, 3389], "nsg-data"],
  ["vm-app", "rg-prod", [22, 3389], "nsg-data"],
  ["vm-build", "rg-test", [22], "vm-build-nsg"],
  ["vm-jump", "rg-test", [22, 3389], "vm-jump-nsg"],
] as const;

const LOCATION = "westeurope";

/** A small tenant that a newcomer can overlook: one Azure subscription, readable names. */
export function makeDemoModel(random: Random, start: Instant): TenantModel {
  const subscription = random.guid();
  const containers = new Map<string, Container>();
  const vms = VMS.map(([name, group, ports, guard], index): TenantVm => {
    const groupId = `/subscriptions/${subscription}/resourceGroups/${group}`;
    const nsgId = `${groupId}/providers/Microsoft.Network/networkSecurityGroups/${guard}`;
    const nsg =
      containers.get(nsgId) ??
      new Container({
        id: nsgId,
        kind: "nsg",
        location: LOCATION,
        resourceGuid: random.guid(),
        publicAddress: documentationAddress(random),
      });
    containers.set(nsgId, nsg);
    const id = `${groupId}/providers/Microsoft.Compute/virtualMachines/${name}`;
    const address = `10.0.0.${index + 4}`;
    nsg.vmByAddress.set(address, id);
    return {
      id,
      name,
      resourceGroup: group,
      subscriptionId: subscription,
      address,
      ports,
      policy: `${groupId}/providers/Microsoft.Security/locations/${LOCATION}/jitNetworkAccessPolicies/default`,
      guards: [nsg],
    };
  });
  return {
    tenantId: random.guid(),
    subscriptions: [subscription],
    vms,
    containers: [...containers.values()],
    people: PEOPLE.map(([local, displayName]) => makePerson(random, local, displayName)),
    provider: makeSecurityProvider(random),
    template: makeApplication(random, "sp-deploy"),
    impostor: makeApplication(random, "sp-unused"),
    style: {
      coarseTime: false,
      providerCaller: 0,
      requestKey: "requestbody",
      responseKey: "responseBody",
      jitBody: "both",
      jitBodyNested: false,
      durations: false,
      plainAllowNames: false,
      singleAsList: false,
      responseIn: "both",
      jitProtocol: "*",
    },
    start,
    logCut: null,
  };
}
