import { setImmediate as nextTurn } from "node:timers/promises";
import { RowIntake } from "../src/azure/row-intake.ts";
import { RuleInterner } from "../src/azure/rule-interner.ts";
import type { FeedHealth, FeedPage, ReadSpan } from "../src/domain/feed.ts";
import { DAY } from "../src/domain/instant.ts";
import type { ActivitySource } from "../src/ports.ts";
import { generateTenant } from "../src/sandbox/generate-tenant.ts";
import type { TenantCounts } from "../src/sandbox/tenant-model.ts";
import { REVEALING_TRAPS } from "../src/sandbox/profiles.ts";

/** When the stories begin; all of it is history. */
export const STORY_START = Date.UTC(2026, 0, 1);
/** How many days they tell of. */
const STORY_DAYS = 90;
/** What was read when a story is told. */
export const STORY_READ: ReadSpan = {
  from: STORY_START - DAY,
  to: STORY_START + (STORY_DAYS + 1) * DAY,
};

/** As many rows as Azure puts on a page. */
const PAGE_ROWS = 200;
/** Different stories; Azure subscriptions beyond them repeat one under another ID. */
const STORIES = 5;
/** A request with all that follows from it, as the sandbox tells it: between 5 and 12 rows. */
const ROWS_PER_REQUEST = 5;

/** A row of the Activity Log's API as text, cut where the Azure subscription's and the row's ID stand. */
type RowTemplate = readonly string[];

const SUBSCRIPTION_MARK = "[[subscription]]";
const ROW_MARK = "[[row]]";
/** Behind each VM's name: most organisations have no VM's name twice. */
const VM_MARK = "[[vm]]";
const MARKS = /(\[\[(?:subscription|row|vm)\]\])/;

/** Stories of Azure subscriptions, in the form in which Azure's API gives rows. */
export class Stories {
  readonly #stories: readonly (readonly RowTemplate[])[];
  /** Shared by all feeds, as the program shares it. */
  readonly #rules = new RuleInterner();

  /** @param events how many relevant rows an Azure subscription has, at least; longer stories are cut. */
  constructor(events: number) {
    this.#stories = Array.from({ length: STORIES }, (_, index) => templateOf(index + 1, events));
  }

  /** How many rows the Azure subscription of this number has. */
  rows(number: number): number {
    return this.#story(number).length;
  }

  /**
   * The whole history of one Azure subscription, page by page, through the program's own reader of rows.
   *
   * @param turn waits until a page may be made, and tells when it was stored.
   */
  source(number: number, turn: PageTurns): ActivitySource {
    const azureSubscription = subscriptionId(number);
    const feed = `activity-log/${azureSubscription}`;
    const pages = (cursor: string | null): AsyncGenerator<FeedPage, void, undefined> =>
      this.#pages(number, Number(cursor ?? 0), turn);
    return {
      feed,
      azureSubscription,
      pages,
      health: () => healthOf(feed, azureSubscription),
    };
  }

  async *#pages(
    number: number,
    start: number,
    turn: PageTurns,
  ): AsyncGenerator<FeedPage, void, undefined> {
    const story = this.#story(number);
    const intake = new RowIntake(this.#rules);
    for (let from = start; from < story.length; from += PAGE_ROWS) {
      await turn.begin();
      // As pages that come over the network do, it leaves others their turn.
      await nextTurn();
      try {
        // A generator that waits would go on holding what its variables held.
        yield pageOf(story.slice(from, from + PAGE_ROWS), number, intake, from + PAGE_ROWS);
        turn.stored(Math.min(PAGE_ROWS, story.length - from));
      } finally {
        turn.end();
      }
    }
    yield { ...NOTHING, cursor: String(story.length), read: STORY_READ };
  }

  #story(number: number): readonly RowTemplate[] {
    return this.#stories[number % STORIES] ?? [];
  }
}

/** Lets so many pages be in hand at a time, and counts what they brought. */
export class PageTurns {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #inHand = 0;
  #events = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Events stored so far. */
  get events(): number {
    return this.#events;
  }

  async begin(): Promise<void> {
    if (this.#inHand >= this.#most) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      await promise;
    } else {
      this.#inHand += 1;
    }
  }

  stored(events: number): void {
    this.#events += events;
  }

  end(): void {
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#inHand -= 1;
    } else {
      next();
    }
  }
}

/** The ID of the Azure subscription of this number. */
export function subscriptionId(number: number): string {
  return `5ca1e000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
}

const NOTHING: FeedPage = {
  events: [],
  sightings: [],
  quarantined: [],
  irrelevant: 0,
  cursor: null,
  read: null,
};

function pageOf(
  story: readonly RowTemplate[],
  number: number,
  intake: RowIntake,
  next: number,
): FeedPage {
  const rows = story.map((row): unknown => JSON.parse(stamped(row, number)));
  const taken = intake.take(rows, STORY_READ.to);
  return { ...taken, sightings: [], cursor: String(next), read: null };
}

/** The size of one Azure subscription's story that has so many rows, at least. */
export function storySize(events: number): TenantCounts {
  const requests = Math.ceil(events / ROWS_PER_REQUEST);
  return {
    subscriptions: 1,
    vms: Math.max(4, Math.min(40, Math.ceil(events / 250))),
    people: 20,
    requests,
    acts: Math.ceil(requests / 20),
    noise: 0,
    days: STORY_DAYS,
    rules: 8,
    groups: 4,
  };
}

function templateOf(seed: number, events: number): readonly RowTemplate[] {
  const { rows, model } = generateTenant({
    seed,
    start: STORY_START,
    traps: REVEALING_TRAPS,
    size: storySize(events),
  });
  const own = new RegExp(model.subscriptions[0] ?? "", "gi");
  const names = model.vms.map(({ name }) => name).toSorted((a, b) => b.length - a.length);
  const vms = new RegExp(`\\b(?:${names.join("|")})(?![a-z0-9])`, "gi");
  return rows.slice(0, events).map((row) =>
    JSON.stringify(row)
      .replaceAll(own, SUBSCRIPTION_MARK)
      .replaceAll(row.eventDataId, ROW_MARK + row.eventDataId.slice(13))
      .replaceAll(vms, (name) => name + VM_MARK)
      .split(MARKS),
  );
}

function stamped(row: RowTemplate, number: number): string {
  const id = subscriptionId(number);
  const mark = number.toString(16).padStart(12, "0");
  const rowMark = `${mark.slice(0, 8)}-${mark.slice(8)}`;
  const marks = new Map([
    [SUBSCRIPTION_MARK, id],
    [ROW_MARK, rowMark],
    [VM_MARK, `-${number}`],
  ]);
  return row.map((part) => marks.get(part) ?? part).join("");
}

function healthOf(feed: string, azureSubscription: string): FeedHealth {
  return {
    feed,
    azureSubscription,
    state: "reading",
    lastSuccess: null,
    problem: null,
    progress: null,
    callsLastHour: 0,
  };
}
