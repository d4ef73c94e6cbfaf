import { compareText } from "../domain/compare-text.ts";
import type { Question, VmFilter } from "../domain/question.ts";
import { VM_TYPE, sharedNames } from "../domain/resource-id.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import type { Trail } from "../domain/trail.ts";
import { wildcardTest } from "../domain/wildcard.ts";
import type { TrailNames } from "../ports.ts";
import { nearestNames } from "./question-problem.ts";

/** Every sentence of an answer needs them, and the names of one answer never change. */
const SHARED_NAMES = new WeakMap<TrailNames, ReadonlySet<string>>();

/** A VM as the trail knows it. */
export interface KnownVm {
  readonly name: string;
  /** null when only the name is known. */
  readonly id: ResourceId | null;
}

/** Which VMs of the trail a question means. */
export type VmMatch =
  /** Every VM; no filter at all. */
  | { readonly kind: "any" }
  | { readonly kind: "found"; readonly vms: readonly KnownVm[] }
  /** One name, several VMs in different resource groups. */
  | { readonly kind: "several"; readonly ids: readonly ResourceId[] }
  /** None; the nearest names, best first. */
  | { readonly kind: "none"; readonly wanted: string; readonly nearest: readonly string[] };

/** Every VM that the trail names, each once, sorted by name and resource ID. */
function vmsOf(trail: Trail): readonly KnownVm[] {
  const found = new Map<string, KnownVm>();
  const add = (name: string | null, id: ResourceId | null): void => {
    if (id !== null || name !== null) {
      const vm = { name: id?.name ?? name ?? "", id };
      found.set(vmKey(vm), vm);
    }
  };
  for (const opening of trail.openings) {
    add(opening.vmName, opening.vm);
  }
  for (const guard of trail.guards) {
    add(guard.vmName, guard.vm);
  }
  for (const request of trail.requests) {
    for (const target of request.targets) {
      add(target.vm.name, target.vm);
    }
  }
  return [...found.values()].sort(
    (a, b) => compareText(a.name, b.name) || compareText(vmKey(a), vmKey(b)),
  );
}

/** Every VM and every person of the trail. */
export function namesOf(trail: Trail): TrailNames {
  const people = new Set<string>();
  for (const { attribution } of trail.openings) {
    for (const { actor } of [attribution, ...attribution.candidates]) {
      if (actor !== null) {
        people.add(actor.name);
      }
    }
  }
  for (const { actor } of trail.requests) {
    if (actor !== null) {
      people.add(actor.name);
    }
  }
  return { vms: vmsOf(trail), people: [...people].sort(compareText) };
}

/** The names that a question may use. */
export function questionNames({ vms, people }: TrailNames): {
  readonly vms: readonly string[];
  readonly people: readonly string[];
} {
  return { vms: [...new Set(vms.map(({ name }) => name))], people };
}

/** Finds the VMs that a filter means. */
export function matchVms(filter: VmFilter, { vms: known }: TrailNames): VmMatch {
  if (filter.kind === "any") {
    return { kind: "any" };
  }
  const fits = vmTest(filter);
  const vms = known.filter(fits);
  const [first] = vms;
  if (filter.kind === "resource" && first !== undefined) {
    // A name alone would bring other VMs of that name in.
    const itself = vms.find(({ id }) => id !== null);
    return { kind: "found", vms: [itself ?? { name: first.name, id: filter.id }] };
  }
  const ids = vms.flatMap(({ id }) => (id === null ? [] : [id]));
  if (filter.kind === "name" && ids.length > 1) {
    return { kind: "several", ids };
  }
  if (vms.length > 0) {
    return { kind: "found", vms };
  }
  const wanted = filterText(filter);
  const name = filter.kind === "resource" ? filter.id.name : wanted.replaceAll("*", "");
  return {
    kind: "none",
    wanted,
    nearest: nearestNames(
      name,
      known.map((vm) => vm.name),
    ),
  };
}

/** The names that several VMs bear. */
export function sharedVmNames(names: TrailNames): ReadonlySet<string> {
  const shared = SHARED_NAMES.get(names) ?? sharedNames(names.vms.map(({ id }) => id));
  SHARED_NAMES.set(names, shared);
  return shared;
}

/** The shortest filter that means this VM alone: its name, or its resource ID where names repeat. */
export function filterOf(id: ResourceId, names: TrailNames): VmFilter {
  return sharedVmNames(names).has(id.name.toLowerCase())
    ? { kind: "resource", id }
    : { kind: "name", name: id.name };
}

/** The VM filter of a question; questions about no VM have none. */
export function vmFilterOf(question: Question): VmFilter {
  return "vm" in question ? question.vm : { kind: "any" };
}

/** The question about another VM; a question about no VM stays as it is. */
export function withVm(question: Question, vm: VmFilter): Question {
  return "vm" in question ? { ...question, vm } : question;
}

/** What the filter looks for, as people write it. */
export function filterText(filter: VmFilter): string {
  switch (filter.kind) {
    case "any":
      return "any VM";
    case "name":
      return filter.name;
    case "wildcard":
      return filter.pattern;
    case "resource":
      return filter.id.text;
  }
}

/** Whether something of the trail belongs to one of the VMs; a name alone counts where there is no ID. */
export function belongsTo(
  vms: readonly KnownVm[],
  id: ResourceId | null,
  name: string | null,
): boolean {
  return vms.some((vm) =>
    id !== null && vm.id !== null
      ? id.key === vm.id.key
      : sameName(id?.name ?? name, vm.id?.name ?? vm.name),
  );
}

function vmTest(filter: VmFilter): (vm: KnownVm) => boolean {
  switch (filter.kind) {
    case "any":
      return () => true;
    case "name":
      return (vm) => sameName(vm.name, filter.name);
    case "wildcard": {
      const pattern = wildcardTest(filter.pattern);
      return (vm) => pattern(vm.name);
    }
    case "resource":
      return (vm) =>
        vm.id === null
          ? filter.id.type === VM_TYPE && sameName(vm.name, filter.id.name)
          : vm.id.key === filter.id.key;
  }
}

function vmKey(vm: KnownVm): string {
  return vm.id?.key ?? `name:${vm.name.toLowerCase()}`;
}

function sameName(a: string | null, b: string): boolean {
  return a !== null && a.toLowerCase() === b.toLowerCase();
}
