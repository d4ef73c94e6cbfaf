import { z } from "zod";
import { FINDING_CODES } from "../domain/finding.ts";
import type {
  ChannelRef,
  ChannelSubscription,
  DeliveryContent,
  DeliveryState,
  NotificationFilter,
  Receipt,
} from "../domain/notification.ts";
import { portShape } from "./rule-shape.ts";
import { instant, readStored, shapeOf } from "./stored-shape.ts";

const channelShape = shapeOf<ChannelRef>()(
  z.object({ platform: z.string(), workspace: z.string(), channel: z.string() }),
);

const contentShape = shapeOf<DeliveryContent>()(
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("notification") }),
    z.object({
      kind: z.literal("reply"),
      parent: z.string(),
      openingId: z.string(),
      milestone: z.enum(["closed", "open-past-end", "severity-raised", "person-known"]),
    }),
  ]),
);

const receiptShape = shapeOf<Receipt>()(z.object({ channel: channelShape, message: z.string() }));

const filterShape = shapeOf<NotificationFilter>()(
  z.object({
    azureSubscriptions: z.array(z.string()),
    resourceGroups: z.array(z.string()),
    vms: z.array(z.string()),
    ports: z.array(portShape),
    kinds: z.array(z.enum(["jit", "direct"])),
    verdicts: z.array(z.enum(["certain", "likely", "ambiguous", "unattributed"])),
    findings: z.array(z.enum(FINDING_CODES)),
  }),
);

const subscriptionShape = shapeOf<ChannelSubscription>()(
  z.object({
    id: z.string(),
    channel: channelShape,
    filter: filterShape,
    createdAt: instant,
    createdBy: z.string(),
  }),
);

const stateShape = shapeOf<DeliveryState>()(
  z.enum(["pending", "posting", "unknown", "posted", "waiting", "dropped"]),
);

/** @throws DoorbellError `store` when it is damaged. */
export function readContent(text: string): DeliveryContent {
  return readStored(contentShape, text, "the content of a delivery");
}

/** @throws DoorbellError `store` when it is damaged. */
export function readReceipt(text: string): Receipt {
  return readStored(receiptShape, text, "a receipt");
}

/** @throws DoorbellError `store` when it is damaged. */
export function readSubscription(text: string): ChannelSubscription {
  return readStored(subscriptionShape, text, "a subscription");
}

/** Whether the text is a delivery's state. */
export function isDeliveryState(text: string): text is DeliveryState {
  return stateShape.safeParse(text).success;
}
