import { hash } from "node:crypto";
import type { Instant } from "../domain/instant.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import type { Sighting, SightingDetail } from "../domain/sighting.ts";
import { readLiveCursor, writeLiveCursor } from "./live-cursor.ts";
import type { SeenResource } from "./live-cursor.ts";

const DIGEST_LENGTH = 11;

/** Remembers what each resource showed, so that only what changed is told. */
export class LiveSightings {
  readonly #azureSubscription: string;
  readonly #seen: Map<string, SeenResource>;
  #hasChanged = false;

  /** @param cursor as the store kept it; null when nothing was ever seen. */
  constructor(cursor: string | null, azureSubscription: string) {
    this.#azureSubscription = azureSubscription;
    this.#seen = readLiveCursor(cursor, azureSubscription);
  }

  /** What a resource shows now; null when it showed the same before. */
  show(resource: ResourceId, detail: SightingDetail, at: Instant): Sighting | null {
    const digest = digestOf(detail);
    if (this.#seen.get(resource.key)?.digest === digest) {
      return null;
    }
    this.#seen.set(resource.key, { resource, digest });
    this.#hasChanged = true;
    return sighting(resource, detail, at);
  }

  /**
   * What those resources show that were seen before and are no longer there.
   *
   * @param type which resources were listed, lower-cased.
   * @param present keys of all that are there.
   */
  gone(
    type: string,
    present: ReadonlySet<string>,
    detail: SightingDetail,
    at: Instant,
  ): readonly Sighting[] {
    const lost = [...this.#seen.values()].filter(
      ({ resource }) => resource.type === type && !present.has(resource.key),
    );
    for (const { resource } of lost) {
      this.#seen.delete(resource.key);
      this.#hasChanged = true;
    }
    return lost.map(({ resource }) => sighting(resource, detail, at));
  }

  /** What has been told, for the store; null when that is what the last one said. */
  newCursor(): string | null {
    if (!this.#hasChanged) {
      return null;
    }
    this.#hasChanged = false;
    return writeLiveCursor(this.#seen, this.#azureSubscription);
  }
}

function sighting(resource: ResourceId, detail: SightingDetail, at: Instant): Sighting {
  const digest = hash("sha256", JSON.stringify([resource.key, at, detail]));
  return { id: `sighting:${digest.slice(0, 32)}`, at, resource, detail };
}

/** Equal for details that say the same in another order. */
function digestOf(detail: SightingDetail): string {
  return hash("sha256", JSON.stringify([detail.kind, ...partsOf(detail)]), "base64url").slice(
    0,
    DIGEST_LENGTH,
  );
}

function partsOf(detail: SightingDetail): readonly string[] {
  switch (detail.kind) {
    case "nsg-rules":
      return [detail.ruleSet.completeness, ...sorted(detail.ruleSet.rules)];
    case "policy-requests":
      return sorted(detail.requests);
    case "vm-addresses":
      return detail.addresses;
    case "nsg-absent":
      return [];
  }
}

function sorted(values: readonly object[]): readonly string[] {
  return values.map((value) => JSON.stringify(value)).sort();
}
