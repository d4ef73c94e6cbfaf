import type { Operation } from "./wire-row.ts";

/** The operations of the Activity Log that open ports, or ask for it, as Azure names them. */
export const OPERATIONS = {
  jitInitiate: {
    name: "Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action",
    title: "Initiate JIT Network Access Policy",
  },
  jitPolicyWrite: {
    name: "Microsoft.Security/locations/jitNetworkAccessPolicies/write",
    title: "Create or update JIT Network Access Policy",
  },
  nsgWrite: {
    name: "Microsoft.Network/networkSecurityGroups/write",
    title: "Create or Update Network Security Group",
  },
  nsgDelete: {
    name: "Microsoft.Network/networkSecurityGroups/delete",
    title: "Delete Network Security Group",
  },
  ruleWrite: {
    name: "Microsoft.Network/networkSecurityGroups/securityRules/write",
    title: "Create or Update Security Rule",
  },
  ruleDelete: {
    name: "Microsoft.Network/networkSecurityGroups/securityRules/delete",
    title: "Delete Security Rule",
  },
  firewallWrite: {
    name: "Microsoft.Network/azureFirewalls/write",
    title: "Create or Update Azure Firewall",
  },
} as const satisfies Record<string, Operation>;
