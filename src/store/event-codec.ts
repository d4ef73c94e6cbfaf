import { z } from "zod";
import type {
  ActivityEvent,
  EventDetail,
  JitRequestBody,
  JitRequestPort,
  JitRequestVm,
} from "../domain/activity-event.ts";
import type { Principal } from "../domain/principal.ts";
import { DoorbellError } from "../errors.ts";
import { portShape, ruleSetShape, ruleShape } from "./rule-shape.ts";
import type { RuleSharing } from "./rule-shape.ts";
import { instant, readStored, shapeOf, storedResource } from "./stored-shape.ts";
import type { WithText } from "./stored-shape.ts";

/** The version of the forms below and of those of sightings: stored beside each, and raised with a change. */
export const EVENT_FORM = 1;

type StoredVm = WithText<JitRequestVm>;
type StoredBody = WithText<JitRequestBody>;
type StoredDetail = WithText<EventDetail>;
type StoredEvent = WithText<ActivityEvent>;

const principalShape = shapeOf<Principal>()(
  z.object({
    caller: z.string().nullable(),
    objectId: z.string().nullable(),
    upn: z.string().nullable(),
    displayName: z.string().nullable(),
    appId: z.string().nullable(),
    kind: z.enum(["user", "app"]).nullable(),
    clientAddress: z.string().nullable(),
  }),
);

const requestPortShape = shapeOf<JitRequestPort>()(
  z.object({
    port: portShape,
    sources: z.array(z.string()),
    endTime: instant.nullable(),
    duration: z.number().nullable(),
    mappedPort: z.number().nullable(),
  }),
);

const bodyShape = shapeOf<StoredBody>()(
  z.object({
    virtualMachines: z.array(
      shapeOf<StoredVm>()(z.object({ vm: z.string(), ports: z.array(requestPortShape) })),
    ),
    justification: z.string().nullable(),
    requestor: z.string().nullable(),
    startTime: instant.nullable(),
    complete: z.boolean(),
  }),
);

const sourceShape = z.enum(["response", "request", "none"]);

const detailShape = shapeOf<StoredDetail>()(
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("jit-request"), body: bodyShape.nullable() }),
    z.object({ kind: z.literal("nsg-write"), ruleSet: ruleSetShape, source: sourceShape }),
    z.object({ kind: z.literal("nsg-delete") }),
    z.object({
      kind: z.literal("rule-write"),
      rule: ruleShape.nullable(),
      ruleName: z.string(),
      source: sourceShape,
    }),
    z.object({ kind: z.literal("rule-delete"), ruleName: z.string() }),
    z.object({ kind: z.literal("firewall-write"), ruleSet: ruleSetShape, source: sourceShape }),
    z.object({ kind: z.literal("firewall-delete") }),
    z.object({
      kind: z.literal("jit-policy-change"),
      change: z.enum(["write", "delete"]),
    }),
  ]),
);

const eventShape = shapeOf<StoredEvent>()(
  z.object({
    id: z.string(),
    hasEventDataId: z.boolean(),
    feedKey: z.string(),
    at: instant,
    submittedAt: instant.nullable(),
    operation: z.string(),
    operationId: z.string(),
    correlationId: z.string(),
    resource: z.string(),
    status: z.enum(["started", "accepted", "succeeded", "failed", "unknown"]),
    subStatus: z.string().nullable(),
    principal: principalShape,
    detail: detailShape,
  }),
);

/** The event as JSON for the store: the same for the same event, whatever read it. */
export function writeEvent(event: ActivityEvent): string {
  const stored: StoredEvent = {
    ...event,
    resource: event.resource.text,
    detail: storedDetail(event.detail),
  };
  return JSON.stringify(stored);
}

/**
 * The event that `writeEvent` was given, its keys in the same order.
 *
 * @param form the version that it was written in.
 * @throws DoorbellError `store` when it is damaged, or of a version that this Doorbell does not know.
 */
export function readEvent(text: string, form: number, rules: RuleSharing): ActivityEvent {
  requireForm(form);
  const stored = readStored(eventShape, text, "an event");
  return {
    ...stored,
    resource: storedResource(stored.resource),
    detail: liveDetail(stored.detail, rules),
  };
}

/** @throws DoorbellError `store` for a version that this Doorbell does not know. */
export function requireForm(form: number): void {
  if (form !== EVENT_FORM) {
    throw new DoorbellError(
      "store",
      `The database holds evidence in form ${form}, which this Doorbell does not know: run the version that wrote it, or set store to another database.`,
    );
  }
}

function storedDetail(detail: EventDetail): StoredDetail {
  if (detail.kind !== "jit-request" || detail.body === null) {
    return detail.kind === "jit-request" ? { ...detail, body: null } : detail;
  }
  const virtualMachines = detail.body.virtualMachines.map((one) => ({ ...one, vm: one.vm.text }));
  return { ...detail, body: { ...detail.body, virtualMachines } };
}

function liveDetail(detail: StoredDetail, rules: RuleSharing): EventDetail {
  switch (detail.kind) {
    case "jit-request": {
      const { body } = detail;
      return body === null
        ? { ...detail, body }
        : {
            ...detail,
            body: {
              ...body,
              virtualMachines: body.virtualMachines.map((one) => ({
                ...one,
                vm: storedResource(one.vm),
              })),
            },
          };
    }
    case "nsg-write":
    case "firewall-write":
      return { ...detail, ruleSet: rules.shareAll(detail.ruleSet) };
    case "rule-write":
      return { ...detail, rule: detail.rule === null ? null : rules.share(detail.rule) };
    default:
      return detail;
  }
}
