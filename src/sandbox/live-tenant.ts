import { SECOND } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import { ActivityLog, LOG_KEPT } from "./activity-log.ts";
import { DemoStory } from "./demo-story.ts";
import { makeDemoModel } from "./demo-model.ts";
import { startTenant } from "./generate-tenant.ts";
import { JitService } from "./jit.ts";
import type { AccessWish } from "./jit.ts";
import type { TenantProfile } from "./profiles.ts";
import { Random } from "./random.ts";
import { Simulation } from "./simulation.ts";
import type { Ledger, LogDelays } from "./simulation.ts";
import type { TenantModel } from "./tenant-model.ts";
import { Traps } from "./traps.ts";
import type { Truth, TrueFailedWrite, TrueOpening, TrueRequest } from "./truth.ts";

/**
 * A tenant that lives: its story goes on as far as it is told to. What happens depends on the seed and
 * on time alone, never on how often somebody looks.
 */
export class LiveTenant {
  readonly log: ActivityLog;
  readonly #sim: Simulation;
  readonly #jit: JitService;
  readonly #seed: number;
  readonly #openings: TrueOpening[] = [];
  readonly #requests: TrueRequest[] = [];
  readonly #failedWrites: TrueFailedWrite[] = [];
  #interventions = 0;

  constructor(options: {
    readonly profile: TenantProfile;
    readonly seed: number;
    readonly start: Instant;
    readonly delays: LogDelays;
    /** How long rows are kept somewhere: as long as Azure does when left out. */
    readonly kept?: Duration;
  }) {
    const { profile, seed, start, delays } = options;
    this.log = new ActivityLog(options.kept ?? LOG_KEPT);
    this.#seed = seed;
    const ledger: Ledger = {
      opening: (opening) => this.#openings.push(opening),
      request: (request) => this.#requests.push(request),
      failedWrite: (write) => this.#failedWrites.push(write),
    };
    if (profile.kind === "demo") {
      const course = { random: new Random(seed), traps: new Traps({ "newer-branding": 0.5 }) };
      const model = makeDemoModel(course.random, start);
      this.#sim = new Simulation(model, course, ledger, delays);
      this.#jit = new JitService(this.#sim);
      new DemoStory(this.#sim, this.#jit, seed).begin();
    } else {
      const { size, traps } = profile;
      const { sim, jit } = startTenant({ seed, size, start, traps, delays }, ledger);
      this.#sim = sim;
      this.#jit = jit;
    }
  }

  get model(): TenantModel {
    return this.#sim.model;
  }

  /** What its JIT policies remember. */
  get register(): JitService["register"] {
    return this.#jit.register;
  }

  /** Lets everything happen up to that moment, which is included. */
  advance(to: Instant): void {
    for (let rows = this.#sim.step(to + 1); rows !== null; rows = this.#sim.step(to + 1)) {
      this.log.add(rows);
    }
    this.log.forget(to);
  }

  /**
   * Somebody from outside the story asks for access now. Their rows, rules and end follow as ever; the
   * rest of the story draws what it would have drawn without them.
   */
  requestAccess(wish: Omit<AccessWish, "correlationId">, now: Instant): TrueRequest {
    this.advance(now);
    this.#interventions += 1;
    const random = new Random(this.#seed - this.#interventions * 0x1_0000_0000);
    const course = { random, traps: this.#sim.traps.with({}) };
    const { result, rows } = this.#sim.intervene(now, course, () =>
      this.#jit.request({ ...wish, correlationId: random.guid() }, 3 * SECOND),
    );
    this.log.add(rows);
    return result;
  }

  /** Everything that really happened so far, as it stands now. */
  truth(): Truth {
    return {
      openings: this.#openings
        .map((opening) => ({ ...opening }))
        .sort((a, b) => a.openedAt - b.openedAt),
      requests: [...this.#requests],
      failedWrites: [...this.#failedWrites],
      traps: this.#sim.traps.seen(),
      logCut: this.#sim.model.logCut,
    };
  }
}
