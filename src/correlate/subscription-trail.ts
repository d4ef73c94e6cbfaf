import type { AccessRequest } from "../domain/access-request.ts";
import type { ActivityEvent } from "../domain/activity-event.ts";
import type { Sighting } from "../domain/sighting.ts";
import type { Trail } from "../domain/trail.ts";
import { ActorDirectory, isSameActor } from "./actors.ts";
import { ContainerTrail } from "./container-trail.ts";
import { Dating } from "./dating.ts";
import type { KnownVms } from "./openings.ts";
import { byOpening, byPlace } from "./openings.ts";
import { operationKey, operationsOf } from "./operations.ts";
import { bySightingTime, PolicyMemory } from "./policy-requests.ts";
import { RequestLog } from "./request-log.ts";
import { SlotIndex, slotsOf } from "./request-slots.ts";
import type { ToldWrite } from "./rule-writes.ts";
import { ToldOperations } from "./told-operations.ts";
import { toRuleWrite } from "./rule-writes.ts";
import type { Steps } from "./steps.ts";
import { vmsByAddress } from "./vm-addresses.ts";

/** So many keys are read in one step. */
const STEP_KEYS = 500;
/** Where more requests than these changed, looking for what each may fit costs more than finding all anew. */
const MANY_REQUESTS = 50;

/**
 * Everything that the events and sightings of one Azure subscription say, findings left out: a function
 * of the two sets, whatever their order and repetition. What nothing that came can have changed is not
 * worked out again, and is the same object as before:
 *
 * - a request, unless its own rows, those of its other half, or who its caller is, changed;
 * - a write, unless its own rows, or who its writer is, changed;
 * - the openings of a container, unless one of its writes or sightings, a request that fits one of its
 *   rules, or which request fits a rule in no other container, changed.
 */
export class SubscriptionTrail {
  readonly #directory = new ActorDirectory();
  readonly #requestLog = new RequestLog();
  readonly #policies = new PolicyMemory();
  readonly #operations = new Map<string, ToldOperations>();
  readonly #stale = new Set<ToldOperations>();
  readonly #containers = new Map<string, ContainerTrail>();
  readonly #dating = new Dating();
  readonly #vmSightings: Sighting[] = [];
  #vms: KnownVms | null = null;
  #version = 0;
  #requests: readonly AccessRequest[] = [];
  #index = new SlotIndex([]);
  /** null when something came since the last correlation. */
  #trail: Trail | null = null;

  /** Adds an event that was not there. */
  add(event: ActivityEvent): void {
    this.#trail = null;
    this.#directory.add(event);
    if (event.detail.kind === "jit-request") {
      this.#requestLog.add(event);
      return;
    }
    const key = operationKey(event);
    const rows = this.#operations.get(key) ?? new ToldOperations();
    this.#operations.set(key, rows);
    rows.group.add(event);
    this.#stale.add(rows);
  }

  /** Takes an event back that was there. */
  remove(event: ActivityEvent): void {
    this.#trail = null;
    this.#directory.remove(event);
    if (event.detail.kind === "jit-request") {
      this.#requestLog.remove(event);
      return;
    }
    const rows = this.#operations.get(operationKey(event));
    if (rows !== undefined) {
      rows.group.remove(event);
      this.#stale.add(rows);
      if (rows.group.isEmpty) {
        this.#operations.delete(operationKey(event));
      }
    }
  }

  /** Adds a sighting that was not there. */
  see(sighting: Sighting): void {
    this.#trail = null;
    switch (sighting.detail.kind) {
      case "nsg-rules":
      case "nsg-absent":
        this.#container(sighting.resource.key).see(sighting);
        return;
      case "policy-requests":
        this.#policies.add(sighting);
        return;
      case "vm-addresses":
        this.#vmSightings.push(sighting);
        this.#vms = null;
        return;
    }
  }

  #container(key: string): ContainerTrail {
    const known = this.#containers.get(key);
    if (known !== undefined) {
      return known;
    }
    const made = new ContainerTrail(key);
    this.#containers.set(key, made);
    return made;
  }

  /** What they say now. Nothing may be added between the steps. */
  *trailInSteps(): Steps<Trail> {
    if (this.#trail !== null) {
      return this.#trail;
    }
    yield* this.#readOperations();
    this.#readRequests();
    yield;
    const [index, dating] = [this.#index, this.#dating];
    for (const container of this.#containers.values()) {
      if (container.fit(index, dating)) {
        yield;
      }
    }
    this.#vms ??= vmsByAddress(this.#vmSightings.sort(bySightingTime));
    for (const container of this.#containers.values()) {
      if (container.conclude(index, dating, this.#vms)) {
        yield;
      }
    }
    const containers = [...this.#containers.values()];
    this.#trail = {
      openings: containers.flatMap(({ openings }) => openings).sort(byOpening),
      requests: this.#requests,
      guards: containers
        .flatMap(({ guards }) => guards)
        .sort(byPlace)
        .map(({ guard }) => guard),
    };
    return this.#trail;
  }

  *#readOperations(): Steps<void> {
    if (this.#version !== this.#directory.version) {
      this.#version = this.#directory.version;
      for (const rows of this.#operations.values()) {
        this.#stale.add(rows);
      }
    }
    let read = 0;
    for (const rows of this.#stale) {
      this.#read(rows);
      this.#stale.delete(rows);
      read += 1;
      if (read % STEP_KEYS === 0) {
        yield;
      }
    }
  }

  /** Hands what rows tell now to the containers that they tell it of, or told it of before. */
  #read(rows: ToldOperations): void {
    const directory = this.#directory;
    const { group } = rows;
    const operations = operationsOf(group.rows);
    const writes = operations.flatMap((operation): ToldWrite[] => {
      const write = toRuleWrite(operation, directory);
      return write === null ? [] : [{ first: operation.first, write }];
    });
    // Of what others' rows tell, a write takes nothing but who is who.
    if (
      rows.revision === group.revision &&
      writes.every((told, at) => isAs(told, rows.writes[at]))
    ) {
      return;
    }
    rows.revision = group.revision;
    // A copy takes no more room than it needs, unlike what grew.
    rows.writes = [...writes];
    rows.failures = operations
      .filter(({ outcome }) => outcome === "failed")
      .map(({ first }) => ({ key: first.resource.key, at: first.at }));
    const keys = [...writes.map(({ write }) => write.container), ...rows.failures];
    const before = rows.containers;
    rows.containers = [...new Set(keys.map(({ key }) => this.#container(key)))];
    for (const container of new Set([...before, ...rows.containers])) {
      container.hear(rows);
    }
  }

  #readRequests(): void {
    const requests = this.#policies.complete(
      this.#requestLog.requests(this.#directory),
      this.#directory,
    );
    if (requests === this.#requests) {
      return;
    }
    const before = new Set(this.#requests);
    const now = new Set(requests);
    const changed = [
      ...this.#requests.filter((request) => !now.has(request)),
      ...requests.filter((request) => !before.has(request)),
    ];
    this.#requests = requests;
    this.#index = new SlotIndex(requests);
    const slots = changed.length > MANY_REQUESTS ? null : changed.flatMap(slotsOf);
    for (const container of this.#containers.values()) {
      container.heed(slots);
    }
  }
}

/** Whether a write is as it was told before by the same rows. */
function isAs({ write }: ToldWrite, before: ToldWrite | undefined): boolean {
  return write.proof === before?.write.proof && isSameActor(write.actor, before.write.actor);
}
