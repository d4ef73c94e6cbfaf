import { SECOND } from "../domain/instant.ts";
import { OPERATIONS } from "./operations.ts";
import type { Random } from "./random.ts";
import type { Simulation } from "./simulation.ts";
import type { TenantVm } from "./tenant-model.ts";
import type { Operation } from "./wire-row.ts";

interface NoiseKind {
  readonly operation: Operation;
  readonly method: string;
  /** The resource, below the VM's resource group. */
  readonly resource: (vm: TenantVm, random: Random) => string;
  /** Bodies and the like; a request body, and what it results in. */
  readonly properties: (vm: TenantVm, random: Random) => Record<string, string>;
  /** Whether the log shows a Started row before the last one. */
  readonly hasBegin: boolean;
}

const ROLE_ACTIONS = [
  "Microsoft.Compute/virtualMachines/read",
  "Microsoft.Network/networkInterfaces/*/read",
  "Microsoft.Network/networkSecurityGroups/write",
  "Microsoft.Security/locations/jitNetworkAccessPolicies/*/read",
  "Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action",
];

const KINDS: readonly NoiseKind[] = [
  kind("Microsoft.Compute/virtualMachines/start/action", "Start Virtual Machine", {
    resource: (vm) => `Microsoft.Compute/virtualMachines/${vm.name}`,
    hasBegin: true,
  }),
  kind("Microsoft.Compute/virtualMachines/write", "Create or Update Virtual Machine", {
    resource: (vm) => `Microsoft.Compute/virtualMachines/${vm.name}`,
    properties: (vm, random) => ({ responseBody: vmBody(vm, random) }),
    hasBegin: true,
  }),
  kind("Microsoft.Network/networkInterfaces/write", "Create or Update Network Interface", {
    resource: (vm) => `Microsoft.Network/networkInterfaces/${vm.name}-nic`,
    properties: (vm, random) => ({ responseBody: interfaceBody(vm, random) }),
    hasBegin: true,
  }),
  kind("Microsoft.Network/networkSecurityGroups/join/action", "Join Network Security Group", {
    resource: (vm) => `Microsoft.Network/networkSecurityGroups/${vm.name}-nsg`,
  }),
  kind("Microsoft.Storage/storageAccounts/listKeys/action", "List Storage Account Keys", {
    resource: (_, random) => `Microsoft.Storage/storageAccounts/st${random.hex(8)}`,
  }),
  kind("Microsoft.Resources/deployments/write", "Create Deployment", {
    resource: (_, random) => `Microsoft.Resources/deployments/deploy-${random.hex(8)}`,
    properties: (vm, random) => ({ requestbody: deploymentBody(vm, random) }),
    hasBegin: true,
  }),
  kind("Microsoft.Authorization/policies/audit/action", "'audit' Policy action.", {
    resource: (vm) => `Microsoft.Compute/virtualMachines/${vm.name}`,
    properties: (vm, random) => ({
      isComplianceCheck: "False",
      resourceLocation: "westeurope",
      ancestors: random.guid(),
      policies: policies(vm, random),
    }),
  }),
  kind("Microsoft.Authorization/roleAssignments/write", "Create role assignment", {
    resource: (_, random) => `Microsoft.Authorization/roleAssignments/${random.guid()}`,
    properties: (_, random) => ({
      requestbody: JSON.stringify({
        Id: random.guid(),
        Properties: { PrincipalId: random.guid(), RoleDefinitionId: random.guid() },
      }),
    }),
    hasBegin: true,
  }),
  kind("Microsoft.Authorization/roleDefinitions/write", "Create custom role definition", {
    resource: (_, random) => `Microsoft.Authorization/roleDefinitions/${random.guid()}`,
    properties: () => ({
      requestbody: JSON.stringify({
        properties: { roleName: "JIT requester", permissions: [{ actions: ROLE_ACTIONS }] },
      }),
    }),
  }),
  kind("Microsoft.Resources/tags/write", "Create or update tags", {
    resource: () => "Microsoft.Resources/tags/default",
    properties: () => ({
      requestbody: JSON.stringify({ properties: { tags: { owner: "platform", env: "prod" } } }),
    }),
  }),
];

/** Rare: it happens once for each policy and each change of it. */
const POLICY_WRITE: NoiseKind = {
  operation: OPERATIONS.jitPolicyWrite,
  method: "PUT",
  resource: (vm) => vm.policy.slice(vm.policy.indexOf("/providers/") + "/providers/".length),
  properties: () => ({}),
  hasBegin: false,
};

/** Somebody does something that opens no port. */
export function makeNoise(sim: Simulation): void {
  const { random, model } = sim;
  const noise = random.chance(0.02) ? POLICY_WRITE : random.pick(KINDS);
  const vm = random.pick(model.vms);
  const group = vm.id.slice(0, vm.id.indexOf("/providers/"));
  const resource = `${group}/providers/${noise.resource(vm, random)}`;
  const properties = sim.properties(resource, noise.operation, noise.properties(vm, random));
  const end = {
    status: "Succeeded",
    subStatus: "OK",
    after: noise.hasBegin ? random.int(SECOND, 40 * SECOND) : 0,
    properties,
  } as const;
  sim.log({
    operation: noise.operation,
    resource,
    writer: sim.writer(random.chance(0.3) ? model.template : random.pick(model.people)),
    method: noise.method,
    correlationId: random.guid(),
    operationId: random.guid(),
    rows: noise.hasBegin
      ? [{ status: "Started", subStatus: "", after: 0, properties }, end]
      : [end],
  });
}

