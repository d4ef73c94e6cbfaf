import type { AccessRequest, RequestedPort, RequestTarget } from "../domain/access-request.ts";
import { FINDING_CODES } from "../domain/finding.ts";
import type { Finding } from "../domain/finding.ts";
import type { Attribution, Candidate, Opening, Reason } from "../domain/opening.ts";
import type { Guard } from "../domain/trail.ts";
import { actorShape, portShape, ruleShape } from "./rule-shape.ts";
import { among, isNumber, isText, isTruth, listOf, oneOf, orNull, record } from "./shape.ts";
import { readStored, storedResource } from "./stored-shape.ts";
import type { WithText } from "./stored-shape.ts";

type StoredOpening = WithText<Opening>;
type StoredRequest = WithText<AccessRequest>;
type StoredGuard = WithText<Guard>;

const reasonShape = record<Reason>({
  code: oneOf<Reason["code"]>({
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
    "writer-not-provider": true,
    "write-unlogged": true,
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
  text: isText,
});

const candidateShape = record<Candidate>({
  actor: orNull(actorShape),
  requestId: orNull(isText),
  at: isNumber,
  reasons: listOf(reasonShape),
});

const attributionShape = record<Attribution>({
  verdict: oneOf<Attribution["verdict"]>({
    certain: true,
    likely: true,
    ambiguous: true,
    unattributed: true,
  }),
  actor: orNull(actorShape),
  clientAddress: orNull(isText),
  justification: orNull(isText),
  candidates: listOf(candidateShape),
  reasons: listOf(reasonShape),
});

const findingShape = record<Finding>({
  code: among(FINDING_CODES),
  severity: oneOf<Finding["severity"]>({ info: true, warning: true, critical: true }),
  text: isText,
});

const openingShape = record<StoredOpening>({
  id: isText,
  kind: oneOf<Opening["kind"]>({ jit: true, direct: true }),
  vm: orNull(isText),
  vmName: orNull(isText),
  port: portShape,
  rule: ruleShape,
  nsg: isText,
  openedAt: isNumber,
  openedAtExact: isTruth,
  notBefore: orNull(isNumber),
  outcomeSeen: isTruth,
  promisedEnd: orNull(isNumber),
  closedAt: orNull(isNumber),
  closedAtExact: isTruth,
  mayHaveClosed: isTruth,
  sightedAt: orNull(isNumber),
  closedBy: orNull(isText),
  closing: orNull(
    oneOf<NonNullable<Opening["closing"]>>({
      expired: true,
      "removed-by-provider": true,
      superseded: true,
      "closed-early": true,
      removed: true,
      changed: true,
      unlogged: true,
      "container-deleted": true,
    }),
  ),
  attribution: attributionShape,
  findings: listOf(findingShape),
  events: listOf(isText),
});

const requestShape = record<StoredRequest>({
  id: isText,
  actor: orNull(actorShape),
  clientAddress: orNull(isText),
  at: isNumber,
  policy: orNull(isText),
  targets: listOf(
    record<WithText<RequestTarget>>({
      vm: isText,
      ports: listOf(
        record<RequestedPort>({
          port: portShape,
          sources: listOf(isText),
          promisedEnd: orNull(isNumber),
          mappedPort: orNull(isNumber),
        }),
      ),
      denied: isTruth,
    }),
  ),
  justification: orNull(isText),
  outcome: oneOf<AccessRequest["outcome"]>({ accepted: true, denied: true, unknown: true }),
  denialReason: orNull(isText),
  correlationIds: listOf(isText),
  events: listOf(isText),
});

const guardShape = record<StoredGuard>({ nsg: isText, vmName: isText, vm: orNull(isText) });

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
