import type { AccessRequest, RequestedPort, RequestTarget } from "../domain/access-request.ts";
import type { ActivityEvent, JitRequestBody } from "../domain/activity-event.ts";
import { sourcesKey } from "../domain/address-prefix.ts";
import { compareText } from "../domain/compare-text.ts";
import type { Instant } from "../domain/instant.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import { JIT_POLICY_TYPE, VM_TYPE } from "../domain/resource-id.ts";
import { portText } from "../domain/security-rule.ts";
import type { ActorDirectory } from "./actors.ts";
import { shortId } from "../domain/short-id.ts";
import { outcomeOf } from "./operations.ts";

/**
 * Whether two groups of rows are halves of one request: one of the policy's rows and one of the VM's,
 * both refused or neither, with nothing that differs.
 */
export function areHalves(a: readonly ActivityEvent[], b: readonly ActivityEvent[]): boolean {
  const onlyPolicy = (rows: readonly ActivityEvent[]) =>
    rows.every((row) => row.resource.type === JIT_POLICY_TYPE);
  const onlyVm = (rows: readonly ActivityEvent[]) =>
    rows.every((row) => row.resource.type === VM_TYPE);
  const complementary = (onlyPolicy(a) && onlyVm(b)) || (onlyVm(a) && onlyPolicy(b));
  const isRefused = (rows: readonly ActivityEvent[]) => rows.some((row) => row.status === "failed");
  if (!complementary || isRefused(a) !== isRefused(b)) {
    return false;
  }
  const [left, right] = [wantsOf(a), wantsOf(b)];
  return left === null || right === null || left === right;
}

/** What a group of rows asks for, in a form that is equal for equal wishes; null when no row says. */
function wantsOf(rows: readonly ActivityEvent[]): string | null {
  const bodies = bodiesOf(rows);
  if (bodies.length === 0) {
    return null;
  }
  const wants = bodies.flatMap((body) =>
    body.virtualMachines.flatMap(({ vm, ports }) =>
      ports.map((one) => `${vm.key} ${portText(one.port)} ${sourcesKey(one.sources)}`),
    ),
  );
  return [...new Set(wants)].sort(compareText).join("\n");
}

function bodiesOf(rows: readonly ActivityEvent[]): JitRequestBody[] {
  return rows.flatMap(({ detail }) =>
    detail.kind === "jit-request" && detail.body !== null ? [detail.body] : [],
  );
}

/** The request that rows tell of, which are by time. */
export function toRequest(
  rows: readonly ActivityEvent[],
  directory: ActorDirectory,
): AccessRequest {
  const bodies = bodiesOf(rows);
  const at = rows[0]?.at ?? 0;
  const policyRows = rows.filter((row) => row.resource.type === JIT_POLICY_TYPE);
  const vmRows = rows.filter((row) => row.resource.type === VM_TYPE);
  const requestor = firstOf(bodies.map((body) => body.requestor));
  const actor =
    directory.actorOf(rows.map((row) => row.principal)) ??
    (requestor === null ? null : directory.actorNamed(requestor));
  const targets = targetsOf(at, bodies, vmRows);
  const outcome = requestOutcome(policyRows, targets, rows);
  const failure = rows.findLast((row) => row.status === "failed" && row.subStatus !== null);
  const correlationIds = unique(rows.map((row) => row.correlationId).filter((id) => id !== ""));
  const events = unique(rows.map((row) => row.id));
  const subscription = rows[0]?.resource.subscriptionId ?? "";
  return {
    id: shortId("r", [subscription, correlationIds[0] ?? events[0] ?? ""]),
    actor,
    clientAddress: firstOf(rows.map((row) => row.principal.clientAddress)),
    at,
    policy: policyRows[0]?.resource ?? null,
    targets,
    justification: firstOf(bodies.map((body) => body.justification)),
    outcome,
    denialReason: outcome === "denied" ? (failure?.subStatus ?? null) : null,
    correlationIds,
    events,
  };
}

function requestOutcome(
  policyRows: readonly ActivityEvent[],
  targets: readonly RequestTarget[],
  rows: readonly ActivityEvent[],
): AccessRequest["outcome"] {
  if (outcomeOf(policyRows) === "failed") {
    return "denied";
  }
  if (targets.length > 0 && targets.every((target) => target.denied)) {
    return "denied";
  }
  const outcome = outcomeOf(rows);
  return outcome === "succeeded" || outcome === "accepted" ? "accepted" : "unknown";
}

function targetsOf(
  at: Instant,
  bodies: readonly JitRequestBody[],
  vmRows: readonly ActivityEvent[],
): RequestTarget[] {
  const vms = new Map<string, { vm: ResourceId; ports: Map<string, RequestedPort> }>();
  const target = (vm: ResourceId) => {
    const known = vms.get(vm.key);
    if (known !== undefined) {
      return known;
    }
    const made = { vm, ports: new Map<string, RequestedPort>() };
    vms.set(vm.key, made);
    return made;
  };
  for (const row of vmRows) {
    target(row.resource);
  }
  for (const body of bodies) {
    for (const { vm, ports } of body.virtualMachines) {
      const known = target(vm).ports;
      for (const one of ports) {
        const start = body.startTime ?? at;
        const port: RequestedPort = {
          port: one.port,
          sources: one.sources,
          promisedEnd: one.endTime ?? (one.duration === null ? null : start + one.duration),
          mappedPort: one.mappedPort,
        };
        addPort(known, port, one.endTime !== null);
      }
    }
  }
  return [...vms.values()]
    .map(({ vm, ports }) => ({
      vm,
      ports: [...ports.values()].sort(
        (a, b) =>
          a.port.from - b.port.from || compareText(sourcesKey(a.sources), sourcesKey(b.sources)),
      ),
      denied: isDenied(vmRows.filter((row) => row.resource.key === vm.key)),
    }))
    .sort((a, b) => compareText(a.vm.key, b.vm.key));
}

function isDenied(rows: readonly ActivityEvent[]): boolean {
  return outcomeOf(rows) === "failed";
}

/** One port may stand in several bodies; the response's end is exact and wins over start and duration. */
function addPort(known: Map<string, RequestedPort>, port: RequestedPort, exactEnd: boolean): void {
  const bare = portText(port.port);
  const key = port.sources.length === 0 ? bare : `${bare} ${sourcesKey(port.sources)}`;
  const withSources = [...known.keys()].some((one) => one.startsWith(`${bare} `));
  if (port.sources.length === 0 && withSources) {
    return;
  }
  const before = known.get(key) ?? known.get(bare);
  known.delete(bare);
  const end = exactEnd ? port.promisedEnd : (before?.promisedEnd ?? port.promisedEnd);
  known.set(key, {
    ...port,
    promisedEnd: end,
    mappedPort: port.mappedPort ?? before?.mappedPort ?? null,
  });
}

function firstOf<T>(values: readonly (T | null)[]): T | null {
  return values.find((value) => value !== null) ?? null;
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)].sort(compareText);
}
