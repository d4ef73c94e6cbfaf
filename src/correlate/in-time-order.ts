import type { Instant } from "../domain/instant.ts";

/** Index of the first that is not before an instant, among some in order of time. */
export function firstNotBefore(sorted: readonly { readonly at: Instant }[], at: Instant): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.at ?? 0) < at) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
