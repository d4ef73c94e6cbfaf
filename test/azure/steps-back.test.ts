import { expect, test } from "vitest";
import { ReadBudget } from "../../src/azure/read-budget.ts";
import { RetryState } from "../../src/azure/retry-state.ts";
import { StepsBack } from "../../src/azure/steps-back.ts";
import { DAY, HOUR, MINUTE } from "../../src/domain/instant.ts";

test("A clock that is set back is noticed once, one that goes on or leaps ahead is not", () => {
  const steps = new StepsBack();
  expect([DAY, DAY + MINUTE, DAY + 2 * HOUR].map((now) => steps.by(now))).toEqual([0, 0, 0]);
  expect(steps.by(DAY + HOUR)).toBe(HOUR);
  expect(steps.by(DAY + HOUR + MINUTE)).toBe(0);
});

test("What was put off by a clock an hour ahead is due as soon as it would have been without that hour", () => {
  const retry = new RetryState(DAY + HOUR + MINUTE);
  const budget = new ReadBudget();
  budget.answered("new", null, DAY + HOUR);
  budget.throttled(DAY + HOUR + MINUTE);
  for (const now of [DAY + HOUR, DAY]) {
    retry.heedClock(now);
    budget.heedClock(now);
  }
  expect(retry.dueAt).toBe(DAY + MINUTE);
  expect(budget.notBefore("new")).toBe(DAY + MINUTE);
});
