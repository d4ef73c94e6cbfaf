import { z } from "zod";
import type { AccessRequest, RequestedPort, RequestTarget } from "../domain/access-request.ts";
import { FINDING_CODES } from "../domain/finding.ts";
import type { Finding } from "../domain/finding.ts";
import type { Attribution, Candidate, Opening, Reason } from "../domain/opening.ts";
import type { Guard } from "../domain/trail.ts";
import { actorShape, portShape, ruleShape } from "./rule-shape.ts";
import { instant, readStored, shapeOf, storedResource } from "./stored-shape.ts";
import type { WithText } from "./stored-shape.ts";

type StoredOpening = WithText<Opening>;
type StoredRequest = WithText<AccessRequest>;
type StoredGuard = WithText<Guard>;

const reasonShape = shapeOf<Reason>()(
  z.object({
    code: z.enum([
      "same-correlation",
      "vm-named",
      "vm-unproven",
      "destination-matches",
      "port-equal",
      "port-unknown",
      "sources-equal",
      "sources-unknown",
      "written-after",
      "writer-is-provider",
      "writer-unproven",
      "writer-not-provider",
      "write-unlogged",
      "only-match",
      "one-to-one",
      "end-matches",
      "end-differs",
      "several-fit",
      "fits-better",
      "no-request",
      "stood-before",
      "outcome-unseen",
      "body-partial",
      "outcome-unknown",
      "wrote-rule",
    ]),
    weighs: z.enum(["for", "against", "neutral"]),
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
    verdict: z.enum(["certain", "likely", "ambiguous", "unattributed"]),
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
    severity: z.enum(["info", "warning", "critical"]),
    text: z.string(),
  }),
);

const openingShape = shapeOf<StoredOpening>()(
  z.object({
    id: z.string(),
    kind: z.enum(["jit", "direct"]),
    vm: z.string().nullable(),
    vmName: z.string().nullable(),
    port: portShape,
    rule: ruleShape,
    nsg: z.string(),
    openedAt: instant,
    openedAtExact: z.boolean(),
    notBefore: instant.nullable(),
    outcomeSeen: z.boolean(),
    promisedEnd: instant.nullable(),
    closedAt: instant.nullable(),
    closedAtExact: z.boolean(),
    mayHaveClosed: z.boolean(),
    sightedAt: instant.nullable(),
    closedBy: z.string().nullable(),
    closing: z
      .enum([
        "expired",
        "removed-by-provider",
        "superseded",
        "closed-early",
        "removed",
        "changed",
        "unlogged",
        "container-deleted",
      ])
      .nullable(),
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
    policy: z.string().nullable(),
    targets: z.array(
      shapeOf<WithText<RequestTarget>>()(
        z.object({
          vm: z.string(),
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
    outcome: z.enum(["accepted", "denied", "unknown"]),
    denialReason: z.string().nullable(),
    correlationIds: z.array(z.string()),
    events: z.array(z.string()),
  }),
);

const guardShape = shapeOf<StoredGuard>()(
  z.object({ nsg: z.string(), vmName: z.string(), vm: z.string().nullable() }),
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
