import { z } from "zod";
import type { AccessRequest, RequestedPort, RequestTarget } from "../domain/access-request.ts";
import { FINDING_CODES } from "../domain/finding.ts";
import type { Finding } from "../domain/finding.ts";
import type {
  Attribution,
  Candidate,
  ClosingReason,
  Opening,
  Reason,
  ReasonCode,
  Verdict,
} from "../domain/opening.ts";
import type { Guard } from "../domain/trail.ts";
import { actorShape, portShape, ruleShape } from "./rule-shape.ts";
import {
  instant,
  oneOf,
  readStored,
  resourceText,
  shapeOf,
  storedResource,
} from "./stored-shape.ts";
import type { WithText } from "./stored-shape.ts";

type StoredOpening = WithText<Opening>;
type StoredRequest = WithText<AccessRequest>;
type StoredGuard = WithText<Guard>;

const reasonShape = shapeOf<Reason>()(
  z.object({
    code: oneOf<ReasonCode>({
      "same-correlation": true,
      "vm-named": true,
      "vm-unproven": true,
      "destination-matches": true,
      "port-equal": true,
      "port-unknown": true,
      "sources-equal": true,
      "sources-unknown": true,
      "written-after": true,
      "writer-is-provider": true,
      "writer-unproven": true,
      "write-unlogged": true,
      "writer-not-provider": true,
      "only-match": true,
      "one-to-one": true,
      "end-matches": true,
      "end-differs": true,
      "several-fit": true,
      "fits-better": true,
      "no-request": true,
      "stood-before": true,
      "outcome-unseen": true,
      "body-partial": true,
      "outcome-unknown": true,
      "wrote-rule": true,
    }),
    weighs: oneOf<Reason["weighs"]>({ for: true, against: true, neutral: true }),
    text: z.string(),
  }),
);

const candidateShape = shapeOf<Candidate>()(
  z.object({
    actor: actorShape.nullable(),
    requestId: z.string().nullable(),
    at: instant,
    reasons: z.array(reasonShape),
  }),
);

const attributionShape = shapeOf<Attribution>()(
  z.object({
    verdict: oneOf<Verdict>({ certain: true, likely: true, ambiguous: true, unattributed: true }),
    actor: actorShape.nullable(),
    clientAddress: z.string().nullable(),
    justification: z.string().nullable(),
    candidates: z.array(candidateShape),
    reasons: z.array(reasonShape),
  }),
);

const findingShape = shapeOf<Finding>()(
  z.object({
    code: z.enum(FINDING_CODES),
    severity: oneOf<Finding["severity"]>({ info: true, warning: true, critical: true }),
    text: z.string(),
  }),
);

const openingShape = shapeOf<StoredOpening>()(
  z.object({
    id: z.string(),
    kind: oneOf<Opening["kind"]>({ jit: true, direct: true }),
    vm: resourceText.nullable(),
    vmName: z.string().nullable(),
    port: portShape,
    rule: ruleShape,
    nsg: resourceText,
    openedAt: instant,
    openedAtExact: z.boolean(),
    outcomeSeen: z.boolean(),
    promisedEnd: instant.nullable(),
    closedAt: instant.nullable(),
    closedAtExact: z.boolean(),
    mayHaveClosed: z.boolean(),
    sightedAt: instant.nullable(),
    closedBy: z.string().nullable(),
    closing: oneOf<ClosingReason>({
      expired: true,
      "removed-by-provider": true,
      superseded: true,
      "closed-early": true,
      removed: true,
      changed: true,
      unlogged: true,
      "container-deleted": true,
    }).nullable(),
    attribution: attributionShape,
    findings: z.array(findingShape),
    events: z.array(z.string()),
  }),
);

const requestShape = shapeOf<StoredRequest>()(
  z.object({
    id: z.string(),
    actor: actorShape.nullable(),
    clientAddress: z.string().nullable(),
    at: instant,
    policy: resourceText.nullable(),
    targets: z.array(
      shapeOf<WithText<RequestTarget>>()(
        z.object({
          vm: resourceText,
          ports: z.array(
            shapeOf<RequestedPort>()(
              z.object({
                port: portShape,
                sources: z.array(z.string()),
                promisedEnd: instant.nullable(),
                mappedPort: z.number().nullable(),
              }),
            ),
          ),
          denied: z.boolean(),
        }),
      ),
    ),
    justification: z.string().nullable(),
    outcome: oneOf<AccessRequest["outcome"]>({ accepted: true, denied: true, unknown: true }),
    denialReason: z.string().nullable(),
    correlationIds: z.array(z.string()),
    events: z.array(z.string()),
  }),
);

const guardShape = shapeOf<StoredGuard>()(
  z.object({ nsg: resourceText, vmName: z.string(), vm: resourceText.nullable() }),
);

/** The opening as JSON for the store: equal openings, equal text. */
export function writeOpening(opening: Opening): string {
  const stored: StoredOpening = {
    ...opening,
    vm: opening.vm?.text ?? null,
    nsg: opening.nsg.text,
  };
  return JSON.stringify(stored);
}

/** @throws DoorbellError `store` when it is damaged. */
export function readOpening(text: string): Opening {
  const stored = readStored(openingShape, text, "an opening");
  return {
    ...stored,
    vm: stored.vm === null ? null : storedResource(stored.vm),
    nsg: storedResource(stored.nsg),
  };
}

/** The access request as JSON for the store: equal requests, equal text. */
export function writeRequest(request: AccessRequest): string {
  const stored: StoredRequest = {
    ...request,
    policy: request.policy?.text ?? null,
    targets: request.targets.map((target) => ({ ...target, vm: target.vm.text })),
  };
  return JSON.stringify(stored);
}

/** @throws DoorbellError `store` when it is damaged. */
export function readRequest(text: string): AccessRequest {
  const stored = readStored(requestShape, text, "an access request");
  return {
    ...stored,
    policy: stored.policy === null ? null : storedResource(stored.policy),
    targets: stored.targets.map((target) => ({ ...target, vm: storedResource(target.vm) })),
  };
}

/** The guard as JSON for the store. */
export function writeGuard(guard: Guard): string {
  const stored: StoredGuard = { ...guard, nsg: guard.nsg.text, vm: guard.vm?.text ?? null };
  return JSON.stringify(stored);
}

/** @throws DoorbellError `store` when it is damaged. */
export function readGuard(text: string): Guard {
  const stored = readStored(guardShape, text, "a guard");
  return {
    ...stored,
    nsg: storedResource(stored.nsg),
    vm: stored.vm === null ? null : storedResource(stored.vm),
  };
}
