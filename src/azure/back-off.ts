import { MINUTE, SECOND } from "../domain/instant.ts";
import type { Duration } from "../domain/instant.ts";
import type { RandomSource } from "../ports.ts";
import type { AzureFault, FaultKind } from "./azure-fault.ts";

interface Steps {
  readonly first: Duration;
  readonly longest: Duration;
}

const PASSING: Steps = { first: 2 * SECOND, longest: 5 * MINUTE };
/** What a person must change does not get better by asking often. */
const LASTING: Steps = { first: 30 * SECOND, longest: 10 * MINUTE };

const STEPS: Readonly<Record<FaultKind, Steps>> = {
  throttled: { first: 10 * SECOND, longest: 10 * MINUTE },
  credentials: LASTING,
  permission: LASTING,
  "not-found": LASTING,
  rejected: LASTING,
  unreachable: PASSING,
};

/**
 * How long to wait before the next attempt: doubled with each failure, half of it by chance so that
 * many do not come back at once, and never shorter than Azure asks for.
 *
 * @param failures how many there were in a row, this one included.
 */
export function backOff(fault: AzureFault, failures: number, random: RandomSource): Duration {
  const { first, longest } = STEPS[fault.kind];
  const step = Math.min(first * 2 ** Math.min(failures - 1, 20), longest);
  const jittered = step / 2 + (step / 2) * random.next();
  const asked = fault.retryAfter;
  return Math.round(asked === null ? jittered : asked + Math.min(jittered, first) / 2);
}
