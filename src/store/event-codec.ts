import type {
  ActivityEvent,
  BodySource,
  EventDetail,
  EventStatus,
  JitRequestBody,
  JitRequestPort,
  JitRequestVm,
} from "../domain/activity-event.ts";
import type { Principal } from "../domain/principal.ts";
import { DoorbellError } from "../errors.ts";
import { portShape, ruleSetShape, ruleShape } from "./rule-shape.ts";
import type { RuleSharing } from "./rule-shape.ts";
import { isNumber, isText, isTruth, listOf, oneOf, orNull, record, variantOf } from "./shape.ts";
import { readStored, storedResource } from "./stored-shape.ts";
import type { WithText } from "./stored-shape.ts";

/** The version of the forms below and of those of sightings: stored beside each, and raised with a change. */
export const EVENT_FORM = 1;

type StoredVm = WithText<JitRequestVm>;
type StoredBody = WithText<JitRequestBody>;
type StoredDetail = WithText<EventDetail>;
type StoredEvent = WithText<ActivityEvent>;

const principalShape = record<Principal>({
  caller: orNull(isText),
  objectId: orNull(isText),
  upn: orNull(isText),
  displayName: orNull(isText),
  appId: orNull(isText),
  kind: orNull(oneOf<"user" | "app">({ user: true, app: true })),
  clientAddress: orNull(isText),
});

const requestPortShape = record<JitRequestPort>({
  port: portShape,
  sources: listOf(isText),
  endTime: orNull(isNumber),
  duration: orNull(isNumber),
  mappedPort: orNull(isNumber),
});

const bodyShape = record<StoredBody>({
  virtualMachines: listOf(record<StoredVm>({ vm: isText, ports: listOf(requestPortShape) })),
  justification: orNull(isText),
  requestor: orNull(isText),
  startTime: orNull(isNumber),
  complete: isTruth,
});

const sourceShape = oneOf<BodySource>({ response: true, request: true, none: true });

const detailShape = variantOf<StoredDetail>({
  "jit-request": record({ body: orNull(bodyShape) }),
  "nsg-write": record({ ruleSet: ruleSetShape, source: sourceShape }),
  "nsg-delete": record({}),
  "rule-write": record({
    rule: orNull(ruleShape),
    ruleName: isText,
    source: sourceShape,
  }),
  "rule-delete": record({ ruleName: isText }),
  "firewall-write": record({ ruleSet: ruleSetShape, source: sourceShape }),
  "firewall-delete": record({}),
  "jit-policy-change": record({
    change: oneOf<"write" | "delete">({ write: true, delete: true }),
  }),
});

const eventShape = record<StoredEvent>({
  id: isText,
  hasEventDataId: isTruth,
  feedKey: isText,
  at: isNumber,
  submittedAt: orNull(isNumber),
  operation: isText,
  operationId: isText,
  correlationId: isText,
  resource: isText,
  status: oneOf<EventStatus>({
    started: true,
    accepted: true,
    succeeded: true,
    failed: true,
    unknown: true,
  }),
  subStatus: orNull(isText),
  principal: principalShape,
  detail: detailShape,
});

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
