import type { ActivityEvent } from "../../../src/domain/activity-event.ts";
import type { ReceivedEvent } from "../../../src/domain/feed.ts";
import type { ChannelRef, Receipt } from "../../../src/domain/notification.ts";
import { parseResourceId } from "../../../src/domain/resource-id.ts";
import type { ResourceId } from "../../../src/domain/resource-id.ts";
import type { Sighting } from "../../../src/domain/sighting.ts";
import type { NewDelivery, TrailChange, TrailQuery } from "../../../src/ports.ts";
import { resource } from "../../ask/trail-builder.ts";
import { NO_CHANGE } from "../../fakes/no-change.ts";

/** The Azure subscription of everything that the builders make. */
export const AZURE = "00000000-0000-0000-0000-000000000001";

export const WHOLE: TrailQuery = {
  vm: { kind: "any" },
  period: null,
  closedAfter: null,
  openingId: null,
  rule: null,
  person: null,
};

/** A change of nothing but what is named. */
export function change(parts: Partial<TrailChange> = {}): TrailChange {
  return { ...NO_CHANGE, ...parts };
}

/** An NSG that was deleted, as one event. */
export function event(id: string, parts: Partial<ActivityEvent> = {}): ActivityEvent {
  return {
    id,
    hasEventDataId: true,
    feedKey: `key of ${id}`,
    at: 500_000,
    submittedAt: null,
    operation: "microsoft.network/networksecuritygroups/delete",
    operationId: "",
    correlationId: "",
    resource: resource("nsg", "nsg-x"),
    status: "succeeded",
    subStatus: null,
    principal: {
      caller: null,
      objectId: null,
      upn: null,
      displayName: null,
      appId: null,
      kind: null,
      clientAddress: null,
    },
    detail: { kind: "nsg-delete" },
    ...parts,
  };
}

export function received(of: ActivityEvent, raw = `{"id":"${of.id}"}`): ReceivedEvent {
  return { event: of, raw };
}

export function sighting(id: string, parts: Partial<Sighting> = {}): Sighting {
  return {
    id: `sighting:${id}`,
    at: 500_000,
    resource: resource("nsg", "nsg-x"),
    detail: { kind: "nsg-absent" },
    ...parts,
  };
}

/** The resource ID of a VM in any Azure subscription. */
export function vmOf(azureSubscription: string, group: string, name: string): ResourceId {
  const text = `/subscriptions/${azureSubscription}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${name}`;
  const id = parseResourceId(text);
  if (id === null) {
    throw new Error(`not a resource ID: ${text}`);
  }
  return id;
}

export function channel(name = "ops", platform = "slack"): ChannelRef {
  return { platform, workspace: "contoso", channel: name };
}

/** A notification in `#ops`, due at once. */
export function notification(
  key: string,
  openings: readonly string[],
  parts: Partial<NewDelivery> = {},
): NewDelivery {
  return {
    key,
    channel: channel(),
    content: { kind: "notification" },
    burst: `burst of ${key}`,
    openings,
    dueAt: 0,
    ...parts,
  };
}

export function receipt(message: string, of: ChannelRef = channel()): Receipt {
  return { channel: of, message };
}

/** All of an async iterable. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) {
    found.push(item);
  }
  return found;
}

/** The trail's identities, in its order. */
export function idsOf(items: readonly { readonly id: string }[]): string[] {
  return items.map(({ id }) => id);
}
