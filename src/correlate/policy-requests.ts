import type { AccessRequest, RequestedPort, RequestTarget } from "../domain/access-request.ts";
import { sameSources, sourcesKey } from "../domain/address-prefix.ts";
import { compareText } from "../domain/compare-text.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import { MINUTE } from "../domain/instant.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import { portText } from "../domain/security-rule.ts";
import { shortId } from "../domain/short-id.ts";
import type { PolicyRequest, PolicyRequestPort, Sighting } from "../domain/sighting.ts";
import type { ActorDirectory } from "./actors.ts";
import { isSameActor } from "./actors.ts";
import { firstNotBefore } from "./in-time-order.ts";

/** How far a policy's `startTimeUtc` may lie from the request's first row in the log. */
const SAME_REQUEST: Duration = 3 * MINUTE;

/** A request that JIT policies remember, as last seen. */
interface Remembered {
  readonly key: string;
  readonly policy: ResourceId;
  readonly request: PolicyRequest;
  readonly startTime: Instant;
  /** Identities of the sightings that show it, sorted. */
  readonly sightings: readonly string[];
}

/** A request as completed or told by a policy, and by which state of knowledge of who is who. */
interface Told {
  readonly witness: Remembered;
  readonly version: number;
  readonly request: AccessRequest;
}

/**
 * What the JIT policies of one Azure subscription remember of requests. Each witness alone suffices for
 * what it can tell.
 */
export class PolicyMemory {
  readonly #sightings: Sighting[] = [];
  #remembered: readonly Remembered[] | null = [];
  /** By the request of the log, or by the key of one that the log does not know. */
  #told = new Map<AccessRequest | string, Told>();
  #last: {
    readonly requests: readonly AccessRequest[];
    readonly remembered: readonly Remembered[];
    readonly version: number;
    readonly completed: readonly AccessRequest[];
  } | null = null;

  /** Adds what a policy showed. */
  add(sighting: Sighting): void {
    this.#sightings.push(sighting);
    this.#remembered = null;
  }

  /**
   * The requests of the log with what policies add to them: a request that both know is completed, one
   * that the log does not know stands on its own. What is as it was, is the same object again.
   *
   * @param requests sorted by time, then identity.
   */
  complete(
    requests: readonly AccessRequest[],
    directory: ActorDirectory,
  ): readonly AccessRequest[] {
    if (this.#sightings.length === 0) {
      return requests;
    }
    this.#remembered ??= rememberedRequests(this.#sightings.sort(bySightingTime));
    const { version } = directory;
    const remembered = this.#remembered;
    const isAsBefore =
      this.#last?.requests === requests &&
      this.#last.remembered === remembered &&
      this.#last.version === version;
    if (this.#last !== null && isAsBefore) {
      return this.#last.completed;
    }
    const completed = this.#complete(requests, remembered, directory);
    this.#last = { requests, remembered, version, completed };
    return completed;
  }

  #complete(
    requests: readonly AccessRequest[],
    remembered: readonly Remembered[],
    directory: ActorDirectory,
  ): AccessRequest[] {
    const known = this.#told;
    this.#told = new Map();
    const tell = (
      by: AccessRequest | string,
      witness: Remembered,
      make: () => AccessRequest,
    ): AccessRequest => {
      const { version } = directory;
      const before = known.get(by);
      const isSame = before !== undefined && isSameMemory(before.witness, witness);
      let request = isSame && before.version === version ? before.request : make();
      if (isSame && isSameActor(before.request.actor, request.actor)) {
        request = before.request;
      }
      this.#told.set(by, { witness, version, request });
      return request;
    };
    const pairs = pairUp(requests, remembered, directory);
    const completed = requests.map((request) => {
      const witness = pairs.get(request);
      return witness === undefined
        ? request
        : tell(request, witness, () => complete(request, witness, directory));
    });
    const taken = new Set(pairs.values());
    const own = remembered
      .filter((one) => !taken.has(one))
      .map((one) => tell(one.key, one, () => toRequest(one, directory)));
    return [...completed, ...own].sort((a, b) => a.at - b.at || compareText(a.id, b.id));
  }
}

/** Sightings are read by time, then identity. */
export function bySightingTime(a: Sighting, b: Sighting): number {
  return a.at - b.at || compareText(a.id, b.id);
}

function isSameMemory(a: Remembered, b: Remembered): boolean {
  return (
    a.key === b.key &&
    a.policy === b.policy &&
    a.request === b.request &&
    a.sightings.length === b.sightings.length &&
    a.sightings.every((id, at) => id === b.sightings[at])
  );
}

function rememberedRequests(sightings: readonly Sighting[]): Remembered[] {
  const byKey = new Map<string, Remembered>();
  for (const { id, resource, detail } of sightings) {
    if (detail.kind !== "policy-requests") {
      continue;
    }
    for (const request of detail.requests) {
      if (request.startTime === null) {
        continue;
      }
      const key = keyOf(resource, request);
      const before = byKey.get(key);
      byKey.set(key, {
        key,
        policy: resource,
        request,
        startTime: request.startTime,
        sightings: [...(before?.sightings ?? []), id],
      });
    }
  }
  return [...byKey.values()].sort((a, b) => a.startTime - b.startTime || compareText(a.key, b.key));
}

