import { SECOND } from "../domain/instant.ts";
import { replaceRules } from "./container.ts";
import type { Container, RuleState, StateChange } from "./container.ts";
import type { Identity } from "./identities.ts";
import { OPERATIONS } from "./operations.ts";
import {
  firewallBody,
  nsgRequestBody,
  nsgResponseBody,
  ruleRequestBody,
  ruleResponseBody,
} from "./rule-bodies.ts";
import type { BodyStyle } from "./rule-bodies.ts";
import type { PlannedRow, Simulation } from "./simulation.ts";
import type { TrueFailedWrite, TrueOpening } from "./truth.ts";
import type { Operation } from "./wire-row.ts";

/** One write of an NSG or firewall. */
export interface RuleWrite {
  readonly container: Container;
  /** All rules afterwards. */
  readonly rules: readonly RuleState[];
  readonly by: Identity;
  /** The whole container, one rule of it, or the end of either. */
  readonly form:
    | { readonly kind: "whole" }
    | { readonly kind: "rule"; readonly rule: RuleState }
    | { readonly kind: "rule-delete"; readonly rule: RuleState }
    | { readonly kind: "delete" };
  /** The request's, where the write carries it. */
  readonly correlationId?: string;
}

/** A request or response body as one row carries it, after what the traps did to it. */
interface Body {
  readonly text: string | null;
  readonly isWhole: boolean;
}

const NO_BODY: Body = { text: null, isWhole: false };

/** Changes the rules now, and logs the operation that did it. */
export function writeRules(sim: Simulation, write: RuleWrite): StateChange {
  const { container, by } = write;
  const isProvider = by === sim.model.provider;
  const change = replaceRules(
    container,
    write.rules,
    sim.now,
    { person: { name: by.caller, objectId: by.objectId }, isProvider },
    sim.origins,
  );
  for (const opening of change.opened) {
    sim.ledger.opening(opening);
  }
  if (write.form.kind === "delete") {
    container.isDeleted = true;
  }
  const shown = { ...change, ended: new Set(container.unseenEnds) };
  const { operation, resource } = target(write);
  const [request, response] = bodies(sim, write);
  const { style } = sim.model;
  const row = (
    status: "Started" | "Accepted" | "Succeeded",
    after: number,
    key: string,
    body: Body,
  ): PlannedRow => ({
    status,
    subStatus: status === "Started" ? "" : status === "Accepted" ? "Created" : "OK",
    after,
    properties: sim.properties(resource, operation, body.text === null ? {} : { [key]: body.text }),
    onKept: (id) => {
      note(write, shown, body.isWhole, status, id);
    },
  });
  const accepted = sim.random.int(200, 3 * SECOND);
  sim.log({
    operation,
    resource,
    writer: isProvider ? sim.providerWriter() : sim.writer(by),
    method: write.form.kind.endsWith("delete") ? "DELETE" : "PUT",
    correlationId: write.correlationId ?? sim.random.guid(),
    operationId: sim.random.guid(),
    rows: [
      row("Started", 0, style.requestKey, request),
      row(
        "Accepted",
        accepted,
        style.responseKey,
        style.responseIn === "succeeded" ? NO_BODY : response,
      ),
      row(
        "Succeeded",
        accepted + sim.random.int(SECOND, 20 * SECOND),
        style.responseKey,
        style.responseIn === "accepted" ? NO_BODY : response,
      ),
    ],
  });
  return change;
}

