import { z } from "zod";
import { normaliseAddress } from "../domain/address-prefix.ts";
import { parseResourceId } from "../domain/resource-id.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import { textField } from "./wire-schema.ts";

/** A network interface, Microsoft.Network: what of it tells a VM's private addresses. */
const wireInterface = z.object({
  id: z.string(),
  properties: z.object({
    virtualMachine: z.object({ id: textField }).nullish(),
    ipConfigurations: z
      .array(z.object({ properties: z.object({ privateIPAddress: textField }).nullish() }))
      .nullish(),
  }),
});

/** A virtual machine, Microsoft.Compute: which network interfaces it has. */
const wireMachine = z.object({
  id: z.string(),
  properties: z
    .object({
      networkProfile: z
        .object({ networkInterfaces: z.array(z.object({ id: textField })).nullish() })
        .nullish(),
    })
    .nullish(),
});

/** A network interface with its addresses. */
export interface NetworkInterface {
  readonly id: ResourceId;
  /** The VM that it says it belongs to; null for none. */
  readonly vm: ResourceId | null;
  /** Private addresses, normalised. */
  readonly addresses: readonly string[];
}

/** A VM with the keys of its network interfaces. */
export interface Machine {
  readonly id: ResourceId;
  readonly interfaces: readonly string[];
}

/** A VM with the private addresses of its network interfaces, sorted. */
export interface MachineAddresses {
  readonly vm: ResourceId;
  readonly addresses: readonly string[];
}

/** Reads a network interface as `GET` gives it; null when it is not one. */
export function readInterface(json: unknown): NetworkInterface | null {
  const parsed = wireInterface.safeParse(json);
  const id = parsed.success ? parseResourceId(parsed.data.id) : null;
  if (!parsed.success || id === null) {
    return null;
  }
  const { virtualMachine, ipConfigurations } = parsed.data.properties;
  return {
    id,
    vm: parseResourceId(virtualMachine?.id ?? ""),
    addresses: (ipConfigurations ?? []).flatMap(({ properties }) => {
      const address = normaliseAddress(properties?.privateIPAddress ?? "");
      return address === null ? [] : [address];
    }),
  };
}

/** Reads a VM as `GET` gives it; null when it is not one. */
export function readMachine(json: unknown): Machine | null {
  const parsed = wireMachine.safeParse(json);
  const id = parsed.success ? parseResourceId(parsed.data.id) : null;
  if (!parsed.success || id === null) {
    return null;
  }
  const interfaces = parsed.data.properties?.networkProfile?.networkInterfaces ?? [];
  return {
    id,
    interfaces: interfaces.flatMap((nic) => parseResourceId(nic.id ?? "")?.key ?? []),
  };
}

/**
 * Which VM has which private addresses. An interface names its VM, and a VM its interfaces: either
 * suffices, because either may not be readable.
 */
export function machineAddresses(
  interfaces: readonly NetworkInterface[],
  machines: readonly Machine[],
): readonly MachineAddresses[] {
  const known = new Map(machines.map(({ id }) => [id.key, id]));
  const owners = new Map(
    machines.flatMap(({ id, interfaces: nics }) => nics.map((nic) => [nic, id])),
  );
  const found = new Map<string, { readonly vm: ResourceId; readonly addresses: Set<string> }>();
  for (const { id, vm: named, addresses } of interfaces) {
    const owner = named ?? owners.get(id.key);
    if (owner !== undefined) {
      const vm = known.get(owner.key) ?? owner;
      const entry = found.get(vm.key) ?? { vm, addresses: new Set() };
      addresses.forEach((address) => entry.addresses.add(address));
      found.set(vm.key, entry);
    }
  }
  return [...found.values()].map(({ vm, addresses }) => ({ vm, addresses: [...addresses].sort() }));
}
