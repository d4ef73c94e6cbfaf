import { z } from "zod";
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
import { instant, readStored, shapeOf, storedResource } from "./stored-shape.ts";
import type { WithText } from "./stored-shape.ts";

type StoredSighting = WithText<Sighting>;
type StoredDetail = WithText<SightingDetail>;

const requestPortShape = shapeOf<PolicyRequestPort>()(
  z.object({
    port: portShape,
    sources: z.array(z.string()),
    endTime: instant.nullable(),
    status: z.enum(["initiated", "revoked", "unknown"]),
    statusReason: z
      .enum(["expired", "user-requested", "newer-request-initiated", "unknown"])
      .nullable(),
    mappedPort: z.number().nullable(),
  }),
);

const requestShape = shapeOf<WithText<PolicyRequest>>()(
  z.object({
    requestor: z.string().nullable(),
    startTime: instant.nullable(),
    justification: z.string().nullable(),
    virtualMachines: z.array(
      shapeOf<WithText<PolicyRequestVm>>()(
        z.object({ vm: z.string(), ports: z.array(requestPortShape) }),
      ),
    ),
  }),
);

const detailShape = shapeOf<StoredDetail>()(
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("nsg-rules"), ruleSet: ruleSetShape }),
    z.object({ kind: z.literal("nsg-absent") }),
    z.object({ kind: z.literal("policy-requests"), requests: z.array(requestShape) }),
    z.object({ kind: z.literal("vm-addresses"), addresses: z.array(z.string()) }),
  ]),
);

const sightingShape = shapeOf<StoredSighting>()(
  z.object({ id: z.string(), at: instant, resource: z.string(), detail: detailShape }),
);

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
