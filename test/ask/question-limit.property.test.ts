import * as fc from "fast-check";
import { expect, test } from "vitest";
import { BURST, EVERY, PAUSE, QuestionLimit } from "../../src/ask/question-limit.ts";
import { HOUR } from "../../src/domain/instant.ts";

const START = 1_000_000_000;

/** Moments of questions, from the pauses between them. */
function momentsOf(pauses: readonly number[]): readonly number[] {
  let at = START;
  return pauses.map((pause) => (at += pause));
}

/** Whether no stretch of time holds more than a burst, and one more each `EVERY`. */
function isWithin(moments: readonly number[]): boolean {
  return moments.every((from, first) =>
    moments.slice(first).every((to, index) => index + 1 <= BURST + (to - from) / EVERY),
  );
}

const pauses = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3 * EVERY })), {
  maxLength: 60,
});

test("a burst is taken, the next is told how long to wait, and what follows is dropped until then", () => {
  const limit = new QuestionLimit();
  for (let count = 0; count < BURST; count += 1) {
    expect(limit.take("a", START)).toEqual({ kind: "taken" });
  }
  expect(limit.take("a", START + 1)).toEqual({ kind: "too-many", wait: PAUSE });
  expect(limit.take("a", START + 2)).toEqual({ kind: "dropped" });
  expect(limit.take("a", START + PAUSE)).toEqual({ kind: "dropped" });
  expect(limit.take("a", START + 1 + PAUSE)).toEqual({ kind: "taken" });
});

test("nobody who keeps within the limit is slowed, whatever the pattern", () => {
  fc.assert(
    fc.property(pauses, (between) => {
      const moments = momentsOf(between);
      fc.pre(isWithin(moments));
      const limit = new QuestionLimit();
      expect(moments.every((at) => limit.take("a", at).kind === "taken")).toBe(true);
    }),
  );
});

test("nobody gets more than the limit", () => {
  fc.assert(
    fc.property(pauses, (between) => {
      const limit = new QuestionLimit();
      const taken = momentsOf(between).filter((at) => limit.take("a", at).kind === "taken");
      expect(isWithin(taken)).toBe(true);
    }),
  );
});

test("a flood of others changes nothing for a person", () => {
  const asked = fc.array(
    fc.record({ person: fc.constantFrom("a", "b", "c"), pause: fc.nat(EVERY) }),
    {
      maxLength: 80,
    },
  );
  fc.assert(
    fc.property(asked, (questions) => {
      const [shared, alone] = [new QuestionLimit(), new QuestionLimit()];
      let at = START;
      const seen: unknown[] = [];
      const expected: unknown[] = [];
      for (const { person, pause } of questions) {
        at += pause;
        const admission = shared.take(person, at);
        if (person === "a") {
          seen.push(admission);
          expected.push(alone.take("a", at));
        }
      }
      expect(seen).toEqual(expected);
    }),
  );
});

test("a question that was none is given back", () => {
  const limit = new QuestionLimit();
  for (let count = 0; count < 5 * BURST; count += 1) {
    expect(limit.take("a", START).kind).toBe("taken");
    limit.giveBack("a");
  }
  limit.giveBack("nobody");
});

test("a clock that is set back keeps nobody waiting for longer than the wait", () => {
  const limit = new QuestionLimit();
  for (let count = 0; count <= BURST; count += 1) {
    limit.take("a", START);
  }
  expect(limit.take("a", START).kind).toBe("dropped");
  expect(limit.take("a", START - HOUR).kind).toBe("taken");
});

test("however many people ask, only so many are remembered, and whoever floods is among them", () => {
  const limit = new QuestionLimit(100);
  const kinds = new Set<string>();
  for (let count = 0; count < 5_000; count += 1) {
    limit.take(`person ${count}`, START);
    kinds.add(limit.take("flood", START).kind);
  }
  expect(limit.size).toBe(100);
  expect(kinds).toEqual(new Set(["taken", "too-many", "dropped"]));
  expect(limit.take("flood", START).kind).toBe("dropped");
});