function kind(
  name: string,
  title: string,
  facts: Partial<NoiseKind> & Pick<NoiseKind, "resource">,
): NoiseKind {
  return {
    operation: { name, title },
    method: name.endsWith("write") ? "PUT" : "POST",
    properties: () => ({}),
    hasBegin: false,
    ...facts,
  };
}

function vmBody(vm: TenantVm, random: Random): string {
  const group = vm.id.slice(0, vm.id.indexOf("/providers/"));
  return JSON.stringify({
    name: vm.name,
    id: vm.id,
    type: "Microsoft.Compute/virtualMachines",
    location: "westeurope",
    tags: { owner: "platform", costCentre: "4711", env: vm.resourceGroup },
    properties: {
      vmId: random.guid(),
      hardwareProfile: { vmSize: "Standard_D4s_v5" },
      provisioningState: "Updating",
      storageProfile: {
        imageReference: {
          publisher: "MicrosoftWindowsServer",
          offer: "WindowsServer",
          sku: "2022-datacenter-azure-edition",
          version: "latest",
        },
        osDisk: {
          osType: "Windows",
          name: `${vm.name}_OsDisk_1_${random.hex(32)}`,
          createOption: "FromImage",
          caching: "ReadWrite",
          managedDisk: {
            storageAccountType: "Premium_LRS",
            id: `${group}/providers/Microsoft.Compute/disks/${vm.name}_OsDisk_1`,
          },
          deleteOption: "Detach",
          diskSizeGB: 127,
        },
        dataDisks: [0, 1].map((lun) => ({
          lun,
          name: `${vm.name}-data-${lun}`,
          createOption: "Attach",
          caching: "None",
          managedDisk: { id: `${group}/providers/Microsoft.Compute/disks/${vm.name}-data-${lun}` },
          diskSizeGB: 512,
        })),
      },
      osProfile: {
        computerName: vm.name,
        adminUsername: "azureadmin",
        windowsConfiguration: {
          provisionVMAgent: true,
          enableAutomaticUpdates: true,
          patchSettings: { patchMode: "AutomaticByOS", assessmentMode: "ImageDefault" },
        },
        secrets: [],
        allowExtensionOperations: true,
      },
      securityProfile: { uefiSettings: { secureBootEnabled: true, vTpmEnabled: true } },
      networkProfile: {
        networkInterfaces: [
          { id: `${group}/providers/Microsoft.Network/networkInterfaces/${vm.name}-nic` },
        ],
      },
      diagnosticsProfile: { bootDiagnostics: { enabled: true } },
      timeCreated: "2026-01-12T08:15:30.1234567+00:00",
    },
  });
}

function interfaceBody(vm: TenantVm, random: Random): string {
  const group = vm.id.slice(0, vm.id.indexOf("/providers/"));
  return JSON.stringify({
    name: `${vm.name}-nic`,
    id: `${group}/providers/Microsoft.Network/networkInterfaces/${vm.name}-nic`,
    etag: `W/"${random.guid()}"`,
    properties: {
      provisioningState: "Succeeded",
      resourceGuid: random.guid(),
      ipConfigurations: [
        {
          name: "ipconfig1",
          properties: {
            privateIPAddress: vm.address,
            privateIPAllocationMethod: "Dynamic",
            primary: true,
            subnet: {
              id: `${group}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/default`,
            },
          },
        },
      ],
      dnsSettings: { dnsServers: [], appliedDnsServers: [] },
      enableAcceleratedNetworking: true,
      networkSecurityGroup: {
        id: `${group}/providers/Microsoft.Network/networkSecurityGroups/${vm.name}-nsg`,
      },
      virtualMachine: { id: vm.id },
    },
  });
}

function deploymentBody(vm: TenantVm, random: Random): string {
  return JSON.stringify({
    properties: {
      mode: "Incremental",
      template: {
        $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        contentVersion: "1.0.0.0",
        parameters: { name: { type: "String" }, location: { type: "String" } },
        resources: Array.from({ length: 6 }, (_, index) => ({
          type: index % 2 === 0 ? "Microsoft.Compute/disks" : "Microsoft.Network/publicIPAddresses",
          apiVersion: "2024-05-01",
          name: `${vm.name}-part-${index}-${random.hex(8)}`,
          location: "[parameters('location')]",
          dependsOn: [vm.id],
          properties: { diskSizeGB: 128 + index, creationData: { createOption: "Empty" } },
        })),
      },
      parameters: { name: { value: vm.name }, location: { value: "westeurope" } },
    },
  });
}

function policies(vm: TenantVm, random: Random): string {
  return JSON.stringify(
    Array.from({ length: 4 }, (_, index) => ({
      policyDefinitionId: `/providers/Microsoft.Authorization/policyDefinitions/${random.guid()}`,
      policySetDefinitionId: `/providers/Microsoft.Authorization/policySetDefinitions/${random.guid()}`,
      policyDefinitionReferenceId: `managementPortsOf${vm.name}ShouldBeProtected${index}`,
      policySetDefinitionName: random.guid(),
      policyDefinitionName: random.guid(),
      policyDefinitionEffect: "AuditIfNotExists",
      policyAssignmentId: `/subscriptions/${vm.subscriptionId}/providers/Microsoft.Authorization/policyAssignments/SecurityCenterBuiltIn`,
      policyAssignmentName: "SecurityCenterBuiltIn",
      policyAssignmentScope: `/subscriptions/${vm.subscriptionId}`,
    })),
  );
}
