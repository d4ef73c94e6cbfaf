import * as fc from "fast-check";
import { expect, test } from "vitest";
import { generateTenant } from "../../src/sandbox/generate-tenant.ts";
import { DEFAULT_TRAPS } from "../../src/sandbox/traps.ts";
import type { TrapChances, TrapName } from "../../src/sandbox/traps.ts";
import { replay } from "./replay.ts";

const START = Date.UTC(2026, 10, 2);
const SEEDS = fc.nat();

/** What keeps facts from a reader who only looks at Started rows. */
const HIDING: readonly TrapName[] = [
  "lost-rows",
  "lost-operation",
  "log-cut",
  "no-request-body",
  "cut-body",
];

const IN_THE_OPEN: TrapChances = Object.fromEntries(
  Object.entries(DEFAULT_TRAPS).filter(([name]) => !HIDING.some((hiding) => hiding === name)),
);

function tiny(seed: number, traps: TrapChances = DEFAULT_TRAPS) {
  return generateTenant({ seed, size: "tiny", start: START, traps });
}

interface Span {
  readonly nsg: string;
  readonly rule: string;
  readonly port: string;
  readonly openedAt: number;
  readonly closedAt: number | null;
}

function ruleOf({ nsg, rule }: Span): string {
  return `${nsg} ${rule}`.toLowerCase();
}

function describe(span: Span): string {
  const port = span.port === "0-65535" ? "*" : span.port;
  return `${ruleOf(span)} ${port} from ${span.openedAt} to ${span.closedAt}`;
}

test("One seed gives one tenant, to the byte.", () => {
  fc.assert(
    fc.property(SEEDS, (seed) => {
      expect(JSON.stringify(tiny(seed))).toBe(JSON.stringify(tiny(seed)));
    }),
  );
});

test("Different seeds give different tenants.", () => {
  const logs = new Set(Array.from({ length: 50 }, (_, seed) => JSON.stringify(tiny(seed).rows)));
  expect(logs.size).toBe(50);
});

test("Rows stand in the order of time, each with an identity of its own.", () => {
  fc.assert(
    fc.property(SEEDS, (seed) => {
      const { rows } = tiny(seed);
      const times = rows.map((row) => row.eventTimestamp.slice(0, 23));
      expect(times).toEqual(times.toSorted());
      expect(new Set(rows.map((row) => row.eventDataId)).size).toBe(rows.length);
    }),
  );
});

test("Nothing closes before it opens, and nobody is behind an opening without a request of theirs.", () => {
  fc.assert(
    fc.property(SEEDS, (seed) => {
      const { openings } = tiny(seed).truth;
      for (const opening of openings) {
        expect(opening.closedAt ?? opening.openedAt).toBeGreaterThanOrEqual(opening.openedAt);
      }
      const requested = openings.flatMap((opening) =>
        opening.request === null ? [] : [{ opening, request: opening.request }],
      );
      for (const { opening, request } of requested) {
        expect(opening).toMatchObject({ kind: "jit", person: request.person });
        expect(request.denied).toBe(false);
        expect(request.at).toBeLessThanOrEqual(opening.openedAt);
      }
    }),
  );
});

test("Replaying the bodies of a log that hides nothing gives the truth's openings.", () => {
  fc.assert(
    fc.property(SEEDS, (seed) => {
      const { rows, truth } = tiny(seed, IN_THE_OPEN);
      const replayed = replay(rows);
      const sinceStart = truth.openings.filter((opening) => opening.openedAt >= START);
      const stoodBefore = new Set(
        truth.openings.filter((opening) => opening.openedAt < START).map(ruleOf),
      );
      // What stood before the log shows first in some later body: that is when a replay sees it.
      const shown = replayed.filter(
        (opening) =>
          !stoodBefore.has(ruleOf(opening)) ||
          sinceStart.some((other) => describe(other) === describe(opening)),
      );
      expect(shown.map(describe).sort()).toEqual(sinceStart.map(describe).sort());
    }),
    { numRuns: 300 },
  );
});

test("Every row that the truth names is in the log.", () => {
  fc.assert(
    fc.property(SEEDS, (seed) => {
      const { rows, truth } = tiny(seed);
      const ids = new Set(rows.map((row) => row.eventDataId));
      const named = [
        ...truth.openings.flatMap((opening) => [
          ...opening.writeRows,
          ...opening.openingRows,
          ...opening.laterRows,
          ...opening.closingRows,
        ]),
        ...truth.requests.flatMap((request) => [...request.rows, ...request.bodyRows]),
        ...truth.failedWrites.flatMap((write) => [...write.startedRows, ...write.failedRows]),
      ];
      expect(named.filter((id) => !ids.has(id))).toEqual([]);
    }),
  );
});

test("Three hundred tenants spring every trap.", () => {
  const sprung = new Set<string>();
  for (let seed = 0; seed < 300; seed += 1) {
    for (const trap of tiny(seed).truth.traps) {
      sprung.add(trap);
    }
  }
  expect([...sprung].sort()).toEqual(Object.keys(DEFAULT_TRAPS).sort());
});

test("A trap that is switched off is never sprung.", () => {
  fc.assert(
    fc.property(
      SEEDS,
      fc.dictionary(fc.constantFrom(...Object.keys(DEFAULT_TRAPS)), fc.double({ min: 0, max: 1 })),
      (seed, traps) => {
        const { truth } = tiny(seed, traps);
        expect(truth.traps.filter((trap) => (traps[trap] ?? 0) === 0)).toEqual([]);
      },
    ),
  );
});

test("Without traps, each request opens one port and is all that happens to it.", () => {
  const { truth } = generateTenant({ seed: 1, size: "small", start: START, traps: {} });
  const byRequest = truth.openings.filter((opening) => opening.request !== null);
  expect(byRequest.length).toBeGreaterThan(0);
  expect(new Set(byRequest.map((opening) => opening.request)).size).toBe(byRequest.length);
});
