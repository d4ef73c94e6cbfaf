import { FINDING_CODES } from "../domain/finding.ts";
import type {
  ChannelRef,
  ChannelSubscription,
  DeliveryContent,
  DeliveryState,
  Milestone,
  NotificationFilter,
  Receipt,
} from "../domain/notification.ts";
import type { Opening, Verdict } from "../domain/opening.ts";
import type { Acknowledgement, SilenceSubject } from "../domain/silence.ts";
import { portShape } from "./rule-shape.ts";
import { among, isNumber, isText, listOf, oneOf, orNull, record, variantOf } from "./shape.ts";
import { readStored, storedResource } from "./stored-shape.ts";
import type { WithText } from "./stored-shape.ts";

const channelShape = record<ChannelRef>({ platform: isText, workspace: isText, channel: isText });

const contentShape = variantOf<DeliveryContent>({
  notification: record({}),
  reply: record({
    parent: isText,
    openingId: isText,
    milestone: oneOf<Milestone>({
      closed: true,
      "open-past-end": true,
      "severity-raised": true,
      "person-known": true,
    }),
  }),
});

const receiptShape = record<Receipt>({ channel: channelShape, message: isText });

const filterShape = record<NotificationFilter>({
  azureSubscriptions: listOf(isText),
  resourceGroups: listOf(isText),
  vms: listOf(isText),
  ports: listOf(portShape),
  kinds: listOf(oneOf<Opening["kind"]>({ jit: true, direct: true })),
  verdicts: listOf(
    oneOf<Verdict>({ certain: true, likely: true, ambiguous: true, unattributed: true }),
  ),
  findings: listOf(among(FINDING_CODES)),
});

const subscriptionShape = record<ChannelSubscription>({
  id: isText,
  channel: channelShape,
  filter: filterShape,
  createdAt: isNumber,
  createdBy: isText,
});

/** Whether a text is a delivery's state. */
export const isDeliveryState = oneOf<DeliveryState>({
  pending: true,
  posting: true,
  unknown: true,
  posted: true,
  waiting: true,
  dropped: true,
});

const acknowledgementShape = record<Acknowledgement>({ by: isText, at: isNumber });

/** What a silence's row does not say in columns. */
interface SilenceBody {
  readonly by: string;
  readonly subject: SilenceSubject;
}

const silenceShape = record<WithText<SilenceBody>>({
  by: isText,
  subject: variantOf<WithText<SilenceSubject>>({
    vm: record({ id: orNull(isText), name: isText }),
    person: record({ key: isText, name: isText }),
  }),
});

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

/** @throws DoorbellError `store` when it is damaged. */
export function readAcknowledgement(text: string): Acknowledgement {
  return readStored(acknowledgementShape, text, "an acknowledgement");
}

/** The part of a silence that has no columns. */
export function writeSilence({ by, subject }: SilenceBody): string {
  const stored =
    subject.kind === "vm" ? { ...subject, id: subject.id?.text ?? null } : { ...subject };
  return JSON.stringify({ by, subject: stored });
}

/** @throws DoorbellError `store` when it is damaged. */
export function readSilence(text: string): SilenceBody {
  const { by, subject } = readStored(silenceShape, text, "a silence");
  return {
    by,
    subject:
      subject.kind === "vm"
        ? { ...subject, id: subject.id === null ? null : storedResource(subject.id) }
        : subject,
  };
}
