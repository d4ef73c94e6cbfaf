import { MINUTE } from "../../domain/instant.ts";
import type { JitRegister, RegisteredPort } from "../jit-register.ts";
import { nsgResource } from "../rule-bodies.ts";
import type { TenantModel, TenantVm } from "../tenant-model.ts";
import { wireTime } from "../wire-row.ts";

/** A resource as Azure Resource Manager returns it. */
export interface ArmResource {
  readonly id: string;
  readonly body: object;
}

/** How long one request may keep a port open; every policy of the sandbox says so. */
export const LONGEST_ACCESS = 180 * MINUTE;

/** A resource type that can be read. */
export interface ReadableType {
  /** As Azure spells it. */
  readonly type: string;
  /** The permission to read it. */
  readonly action: string;
  /** All resources of the type as they stand now. */
  readonly read: (model: TenantModel, register: JitRegister) => readonly ArmResource[];
}

/** The resource types of the sandbox, by lower-cased type as it stands in paths. */
export const READABLE_TYPES: ReadonlyMap<string, ReadableType> = new Map(
  [
    {
      type: "Microsoft.Network/networkSecurityGroups",
      action: "Microsoft.Network/networkSecurityGroups/read",
      read: readNsgs,
    },
    {
      type: "Microsoft.Network/networkInterfaces",
      action: "Microsoft.Network/networkInterfaces/read",
      read: (model: TenantModel) => model.vms.map(networkInterface),
    },
    {
      type: "Microsoft.Compute/virtualMachines",
      action: "Microsoft.Compute/virtualMachines/read",
      read: (model: TenantModel) => model.vms.map(virtualMachine),
    },
    {
      type: "Microsoft.Security/jitNetworkAccessPolicies",
      action: "Microsoft.Security/locations/jitNetworkAccessPolicies/read",
      read: readPolicies,
    },
  ].map((readable) => [readable.type.toLowerCase(), readable]),
);

function readNsgs(model: TenantModel): ArmResource[] {
  return model.containers.flatMap((container) => {
    if (container.kind !== "nsg" || container.isDeleted) {
      return [];
    }
    const guarded = model.vms.filter((vm) => vm.guards.includes(container));
    const isNic = guarded.some((vm) => nicGuard(vm) === container.id);
    const body = nsgResource(container, {
      networkInterfaces: isNic ? guarded.map(interfaceId) : [],
      subnets: isNic ? [] : [...new Set(guarded.map(subnetId))],
    });
    return [{ id: container.id, body }];
  });
}

/** Microsoft.Network 2023-09-01. */
function networkInterface(vm: TenantVm): ArmResource {
  const id = interfaceId(vm);
  const guard = nicGuard(vm);
  const body = {
    name: `${vm.name}-nic`,
    id,
    etag: `W/"${vm.address}"`,
    location: locationOf(vm),
    properties: {
      provisioningState: "Succeeded",
      ipConfigurations: [
        {
          name: "ipconfig1",
          id: `${id}/ipConfigurations/ipconfig1`,
          type: "Microsoft.Network/networkInterfaces/ipConfigurations",
          properties: {
            provisioningState: "Succeeded",
            privateIPAddress: vm.address,
            privateIPAllocationMethod: "Dynamic",
            subnet: { id: subnetId(vm) },
            primary: true,
            privateIPAddressVersion: "IPv4",
          },
        },
      ],
      dnsSettings: { dnsServers: [], appliedDnsServers: [] },
      enableAcceleratedNetworking: false,
      enableIPForwarding: false,
      ...(guard === null ? {} : { networkSecurityGroup: { id: guard } }),
      primary: true,
      virtualMachine: { id: vm.id },
    },
    type: "Microsoft.Network/networkInterfaces",
  };
  return { id, body };
}

/** Microsoft.Compute 2024-07-01. */
function virtualMachine(vm: TenantVm): ArmResource {
  const body = {
    name: vm.name,
    id: vm.id,
    type: "Microsoft.Compute/virtualMachines",
    location: locationOf(vm),
    properties: {
      hardwareProfile: { vmSize: "Standard_D2s_v5" },
      provisioningState: "Succeeded",
      osProfile: { computerName: vm.name, adminUsername: "azureuser" },
      networkProfile: {
        networkInterfaces: [{ id: interfaceId(vm), properties: { primary: true } }],
      },
    },
  };
  return { id: vm.id, body };
}

/** Microsoft.Security 2020-01-01. */
function readPolicies(model: TenantModel, register: JitRegister): ArmResource[] {
  const byPolicy = Map.groupBy(model.vms, (vm) => vm.policy);
  return [...byPolicy].map(([id, vms]) => ({
    id,
    body: {
      kind: "Basic",
      properties: {
        virtualMachines: vms.map((vm) => ({
          id: vm.id,
          ports: vm.ports.map((number) => ({
            number,
            protocol: model.style.jitProtocol,
            allowedSourceAddressPrefix: "*",
            maxRequestAccessDuration: `PT${LONGEST_ACCESS / (60 * MINUTE)}H`,
          })),
        })),
        requests: register.of(id).map(({ request, ports }) => ({
          virtualMachines: [...Map.groupBy(ports, (port) => port.vm)].map(([vm, list]) => ({
            id: vm,
            ports: list.map(registeredPort),
          })),
          startTimeUtc: wireTime(request.at, "0000"),
          requestor: request.person.name,
          ...(request.justification === null ? {} : { justification: request.justification }),
        })),
        provisioningState: "Succeeded",
      },
      id,
      name: id.slice(id.lastIndexOf("/") + 1),
      type: "Microsoft.Security/locations/jitNetworkAccessPolicies",
      location: vms[0] === undefined ? "" : locationOf(vms[0]),
    },
  }));
}

function registeredPort(port: RegisteredPort): object {
  const [first, ...others] = port.sources;
  return {
    number: port.number,
    ...(others.length === 0
      ? { allowedSourceAddressPrefix: first }
      : { allowedSourceAddressPrefixes: port.sources }),
    endTimeUtc: wireTime(port.end, "0000"),
    status: port.status,
    statusReason: port.statusReason,
  };
}

function interfaceId(vm: TenantVm): string {
  return `${groupOf(vm)}/providers/Microsoft.Network/networkInterfaces/${vm.name}-nic`;
}

function subnetId(vm: TenantVm): string {
  return `${groupOf(vm)}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/default`;
}

/** A VM's own NSG is that of its network interface; any other belongs to the subnet. */
function nicGuard(vm: TenantVm): string | null {
  return vm.guards.find((guard) => guard.name === `${vm.name}-nsg`)?.id ?? null;
}

function groupOf(vm: TenantVm): string {
  return `/subscriptions/${vm.subscriptionId}/resourceGroups/${vm.resourceGroup}`;
}

function locationOf(vm: TenantVm): string {
  return /\/locations\/([^/]+)\//.exec(vm.policy)?.[1] ?? "";
}
