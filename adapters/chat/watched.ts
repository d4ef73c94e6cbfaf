import type { ChannelRef } from "../../src/domain/notification.ts";
import { DeliveryError } from "../../src/errors.ts";

/** Where it is remembered what a platform refuses. */
interface Refusals {
  refused(subject: string, problem: string): void;
  accepted(subject: string): void;
}

/** Does something in a workspace, and remembers whether the platform refuses Doorbell there. */
export async function watched<Result>(
  health: Refusals,
  { workspace }: ChannelRef,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    const result = await work();
    health.accepted(workspace);
    return result;
  } catch (error) {
    if (error instanceof DeliveryError && error.fault === "refused") {
      health.refused(workspace, error.message);
    }
    throw error;
  }
}
