import { DEMO_HISTORY } from "./demo-story.ts";
import type { Duration } from "../domain/instant.ts";
import type { TENANT_SIZES, TenantCounts } from "./tenant-model.ts";
import { DEFAULT_TRAPS } from "./traps.ts";
import type { TrapChances, TrapName } from "./traps.ts";

/**
 * Which story a tenant lives through: `demo` has a week behind it and goes on without an end; any other
 * begins when it starts, and has as many days, requests and traps as given.
 */
export type TenantProfile =
  | { readonly kind: "demo" }
  | {
      readonly kind: "generated";
      readonly size: keyof typeof TENANT_SIZES | TenantCounts;
      readonly traps: TrapChances;
    };

/**
 * What keeps something from whoever has but the log: facts that reach it incompletely or not at all, a
 * beginning that it does not show, and a correlation ID or a second that belongs to several.
 */
const HIDING: ReadonlySet<string> = new Set<TrapName>([
  "already-open",
  "bodyless-request",
  "borrowed-correlation",
  "claims-missing",
  "coarse-time",
  "cut-body",
  "log-cut",
  "lost-operation",
  "lost-rows",
  "no-first-state",
  "no-request-body",
  "unproven-writer",
]);

/** Every trap but those that hide something. */
export const REVEALING_TRAPS: TrapChances = Object.fromEntries(
  Object.entries(DEFAULT_TRAPS).filter(([name]) => !HIDING.has(name)),
);

/**
 * A busy week whose log reveals all that happens. Ten minutes after its start every NSG has been shown:
 * from then on a trail can be compared with the truth, opening by opening.
 */
export const REVEALING_WEEK: TenantProfile = {
  kind: "generated",
  size: {
    subscriptions: 2,
    vms: 8,
    people: 6,
    requests: 120,
    acts: 24,
    noise: 60,
    days: 7,
    rules: 3,
    groups: 1,
  },
  traps: REVEALING_TRAPS,
};

/** How much of a profile's story lies behind when somebody starts it. */
export function historyOf(profile: TenantProfile): Duration {
  return profile.kind === "demo" ? DEMO_HISTORY : 0;
}
