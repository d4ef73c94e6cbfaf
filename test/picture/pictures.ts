import * as fc from "fast-check";
import type { Opening } from "../../src/domain/opening.ts";
import type { Actor } from "../../src/domain/principal.ts";
import type { Trail } from "../../src/domain/trail.ts";
import type { TimelineInput } from "../../src/picture/timeline.ts";
import {
  at,
  attribution,
  finding,
  opening,
  request,
  resource,
  trail,
} from "../ask/trail-builder.ts";

/** What a timeline of these openings is drawn of, on 24 November 2026 at 09:30 UTC. */
export function input(of: Trail, change: Partial<TimelineInput> = {}): TimelineInput {
  return {
    trail: of,
    period: null,
    zone: "UTC",
    title: "Openings of vm-x",
    now: at("2026-11-24T09:30Z"),
    knownTo: at("2026-11-24T09:20Z"),
    ...change,
  };
}

/** Somebody of this name. */
export function actor(name: string): Actor {
  return { key: `name:${name}`, name, objectId: null, kind: "user" };
}

/** The opening with another person behind it. */
export function by(name: string, change: Partial<Opening> = {}): Opening {
  return opening({ attribution: attribution({ actor: actor(name) }), ...change });
}

const START = at("2026-11-20T00:00Z");
const END = at("2026-11-25T00:00Z");
const INSTANT = fc.integer({ min: START, max: END });
const TEXT = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.constantFrom(
    "<script>alert(1)</script>",
    "]]>&amp;\u0000\u001B[31m",
    "a\u202Egnp.exe",
    "שלום",
  ),
  fc.string({ unit: "grapheme", minLength: 300, maxLength: 400 }),
);

const OPENING: fc.Arbitrary<Opening> = fc
  .record({
    id: fc.integer({ min: 0, max: 99_999 }),
    vm: fc.constantFrom("vm-x", "vm-y", "vm-z", null),
    port: fc.constantFrom(22, 3389, 443),
    openedAt: INSTANT,
    length: fc.option(fc.integer({ min: 0, max: 86_400_000 })),
    promised: fc.option(fc.integer({ min: 0, max: 86_400_000 })),
    exact: fc.boolean(),
    maybe: fc.boolean(),
    verdict: fc.constantFrom("certain", "likely", "ambiguous", "unattributed"),
    people: fc.array(TEXT, { minLength: 1, maxLength: 4 }),
    severities: fc.array(fc.constantFrom("info", "warning", "critical"), { maxLength: 3 }),
    text: TEXT,
  })
  .map((one) =>
    opening({
      id: `o-${one.id}`,
      vm: one.vm === null ? null : resource("vm", one.vm),
      vmName: one.vm ?? one.text,
      port: { from: one.port, to: one.port },
      openedAt: one.openedAt,
      openedAtExact: one.exact,
      closedAt: one.length === null ? null : one.openedAt + one.length,
      closedAtExact: one.exact,
      mayHaveClosed: one.maybe && one.length === null,
      promisedEnd: one.promised === null ? null : one.openedAt + one.promised,
      attribution: attribution({
        verdict: one.verdict,
        actor: actor(one.people[0] ?? ""),
        candidates: one.people.map((name) => ({
          actor: actor(name),
          requestId: null,
          at: one.openedAt,
          reasons: [],
        })),
      }),
      findings: one.severities.map((severity) => finding("any-source", severity, one.text)),
    }),
  );

/** Any trail of the week, with hostile text wherever text may come from the log. */
export const TRAILS: fc.Arbitrary<Trail> = fc
  .record({
    openings: fc.uniqueArray(OPENING, { selector: ({ id }) => id, maxLength: 40 }),
    denied: fc.array(fc.record({ at: INSTANT, name: TEXT }), { maxLength: 5 }),
  })
  .map(({ openings, denied }) =>
    trail(
      openings,
      denied.map((one, index) => request({ id: `r-${index}`, at: one.at, actor: actor(one.name) })),
    ),
  );

/** Any input: a trail with or without a period, wherever knowledge ends. */
export const INPUTS: fc.Arbitrary<TimelineInput> = fc
  .record({
    of: TRAILS,
    from: fc.option(INSTANT),
    length: fc.option(fc.integer({ min: 1, max: END - START })),
    zone: fc.constantFrom("UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"),
    title: TEXT,
    now: INSTANT,
    knownTo: INSTANT,
  })
  .map(({ of, from, length, ...rest }) => ({
    ...rest,
    trail: of,
    period:
      from === null && length === null
        ? null
        : { from, to: length === null ? null : (from ?? START) + length },
  }));
