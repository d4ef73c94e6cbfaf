import { z } from "zod";
import { parseResourceId } from "../domain/resource-id.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import { parseJson } from "./wire-fields.ts";

/** What a resource showed when it was last told of. */
export interface SeenResource {
  readonly resource: ResourceId;
  readonly digest: string;
}

const wireCursor = z.object({
  version: z.literal(1),
  /** Resource IDs without the Azure subscription in front, each with its digest. */
  seen: z.array(z.tuple([z.string(), z.string()])),
});

/** The cursor as the store keeps it. */
export function writeLiveCursor(
  seen: ReadonlyMap<string, SeenResource>,
  azureSubscription: string,
): string {
  const start = `/subscriptions/${azureSubscription}`.length;
  return JSON.stringify({
    version: 1,
    seen: [...seen.values()].map(({ resource, digest }) => [resource.text.slice(start), digest]),
  } satisfies z.infer<typeof wireCursor>);
}

/**
 * Reads what `writeLiveCursor` wrote; anything else counts as having seen nothing.
 *
 * @returns by the key of the resource.
 */
export function readLiveCursor(
  text: string | null,
  azureSubscription: string,
): Map<string, SeenResource> {
  const parsed = wireCursor.safeParse(parseJson(text ?? ""));
  const seen = new Map<string, SeenResource>();
  for (const [rest, digest] of parsed.data?.seen ?? []) {
    const resource = parseResourceId(`/subscriptions/${azureSubscription}${rest}`);
    if (resource !== null) {
      seen.set(resource.key, { resource, digest });
    }
  }
  return seen;
}