/** What stays the same while a request's status changes. */
function keyOf(policy: ResourceId, request: PolicyRequest): string {
  return JSON.stringify([
    policy.key,
    request.requestor?.toLowerCase() ?? "",
    request.startTime,
    request.virtualMachines.map(({ vm }) => vm.key).sort(compareText),
  ]);
}

/** Pairs each remembered request with the nearest of the log's that can be the same, each once. */
function pairUp(
  requests: readonly AccessRequest[],
  remembered: readonly Remembered[],
  directory: ActorDirectory,
): Map<AccessRequest, Remembered> {
  const possible = remembered.flatMap((one) =>
    requestsAround(requests, one.startTime)
      .filter((request) => canBeSame(request, one, directory))
      .map((request) => ({ request, one, apart: Math.abs(request.at - one.startTime) })),
  );
  possible.sort(
    (a, b) =>
      a.apart - b.apart ||
      compareText(a.request.id, b.request.id) ||
      compareText(a.one.key, b.one.key),
  );
  const pairs = new Map<AccessRequest, Remembered>();
  const taken = new Set<Remembered>();
  for (const { request, one } of possible) {
    if (!pairs.has(request) && !taken.has(one)) {
      pairs.set(request, one);
      taken.add(one);
    }
  }
  return pairs;
}

/** The requests that are near enough in time, found by halving. */
function requestsAround(requests: readonly AccessRequest[], at: Instant): readonly AccessRequest[] {
  const from = firstNotBefore(requests, at - SAME_REQUEST);
  const near: AccessRequest[] = [];
  for (let index = from; index < requests.length; index += 1) {
    const request = requests[index];
    if (request === undefined || request.at > at + SAME_REQUEST) {
      break;
    }
    near.push(request);
  }
  return near;
}

function canBeSame(
  request: AccessRequest,
  { policy, request: seen, startTime }: Remembered,
  directory: ActorDirectory,
): boolean {
  if (request.outcome === "denied" || Math.abs(request.at - startTime) > SAME_REQUEST) {
    return false;
  }
  if (request.policy !== null && request.policy.key !== policy.key) {
    return false;
  }
  const requestor = seen.requestor === null ? null : directory.actorNamed(seen.requestor);
  if (requestor !== null && request.actor !== null && requestor.key !== request.actor.key) {
    return false;
  }
  return request.targets.every((target) => {
    const vm = seen.virtualMachines.find((one) => one.vm.key === target.vm.key);
    return (
      vm !== undefined && target.ports.every((port) => vm.ports.some((one) => isPort(port, one)))
    );
  });
}

function isPort(
  asked: Pick<RequestedPort, "port" | "sources">,
  seen: Pick<PolicyRequestPort, "port" | "sources">,
): boolean {
  const known = asked.sources.length > 0 && seen.sources.length > 0;
  return (
    portText(asked.port) === portText(seen.port) &&
    (!known || sameSources(asked.sources, seen.sources))
  );
}

function complete(
  request: AccessRequest,
  witness: Remembered,
  directory: ActorDirectory,
): AccessRequest {
  const { requestor, justification } = witness.request;
  const logged = new Map(request.targets.map((target) => [target.vm.key, target]));
  return {
    ...request,
    actor: request.actor ?? (requestor === null ? null : directory.actorNamed(requestor)),
    policy: request.policy ?? witness.policy,
    targets: targetsOf(witness.request).map((target) => {
      const known = logged.get(target.vm.key);
      return {
        vm: target.vm,
        ports: target.ports.map((port) => asLogged(port, known?.ports ?? [])),
        denied: known?.denied ?? false,
      };
    }),
    justification: request.justification ?? justification,
    outcome: request.outcome === "unknown" ? "accepted" : request.outcome,
    events: [...new Set([...request.events, ...witness.sightings])].sort(compareText),
  };
}

/** The end that was asked for stands in the log; a policy may show another once access was revoked. */
function asLogged(port: RequestedPort, logged: readonly RequestedPort[]): RequestedPort {
  const known = logged.find((one) => isPort(one, port));
  return { ...port, promisedEnd: known?.promisedEnd ?? port.promisedEnd };
}

function toRequest(witness: Remembered, directory: ActorDirectory): AccessRequest {
  const { request, policy, startTime } = witness;
  return {
    id: shortId("r", [policy.subscriptionId, witness.key]),
    actor: request.requestor === null ? null : directory.actorNamed(request.requestor),
    clientAddress: null,
    at: startTime,
    policy,
    targets: targetsOf(request),
    justification: request.justification,
    outcome: "accepted",
    denialReason: null,
    correlationIds: [],
    events: [...witness.sightings].sort(compareText),
  };
}

function targetsOf({ virtualMachines }: PolicyRequest): RequestTarget[] {
  return virtualMachines
    .map(({ vm, ports }) => ({
      vm,
      ports: ports
        .map((one) => ({
          port: one.port,
          sources: one.sources,
          promisedEnd: one.endTime,
          mappedPort: one.mappedPort,
        }))
        .sort(
          (a, b) =>
            a.port.from - b.port.from || compareText(sourcesKey(a.sources), sourcesKey(b.sources)),
        ),
      denied: false,
    }))
    .sort((a, b) => compareText(a.vm.key, b.vm.key));
}
