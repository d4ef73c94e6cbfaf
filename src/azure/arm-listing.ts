import type { ResourceId } from "../domain/resource-id.ts";
import type { CallPurpose } from "./azure-fault.ts";

/** A kind of resource that is read live. */
export interface ArmKind {
  /** In the words of a fault. */
  readonly what: string;
  /** The permission that reading it needs. */
  readonly action: string;
  /** Where all of them in an Azure subscription are listed, below it. */
  readonly listPath: string;
  readonly apiVersion: string;
}

export const NSGS: ArmKind = {
  what: "network security groups",
  action: "Microsoft.Network/networkSecurityGroups/read",
  listPath: "/providers/Microsoft.Network/networkSecurityGroups",
  apiVersion: "2024-05-01",
};

export const JIT_POLICIES: ArmKind = {
  what: "JIT policies",
  action: "Microsoft.Security/locations/jitNetworkAccessPolicies/read",
  listPath: "/providers/Microsoft.Security/jitNetworkAccessPolicies",
  apiVersion: "2020-01-01",
};

export const INTERFACES: ArmKind = {
  what: "network interfaces",
  action: "Microsoft.Network/networkInterfaces/read",
  listPath: "/providers/Microsoft.Network/networkInterfaces",
  apiVersion: "2024-05-01",
};

export const MACHINES: ArmKind = {
  what: "virtual machines",
  action: "Microsoft.Compute/virtualMachines/read",
  listPath: "/providers/Microsoft.Compute/virtualMachines",
  apiVersion: "2024-07-01",
};

/** What reading resources of a kind is for, for the words of faults. */
export function purposeOf(kind: ArmKind, azureSubscription: string, setting: string): CallPurpose {
  return { what: kind.what, action: kind.action, azureSubscription, setting };
}

/** Where all resources of a kind are listed. */
export function listPath(kind: ArmKind, azureSubscription: string): string {
  return `/subscriptions/${encodeURIComponent(azureSubscription)}${kind.listPath}`;
}

/**
 * A resource's path in a URL; null when its ID, which may come from hostile text, would lead to another
 * resource.
 */
export function resourcePath(resource: ResourceId): string | null {
  const segments = resource.text.split("/");
  return segments.some((segment) => segment === "." || segment === "..")
    ? null
    : segments.map(encodeURIComponent).join("/");
}
