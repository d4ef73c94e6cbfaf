import type {
  PolicyRequest,
  PolicyRequestPort,
  PolicyRequestVm,
  Sighting,
  SightingDetail,
} from "../domain/sighting.ts";
import { requireForm } from "./event-codec.ts";
import { portShape, ruleSetShape } from "./rule-shape.ts";
import type { RuleSharing } from "./rule-shape.ts";
import { isNumber, isText, listOf, oneOf, orNull, record, variantOf } from "./shape.ts";
import { readStored, storedResource } from "./stored-shape.ts";
import type { WithText } from "./stored-shape.ts";

type StoredSighting = WithText<Sighting>;
type StoredDetail = WithText<SightingDetail>;

const requestPortShape = record<PolicyRequestPort>({
  port: portShape,
  sources: listOf(isText),
  endTime: orNull(isNumber),
  status: oneOf<PolicyRequestPort["status"]>({ initiated: true, revoked: true, unknown: true }),
  statusReason: orNull(
    oneOf<NonNullable<PolicyRequestPort["statusReason"]>>({
      expired: true,
      "user-requested": true,
      "newer-request-initiated": true,
      unknown: true,
    }),
  ),
  mappedPort: orNull(isNumber),
});

const requestShape = record<WithText<PolicyRequest>>({
  requestor: orNull(isText),
  startTime: orNull(isNumber),
  justification: orNull(isText),
  virtualMachines: listOf(
    record<WithText<PolicyRequestVm>>({ vm: isText, ports: listOf(requestPortShape) }),
  ),
});

const detailShape = variantOf<StoredDetail>({
  "nsg-rules": record({ ruleSet: ruleSetShape }),
  "nsg-absent": record({}),
  "policy-requests": record({ requests: listOf(requestShape) }),
  "vm-addresses": record({ addresses: listOf(isText) }),
});

const sightingShape = record<StoredSighting>({
  id: isText,
  at: isNumber,
  resource: isText,
  detail: detailShape,
});

/** The sighting as JSON for the store, in the form `EVENT_FORM`. */
export function writeSighting(sighting: Sighting): string {
  const stored: StoredSighting = {
    ...sighting,
    resource: sighting.resource.text,
    detail: storedDetail(sighting.detail),
  };
  return JSON.stringify(stored);
}

/**
 * The sighting that `writeSighting` was given.
 *
 * @param form the version that it was written in.
 * @throws DoorbellError `store` when it is damaged, or of a version that this Doorbell does not know.
 */
export function readSighting(text: string, form: number, rules: RuleSharing): Sighting {
  requireForm(form);
  const stored = readStored(sightingShape, text, "a sighting");
  return {
    ...stored,
    resource: storedResource(stored.resource),
    detail: liveDetail(stored.detail, rules),
  };
}

function storedDetail(detail: SightingDetail): StoredDetail {
  return detail.kind === "policy-requests"
    ? { ...detail, requests: detail.requests.map(storedRequest) }
    : detail;
}

function storedRequest(request: PolicyRequest): WithText<PolicyRequest> {
  return {
    ...request,
    virtualMachines: request.virtualMachines.map((one) => ({ ...one, vm: one.vm.text })),
  };
}

function liveDetail(detail: StoredDetail, rules: RuleSharing): SightingDetail {
  switch (detail.kind) {
    case "nsg-rules":
      return { ...detail, ruleSet: rules.shareAll(detail.ruleSet) };
    case "policy-requests":
      return {
        ...detail,
        requests: detail.requests.map((request) => ({
          ...request,
          virtualMachines: request.virtualMachines.map((one) => ({
            ...one,
            vm: storedResource(one.vm),
          })),
        })),
      };
    default:
      return detail;
  }
}
