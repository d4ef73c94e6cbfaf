import { hash } from "node:crypto";
import type { Insertable } from "kysely";
import type { AccessRequest } from "../domain/access-request.ts";
import type { Instant } from "../domain/instant.ts";
import type { Opening } from "../domain/opening.ts";
import type { Actor } from "../domain/principal.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import type { Guard } from "../domain/trail.ts";
import type { Schema } from "./schema.ts";
import { writeGuard, writeOpening, writeRequest } from "./trail-codec.ts";

/** Before every time: where a beginning is not known. */
export const BEFORE_ALL: Instant = Number.MIN_SAFE_INTEGER;
/** After every time: where there is no end yet. */
export const AFTER_ALL: Instant = Number.MAX_SAFE_INTEGER;

/** The columns of an opening. */
export function openingRow(opening: Opening): Insertable<Schema["opening"]> {
  const vmName = opening.vm?.name ?? opening.vmName;
  return {
    id: opening.id,
    azure_subscription: opening.nsg.subscriptionId,
    vm_key: opening.vm?.key ?? "",
    vm_name_key: vmName === null ? null : nameKey(vmName),
    nsg_key: vmName === null ? opening.nsg.key : null,
    rule_key: nameKey(opening.rule.name),
    began_at: opening.openedAtExact ? opening.openedAt : BEFORE_ALL,
    ended_at: opening.closedAt ?? AFTER_ALL,
    body: writeOpening(opening),
  };
}

/**
 * The columns of an access request.
 *
 * @param azureSubscription where the request itself does not say.
 */
export function requestRow(
  request: AccessRequest,
  azureSubscription: string,
): Insertable<Schema["access_request"]> {
  return {
    id: request.id,
    azure_subscription: subscriptionOf(request) ?? azureSubscription,
    at: request.at,
    person: request.actor === null ? null : personRow(request.actor).key,
    body: writeRequest(request),
  };
}

/** The Azure subscription that a request names; null where no row of it does. */
export function subscriptionOf({ policy, targets }: AccessRequest): string | null {
  return policy?.subscriptionId ?? targets[0]?.vm.subscriptionId ?? null;
}

/** The VMs that a request names, each once. */
export function requestVmRows(request: AccessRequest): Insertable<Schema["request_vm"]>[] {
  const vms = new Map(request.targets.map(({ vm }) => [vm.key, vm]));
  return [...vms.values()].map((vm) => ({
    request_id: request.id,
    vm_key: vm.key,
    vm_name_key: nameKey(vm.name),
  }));
}

/** The columns of a guard. */
export function guardRow(azureSubscription: string, guard: Guard): Insertable<Schema["guard"]> {
  return {
    azure_subscription: azureSubscription,
    nsg_key: guard.nsg.key,
    vm_key: guard.vm?.key ?? "",
    vm_name_key: nameKey(guard.vm?.name ?? guard.vmName),
    body: writeGuard(guard),
  };
}

/** A VM as lists of names show it. */
export function vmRow(id: ResourceId | null, name: string): Insertable<Schema["vm"]> {
  const shown = id?.name ?? name;
  return { name_key: nameKey(shown), id_key: id?.key ?? "", name: shown, id: id?.text ?? null };
}

/** A person as lists of names show them, and as questions find them. */
export function personRow({ name, objectId }: Actor): Insertable<Schema["person"]> {
  return {
    key: hash("sha256", JSON.stringify([name, objectId])).slice(0, 24),
    name,
    name_key: nameKey(name),
    object_id: objectId,
  };
}

/** The people who stand, or may stand, behind an opening, each once. */
export function peopleOf({ attribution }: Opening): Insertable<Schema["person"]>[] {
  const rows = [attribution, ...attribution.candidates].flatMap(({ actor }) =>
    actor === null ? [] : [personRow(actor)],
  );
  return [...new Map(rows.map((row) => [row.key, row])).values()];
}

/** Names compare without regard to case, in JavaScript's sense: databases differ in theirs. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}
