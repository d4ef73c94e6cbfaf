import { DAY } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import { act } from "./acts.ts";
import { startTenant } from "./generate-tenant.ts";
import { makeNoise } from "./noise.ts";
import { DEFAULT_TRAPS } from "./traps.ts";

/** Which export to write; equal options give equal bytes. */
export interface ExportOptions {
  readonly seed: number;
  readonly rows: number;
  readonly start: Instant;
  /** Told once, after the last line. */
  readonly onEnd?: (summary: ExportSummary) => void;
}

/** What an export holds. */
export interface ExportSummary {
  readonly rows: number;
  /** Rows of operations that open or close ports, or ask for it. */
  readonly relevantRows: number;
  readonly requests: number;
  /** Those before the log's beginning included. */
  readonly openings: number;
}

/** Azure keeps that much. */
const SPAN: Duration = 90 * DAY;

/** Rows that each request, act and noise makes on average; they set how often each happens. */
const ROWS_EACH = { request: 12.5, act: 3.5, noise: 1.35 };

const RELEVANT =
  /^Microsoft\.(?:Security\/locations\/jitNetworkAccessPolicies\/initiate|Network\/(?:networkSecurityGroups\/(?:write|delete|securityRules)|azureFirewalls\/write))/;

/**
 * Writes a big export, one row a line (about 6 KB each), of which some 6 % have to do with ports. It
 * keeps no more in memory than the tenant's present state, however many rows there are.
 */
export function* writeExport(options: ExportOptions): Generator<string> {
  let requests = 0;
  let openings = 0;
  let relevantRows = 0;
  let rows = 0;
  const { sim, jit } = startTenant(
    {
      seed: options.seed,
      size: {
        subscriptions: 3,
        vms: 60,
        people: 16,
        requests: 0,
        acts: 0,
        noise: 0,
        days: SPAN / DAY,
        rules: 14,
        groups: 75,
      },
      start: options.start,
      traps: { ...DEFAULT_TRAPS, "log-cut": 0, "nsg-deleted": 0 },
    },
    {
      opening: () => {
        openings += 1;
      },
      request: () => {
        requests += 1;
      },
      failedWrite: () => undefined,
    },
  );
  const recur = (share: number, rowsEach: number, run: () => void): void => {
    const pause = (SPAN * rowsEach) / (options.rows * share);
    const next = (): void => {
      sim.schedule(sim.random.int(0, Math.floor(pause * 2)), () => {
        run();
        next();
      });
    };
    next();
  };
  recur(0.05, ROWS_EACH.request, () => {
    jit.requestAccess();
  });
  recur(0.01, ROWS_EACH.act, () => {
    act(sim);
  });
  recur(0.94, ROWS_EACH.noise, () => {
    makeNoise(sim);
  });
  while (rows < options.rows) {
    // What happens recurs without an end, so there is always a next moment.
    for (const row of sim.step(Number.POSITIVE_INFINITY) ?? []) {
      if (rows < options.rows) {
        rows += 1;
        relevantRows += RELEVANT.test(row.operationName.value) ? 1 : 0;
        yield `${JSON.stringify(row)}\n`;
      }
    }
  }
  options.onEnd?.({ rows, relevantRows, requests, openings });
}
