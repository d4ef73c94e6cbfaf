import { SECOND } from "../domain/instant.ts";
import type { Identity } from "./identities.ts";
import { jitRequestBody, jitResponseBody } from "./jit-body.ts";
import { OPERATIONS } from "./operations.ts";
import type { PlannedRow, Simulation } from "./simulation.ts";
import type { TrueRequest, TrueTarget } from "./truth.ts";
import type { WireStatus } from "./wire-row.ts";

/**
 * Logs the rows of one request: a nearly blank one and one with a body on the policy, then one on each
 * VM, which is where permissions are checked.
 */
export function logRequest(
  sim: Simulation,
  request: TrueRequest,
  person: Identity,
  address: string,
  policy: string,
): void {
  const { random } = sim;
  const operation = OPERATIONS.jitInitiate;
  const isBodyless = sim.trap("bodyless-request");
  const operationId = random.guid();
  const writer = sim.writer(person, address);
  const row = (facts: {
    readonly resource: string;
    readonly status: WireStatus;
    readonly after: number;
    readonly targets: readonly TrueTarget[] | null;
    readonly error?: object;
  }): PlannedRow => {
    const hasBody = facts.targets !== null && !isBodyless;
    return {
      status: facts.status,
      subStatus: SUB_STATUS[facts.status],
      after: facts.after,
      resource: facts.resource,
      properties: sim.properties(facts.resource, operation, {
        ...(hasBody ? bodies(sim, request, facts.targets) : {}),
        ...(facts.error === undefined
          ? {}
          : { statusCode: "Forbidden", statusMessage: JSON.stringify({ error: facts.error }) }),
      }),
      onKept: (id) => {
        request.rows.push(id);
        if (hasBody) {
          request.bodyRows.push(id);
        }
      },
    };
  };
  const rows: PlannedRow[] = [
    { ...row({ resource: policy, status: "Started", after: 0, targets: null }), properties: null },
  ];
  const done = random.pick(["Succeeded", "Accepted"] as const);
  const after = random.int(50, 900);
  if (request.denied) {
    const error = {
      code: "AuthorizationFailed",
      message:
        `The client '${person.caller}' with object id '${person.objectId}' does not have authorization ` +
        `to perform action '${operation.name}' over scope '${policy}' or the scope is invalid.`,
    };
    const vm = request.targets[0]?.vm ?? policy;
    if (random.chance(0.5)) {
      rows.push(row({ resource: vm, status: "Failed", after, targets: request.targets, error }));
    }
    rows.push(
      row({
        resource: policy,
        status: "Failed",
        after: after + 50,
        targets: request.targets,
        error,
      }),
    );
  } else {
    rows.push(row({ resource: policy, status: done, after, targets: request.targets }));
    const ownBodies = random.chance(0.5);
    for (const target of request.targets) {
      rows.push(
        row({
          resource: target.vm,
          status: random.pick(["Started", "Accepted", "Succeeded"]),
          after: after + random.int(50, 2 * SECOND),
          targets: ownBodies ? [target] : request.targets,
        }),
      );
    }
  }
  sim.log({
    operation,
    resource: policy,
    writer,
    method: "POST",
    correlationId: request.correlationId,
    operationId,
    rows,
  });
}

function bodies(
  sim: Simulation,
  request: TrueRequest,
  targets: readonly TrueTarget[],
): Record<string, string> {
  const { style } = sim.model;
  const casing = (id: string): string => sim.casing(id);
  return {
    ...(style.jitBody === "response"
      ? {}
      : { [style.requestKey]: jitRequestBody(request, targets, style, casing) }),
    ...(style.jitBody === "request" || request.denied
      ? {}
      : {
          [style.responseKey]: jitResponseBody(request, targets, request.at, style, casing),
        }),
  };
}

const SUB_STATUS: Readonly<Record<WireStatus, string>> = {
  Started: "",
  Accepted: "Accepted",
  Succeeded: "OK",
  Failed: "Forbidden",
};
