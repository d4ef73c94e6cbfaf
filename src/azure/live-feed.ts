import type { FeedHealth, FeedPage, QuarantinedRow } from "../domain/feed.ts";
import type { Instant } from "../domain/instant.ts";
import { parseResourceId } from "../domain/resource-id.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import type { Sighting } from "../domain/sighting.ts";
import type { ActivitySource, RandomSource } from "../ports.ts";
import { listPath, purposeOf } from "./arm-listing.ts";
import type { ArmPage } from "./arm-reader.ts";
import { AzureFault } from "./azure-fault.ts";
import { liveListings } from "./live-listing.ts";
import type { LiveListing } from "./live-listing.ts";
import { LiveSightings } from "./live-sightings.ts";
import type { SubscriptionReader } from "./live-state.ts";
import { CALL_LIMIT, MeteredCalls } from "./metered-calls.ts";
import { RetryState } from "./retry-state.ts";
import { quarantinedRow } from "./row-intake.ts";
import type { RuleInterner } from "./rule-interner.ts";
import { LONGEST_SLEEP } from "./steps-back.ts";
import { Aborted } from "./time-limit.ts";
import { isJsonObject } from "./wire-fields.ts";

/** What the live feed of an Azure subscription needs. */
export interface LiveFeedParts extends SubscriptionReader {
  /** Lower-cased ID. */
  readonly azureSubscription: string;
  readonly random: RandomSource;
  readonly rules: RuleInterner;
}

/** A list with its own retries: what goes wrong with one does not concern the others. */
interface Lane {
  readonly listing: LiveListing;
  readonly retry: RetryState;
}

/** What the items of a page showed. */
interface Shown {
  readonly sightings: readonly Sighting[];
  readonly quarantined: readonly QuarantinedRow[];
}

/**
 * Reads what NSGs, JIT policies and VMs of an Azure subscription show by themselves, and tells what has
 * changed since it was told last: a witness beside the Activity Log.
 */
export class LiveFeed implements ActivitySource {
  readonly feed: string;
  readonly azureSubscription: string;
  readonly #parts: LiveFeedParts;
  readonly #calls: MeteredCalls;
  #lanes: readonly Lane[] = [];
  #state: FeedHealth["state"] = "starting";
  #lastSuccess: Instant | null = null;

  constructor(parts: LiveFeedParts) {
    this.azureSubscription = parts.azureSubscription;
    this.feed = `live/${parts.azureSubscription}`;
    this.#parts = parts;
    this.#calls = new MeteredCalls(parts);
  }