/** Logs a write that fails: the rules stay as they were. */
export function failToWrite(sim: Simulation, write: RuleWrite): void {
  const { operation, resource } = target(write);
  const [request] = bodies(sim, write);
  const failed: TrueFailedWrite = {
    nsg: write.container.id,
    at: sim.now,
    startedRows: [],
    failedRows: [],
  };
  sim.ledger.failedWrite(failed);
  const { style } = sim.model;
  const message = JSON.stringify({
    error: {
      code: "AnotherOperationInProgress",
      message: `Another operation on this or dependent resource is in progress. ${resource}`,
      details: [],
    },
  });
  sim.log({
    operation,
    resource,
    writer: write.by === sim.model.provider ? sim.providerWriter() : sim.writer(write.by),
    method: "PUT",
    correlationId: write.correlationId ?? sim.random.guid(),
    operationId: sim.random.guid(),
    rows: [
      {
        status: "Started",
        subStatus: "",
        after: 0,
        properties: sim.properties(
          resource,
          operation,
          request.text === null ? {} : { [style.requestKey]: request.text },
        ),
        onKept: (id) => {
          failed.startedRows.push(id);
        },
      },
      {
        status: "Failed",
        subStatus: "Conflict",
        after: sim.random.int(SECOND, 10 * SECOND),
        properties: sim.properties(resource, operation, {
          statusCode: "Conflict",
          statusMessage: message,
        }),
        onKept: (id) => {
          failed.failedRows.push(id);
        },
      },
    ],
  });
}

function target(write: RuleWrite): { readonly operation: Operation; readonly resource: string } {
  const { container, form } = write;
  if (form.kind === "rule" || form.kind === "rule-delete") {
    return {
      operation: form.kind === "rule" ? OPERATIONS.ruleWrite : OPERATIONS.ruleDelete,
      resource: `${container.id}/securityRules/${form.rule.name}`,
    };
  }
  const whole = container.kind === "nsg" ? OPERATIONS.nsgWrite : OPERATIONS.firewallWrite;
  return {
    operation: form.kind === "delete" ? OPERATIONS.nsgDelete : whole,
    resource: container.id,
  };
}

function bodies(sim: Simulation, write: RuleWrite): readonly [Body, Body] {
  const { container, form, rules } = write;
  if (form.kind === "delete" || form.kind === "rule-delete") {
    return [NO_BODY, NO_BODY];
  }
  const style = bodyStyle(sim);
  const isCut = sim.trap("cut-body");
  const body = (trap: "no-request-body" | "no-response-body", text: () => string): Body => {
    if (sim.trap(trap)) {
      return NO_BODY;
    }
    const whole = text();
    return isCut
      ? { text: whole.slice(0, sim.random.int(1, whole.length - 1)), isWhole: false }
      : { text: whole, isWhole: true };
  };
  if (form.kind === "rule") {
    return [
      body("no-request-body", () => ruleRequestBody(form.rule, style)),
      body("no-response-body", () => ruleResponseBody(container, form.rule, style)),
    ];
  }
  if (container.kind === "firewall") {
    return [
      body("no-request-body", () => firewallBody(container, rules, style)),
      body("no-response-body", () => firewallBody(container, rules, style)),
    ];
  }
  return [
    body("no-request-body", () => nsgRequestBody(container, rules, style)),
    body("no-response-body", () => nsgResponseBody(container, rules, style, sim.random.guid())),
  ];
}

/** How bodies are written at this moment. */
export function bodyStyle(sim: Simulation): BodyStyle {
  return {
    singleAsList: sim.model.style.singleAsList,
    casing: (id) => sim.casing(id),
  };
}

function note(
  write: RuleWrite,
  shown: StateChange & { readonly ended: ReadonlySet<TrueOpening> },
  hasBody: boolean,
  status: "Started" | "Accepted" | "Succeeded",
  id: string,
): void {
  const { form, container } = write;
  for (const opening of shown.opened) {
    opening.writeRows.push(id);
  }
  const isDelete = form.kind === "delete" || form.kind === "rule-delete";
  if (isDelete ? status === "Started" : !hasBody) {
    return;
  }
  const isTold = (opening: TrueOpening): boolean =>
    form.kind === "whole" || form.kind === "delete" || opening.rule === form.rule.name;
  for (const opening of shown.opened.filter(isTold)) {
    opening.openingRows.push(id);
  }
  for (const opening of isDelete ? [] : shown.kept.filter(isTold)) {
    opening.laterRows.push(id);
  }
  for (const opening of shown.ended) {
    if (isTold(opening)) {
      opening.closingRows.push(id);
      container.unseenEnds.delete(opening);
    }
  }
}
