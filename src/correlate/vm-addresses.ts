import type { ResourceId } from "../domain/resource-id.ts";
import type { Sighting } from "../domain/sighting.ts";

/**
 * VMs by private address, as last seen, where one VM alone bears the address: networks that are apart
 * may use an address twice.
 *
 * @param sightings by time.
 */
export function vmsByAddress(sightings: readonly Sighting[]): Map<string, ResourceId> {
  const latest = new Map<
    string,
    { readonly vm: ResourceId; readonly addresses: readonly string[] }
  >();
  for (const { resource, detail } of sightings) {
    if (detail.kind === "vm-addresses") {
      latest.set(resource.key, { vm: resource, addresses: detail.addresses });
    }
  }
  const found = new Map<string, ResourceId>();
  const shared = new Set<string>();
  for (const { vm, addresses } of latest.values()) {
    for (const address of addresses) {
      if (found.has(address)) {
        shared.add(address);
      }
      found.set(address, vm);
    }
  }
  for (const address of shared) {
    found.delete(address);
  }
  return found;
}
