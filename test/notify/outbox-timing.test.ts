import { expect, test } from "vitest";
import { fastTiming, OUTBOX_TIMING } from "../../src/notify/outbox-timing.ts";

test.each([
  [0.5, 1],
  [1, 1],
  [300, 300],
])("at %d times the speed of real time, a call may take as long as ever", (speed, times) => {
  const { callLimit, lease, speed: platforms, ...others } = fastTiming(speed);
  const { callLimit: ownLimit, lease: ownLease, speed: real, ...own } = OUTBOX_TIMING;
  expect({ callLimit: callLimit / times, lease: lease / times }).toEqual({
    callLimit: ownLimit,
    lease: ownLease,
  });
  expect([platforms, real]).toEqual([times, 1]);
  expect(others).toEqual(own);
});
