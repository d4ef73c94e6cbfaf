import { DAY } from "../domain/instant.ts";
import type { Instant } from "../domain/instant.ts";
import { act } from "./acts.ts";
import { setTheScene } from "./beginnings.ts";
import { JitService } from "./jit.ts";
import { makeNoise } from "./noise.ts";
import { Random } from "./random.ts";
import { Simulation } from "./simulation.ts";
import type { Ledger, LogDelays } from "./simulation.ts";
import { TENANT_SIZES, makeTenantModel } from "./tenant-model.ts";
import type { TenantCounts, TenantModel } from "./tenant-model.ts";
import { DEFAULT_TRAPS, Traps } from "./traps.ts";
import type { TrapChances } from "./traps.ts";
import type { Truth, TrueFailedWrite, TrueOpening, TrueRequest } from "./truth.ts";
import type { WireRow } from "./wire-row.ts";

/** Which tenant to generate; equal options give equal tenants, to the byte. */
export interface TenantOptions {
  readonly seed: number;
  readonly size: keyof typeof TENANT_SIZES | TenantCounts;
  /** Midnight or any other moment at which the tenant's story begins. */
  readonly start: Instant;
  /** The traps that may be set; `DEFAULT_TRAPS` when left out. */
  readonly traps?: TrapChances;
  /** When rows become readable; `AZURE_DELAYS` when left out. */
  readonly delays?: LogDelays;
}

/** A generated tenant: what its Activity Log shows, and what really happened. */
export interface Tenant {
  readonly model: TenantModel;
  /** The log in the API's form, in the order in which things happened. */
  readonly rows: readonly WireRow[];
  readonly truth: Truth;
}

/** Generates a tenant and lets its whole story happen. */
export function generateTenant(options: TenantOptions): Tenant {
  const openings: TrueOpening[] = [];
  const requests: TrueRequest[] = [];
  const failedWrites: TrueFailedWrite[] = [];
  const ledger: Ledger = {
    opening: (opening) => openings.push(opening),
    request: (request) => requests.push(request),
    failedWrite: (write) => failedWrites.push(write),
  };
  const { sim, traps, end } = startTenant(options, ledger);
  const rows: WireRow[] = [];
  for (let step = sim.step(end); step !== null; step = sim.step(end)) {
    rows.push(...step);
  }
  openings.sort((a, b) => a.openedAt - b.openedAt);
  const { logCut } = sim.model;
  return {
    model: sim.model,
    rows,
    truth: { openings, requests, failedWrites, traps: traps.seen(), logCut },
  };
}

/** Sets a tenant up with everything scheduled, ready to be stepped through up to `end`. */
export function startTenant(
  options: TenantOptions,
  ledger: Ledger,
): {
  readonly sim: Simulation;
  readonly jit: JitService;
  readonly traps: Traps;
  readonly end: Instant;
} {
  const counts = typeof options.size === "string" ? TENANT_SIZES[options.size] : options.size;
  const random = new Random(options.seed);
  const traps = new Traps(options.traps ?? DEFAULT_TRAPS);
  const model = makeTenantModel(random, traps, counts, options.start);
  const sim = new Simulation(model, { random, traps }, ledger, options.delays);
  const jit = new JitService(sim);
  setTheScene(sim, jit, counts.rules);
  const length = counts.days * DAY;
  // People come back to the same machines within the hour, so requests crowd together.
  for (let index = 0; index < counts.requests; index += 1) {
    const crowd = Math.floor((random.int(0, counts.requests - 1) * length) / counts.requests);
    sim.schedule(crowd + random.int(0, Math.floor(length / 12)), () => {
      jit.requestAccess();
    });
  }
  for (let index = 0; index < counts.acts; index += 1) {
    sim.schedule(random.int(0, length), () => {
      act(sim);
    });
  }
  for (let index = 0; index < counts.noise; index += 1) {
    sim.schedule(random.int(0, length), () => {
      makeNoise(sim);
    });
  }
  return { sim, jit, traps, end: options.start + length };
}