  async *pages(
    cursor: string | null,
    signal: AbortSignal,
  ): AsyncGenerator<FeedPage, void, undefined> {
    const { clock, budget, rules } = this.#parts;
    const now = clock.now();
    const sightings = new LiveSightings(cursor, this.azureSubscription);
    this.#lanes = liveListings(sightings, rules).map((listing) => ({
      listing,
      retry: new RetryState(now),
    }));
    try {
      while (!signal.aborted) {
        this.#heedClock();
        const [next] = this.#lanes.toSorted((a, b) => a.retry.dueAt - b.retry.dueAt);
        const at = Math.max(next?.retry.dueAt ?? now, budget.notBefore("past"));
        const wait = Math.ceil(at - clock.now());
        if (next === undefined || wait > 0) {
          this.#state = this.#restingState();
          await clock.sleep(Math.min(wait, LONGEST_SLEEP), signal);
        } else {
          this.#state = "reading";
          yield* this.#list(next, sightings, signal);
        }
      }
    } catch (error) {
      if (!(error instanceof Aborted)) {
        throw error;
      }
    } finally {
      this.#state = "stopped";
    }
  }

  health(): FeedHealth {
    const words = new Set(this.#lanes.flatMap(({ retry }) => retry.fault?.message ?? []));
    return {
      feed: this.feed,
      azureSubscription: this.azureSubscription,
      state: this.#state,
      lastSuccess: this.#lastSuccess,
      problem: words.size === 0 ? null : [...words].join(" "),
      progress: null,
      callsLastHour: this.#calls.lastHour(),
    };
  }

  #heedClock(): void {
    const now = this.#parts.clock.now();
    this.#parts.budget.heedClock(now);
    for (const { retry } of this.#lanes) {
      retry.heedClock(now);
    }
  }

  #restingState(): FeedHealth["state"] {
    const kinds = this.#lanes.flatMap(({ retry }) => retry.fault?.kind ?? []);
    if (kinds.some((kind) => kind !== "throttled")) {
      return "failing";
    }
    const { budget, clock } = this.#parts;
    return kinds.length > 0 || budget.isThrottled(clock.now()) ? "throttled" : "waiting";
  }

  async *#list(
    { listing, retry }: Lane,
    sightings: LiveSightings,
    signal: AbortSignal,
  ): AsyncGenerator<FeedPage, void, undefined> {
    const begun = this.#parts.clock.now();
    try {
      yield* this.#read(listing, sightings, signal);
      retry.succeeded();
      retry.dueAt = begun + listing.interval;
    } catch (error) {
      if (!(error instanceof AzureFault)) {
        throw error;
      }
      retry.failed(error, this.#parts);
    }
  }

  /** Reads a whole list; its last page carries the cursor when anything has changed. */
  async *#read(
    listing: LiveListing,
    sightings: LiveSightings,
    signal: AbortSignal,
  ): AsyncGenerator<FeedPage, void, undefined> {
    const present = new Set<string>();
    const links = new Set<string>();
    let link: string | null = null;
    let firstAt: Instant | null = null;
    listing.begin();
    do {
      const page: ArmPage = await this.#page(listing, link, signal);
      const received = this.#parts.clock.now();
      // Azure's own clock says when it was so: the rows of its log bear that clock's times.
      const at = page.servedAt ?? received;
      firstAt ??= at;
      this.#lastSuccess = received;
      const shown = this.#show(listing, page.items, present, at);
      if (shown.sightings.length + shown.quarantined.length > 0) {
        yield pageOf(shown, null);
      }
      link = page.next;
      if (link !== null && links.has(link)) {
        throw new AzureFault("rejected", `The pages of ${listing.kind.what} lead in a circle.`);
      }
      links.add(link ?? "");
    } while (link !== null);
    const last = listing.conclude(present, firstAt ?? this.#parts.clock.now());
    const cursor = sightings.newCursor();
    if (cursor !== null) {
      yield pageOf({ sightings: last, quarantined: [] }, cursor);
    }
  }

  async #page({ kind }: LiveListing, link: string | null, signal: AbortSignal): Promise<ArmPage> {
    const { reader } = this.#parts;
    const purpose = purposeOf(kind, this.azureSubscription, reader.setting);
    const path = listPath(kind, this.azureSubscription);
    return this.#calls.make(
      purpose,
      (ending) => reader.page(path, kind.apiVersion, link, purpose, ending),
      signal,
      CALL_LIMIT,
      "past",
    );
  }

  #show(listing: LiveListing, items: readonly unknown[], present: Set<string>, at: Instant): Shown {
    const sightings: Sighting[] = [];
    const quarantined: QuarantinedRow[] = [];
    for (const json of items) {
      const faults: string[] = [];
      const resource = this.#resourceOf(json);
      if (resource === null) {
        faults.push("it has no resource ID of this Azure subscription");
      } else {
        present.add(resource.key);
        const seen = listing.show(resource, json, at, (fault) => faults.push(fault));
        sightings.push(...(seen === null ? [] : [seen]));
      }
      if (faults.length > 0) {
        quarantined.push(quarantinedRow(json, faults.join("; "), at));
      }
    }
    return { sightings, quarantined };
  }

  #resourceOf(json: unknown): ResourceId | null {
    const id = isJsonObject(json) ? json["id"] : null;
    const resource = typeof id === "string" ? parseResourceId(id) : null;
    return resource?.subscriptionId === this.azureSubscription ? resource : null;
  }
}

function pageOf(shown: Shown, cursor: string | null): FeedPage {
  return { events: [], ...shown, irrelevant: 0, cursor, read: null };
}
