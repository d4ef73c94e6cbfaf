import { MINUTE, SECOND } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import { SECURITY_PROVIDER_APP_ID, SECURITY_PROVIDER_NAME } from "../domain/principal.ts";
import type { RuleOrigin } from "./container.ts";
import { claimsOf } from "./identities.ts";
import type { Identity } from "./identities.ts";
import type { Random } from "./random.ts";
import type { TenantModel } from "./tenant-model.ts";
import type { TrapName, Traps } from "./traps.ts";
import type { TrueFailedWrite, TrueOpening, TrueRequest } from "./truth.ts";
import { wireRow } from "./wire-row.ts";
import type { Operation, WireRow, WireStatus, Writer } from "./wire-row.ts";

/** One row of an operation, before it is known whether the log keeps it. */
export interface PlannedRow {
  readonly status: WireStatus;
  readonly subStatus: string;
  /** How long after the operation's start; the first row has 0. */
  readonly after: number;
  readonly properties: Readonly<Record<string, string>> | null;
  /** The resource, where it differs from the operation's. */
  readonly resource?: string;
  /** Called with the row's `eventDataId` when the log keeps the row. */
  readonly onKept?: (eventDataId: string) => void;
}

/** One operation: its rows share caller, operation ID and correlation ID. */
export interface PlannedOperation {
  readonly operation: Operation;
  readonly resource: string;
  readonly writer: Writer;
  readonly method: string;
  readonly correlationId: string;
  readonly operationId: string;
  readonly rows: readonly PlannedRow[];
}

/** The hidden side of the tenant: what really happened. */
export interface Ledger {
  readonly opening: (opening: TrueOpening) => void;
  readonly request: (request: TrueRequest) => void;
  readonly failedWrite: (write: TrueFailedWrite) => void;
}

/** The chance and the traps of what happens together: whatever follows from it later keeps them. */
export interface Course {
  readonly random: Random;
  readonly traps: Traps;
}

/** How long after it happened a row becomes readable: at least and at most. */
export interface LogDelays {
  readonly from: Duration;
  readonly to: Duration;
}

/** What Azure documents. */
export const AZURE_DELAYS: LogDelays = { from: 3 * MINUTE, to: 20 * MINUTE };

interface Scheduled {
  readonly at: Instant;
  readonly course: Course;
  readonly run: () => void;
}

/** Runs the tenant through time: what is scheduled happens in order, and writes rows as it happens. */
export class Simulation {
  readonly model: TenantModel;
  readonly ledger: Ledger;
  /** What is really behind each rule that JIT wrote, by rule name. */
  readonly origins = new Map<string, RuleOrigin>();
  /** Latest first, so that the next one is taken from the end; of equal ones the first comes first. */
  readonly #queue: Scheduled[] = [];
  readonly #delays: LogDelays;
  #course: Course;
  #rows: WireRow[] = [];
  #now: Instant;

  constructor(model: TenantModel, course: Course, ledger: Ledger, delays = AZURE_DELAYS) {
    this.model = model;
    this.ledger = ledger;
    this.#delays = delays;
    this.#course = course;
    this.#now = model.start;
  }

  /** The chance of the course that is being followed. */
  get random(): Random {
    return this.#course.random;
  }

  /** The traps of the course that is being followed. */
  get traps(): Traps {
    return this.#course.traps;
  }

  /** The present moment, as a row would show it: cut to the second where the tenant's clock is coarse. */
  get now(): Instant {
    return this.model.style.coarseTime ? Math.floor(this.#now / SECOND) * SECOND : this.#now;
  }

  /** Whether the trap is set this time. */
  trap(name: TrapName): boolean {
    return this.traps.draw(name, this.random);
  }

  /**
   * Lets something happen now on a course of its own, so that it draws nothing from the chance of the
   * others: they go on as if it had not happened.
   */
  follow<T>(course: Course, run: () => T): T {
    const before = this.#course;
    this.#course = course;
    try {
      return run();
    } finally {
      this.#course = before;
    }
  }

  /** Has something happen that many milliseconds from now, on the course that is being followed. */
  schedule(after: number, run: () => void): void {
    const entry = { at: this.#now + after, course: this.#course, run };
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#queue[middle];
      if (other !== undefined && other.at > entry.at) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    this.#queue.splice(low, 0, entry);
  }

  /** Goes on to the next moment before `until`; returns its rows, or null when there is none left. */
  step(until: Instant): readonly WireRow[] | null {
    const next = this.#queue.at(-1);
    if (next === undefined || next.at >= until) {
      return null;
    }
    this.#queue.pop();
    this.#now = next.at;
    this.#course = next.course;
    next.run();
    return this.#take();
  }

  /**
   * Lets something happen at that time, to which everything earlier must have been stepped; returns its
   * rows beside what it returned.
   */
  intervene<T>(
    at: Instant,
    course: Course,
    run: () => T,
  ): { readonly result: T; readonly rows: readonly WireRow[] } {
    this.#now = Math.max(this.#now, at);
    const result = this.follow(course, run);
    return { result, rows: this.#take() };
  }

  #take(): readonly WireRow[] {
    const rows = this.#rows;
    if (rows.length > 0) {
      this.#rows = [];
    }
    return rows;
  }

  /** Writes the rows of an operation that begins now; some may get lost on the way to the log. */
  log(planned: PlannedOperation): void {
    const isLost = this.trap("lost-operation");
    const isLossy = planned.rows.length > 1 && this.trap("lost-rows");
    const spared = this.random.pick(planned.rows);
    const clientRequestId = this.random.guid();
    for (const row of planned.rows) {
      if (isLost || (isLossy && row !== spared && this.random.chance(0.5))) {
        continue;
      }
      if (row.after === 0) {
        this.#write(planned, row, clientRequestId);
      } else {
        this.schedule(row.after, () => {
          this.#write(planned, row, clientRequestId);
        });
      }
    }
  }

  #write(planned: PlannedOperation, row: PlannedRow, clientRequestId: string): void {
    const { random, model } = this;
    const now = this.now;
    const eventDataId = random.guid();
    const digits = model.style.coarseTime ? "0000" : String(random.int(0, 9999)).padStart(4, "0");
    if (model.logCut !== null && now < model.logCut) {
      return;
    }
    this.#rows.push(
      wireRow({
        at: now,
        digits,
        submittedAt: now + random.int(this.#delays.from, this.#delays.to),
        operation: planned.operation,
        resource: this.casing(row.resource ?? planned.resource),
        status: row.status,
        subStatus: row.subStatus,
        writer: planned.writer,
        method: planned.method,
        clientRequestId,
        correlationId: planned.correlationId,
        operationId: planned.operationId,
        eventDataId,
        tenantId: model.tenantId,
        properties: row.properties,
      }),
    );
    row.onKept?.(eventDataId);
  }

  /** A resource ID as this row happens to write it. */
  casing(id: string): string {
    if (!this.trap("id-casing")) {
      return id;
    }
    switch (this.random.int(0, 2)) {
      case 0:
        return id.toUpperCase();
      case 1:
        return id.toLowerCase();
      default:
        return id.replace("resourceGroups", "resourcegroups").replace("Microsoft.", "microsoft.");
    }
  }

  /** How a person's or an application's rows show them now. */
  writer(identity: Identity, address = this.random.pick(identity.addresses)): Writer {
    const isBare = this.trap("claims-missing");
    return {
      caller: identity.caller,
      claims: isBare ? {} : claimsOf(identity, this.model.tenantId, this.#now, address),
      clientAddress: this.random.chance(0.8) ? address : null,
    };
  }

  /** How a row of the security resource provider shows it: by name, by object ID, or hardly at all. */
  providerWriter(): Writer {
    const { provider } = this.model;
    const isUnproven = this.trap("unproven-writer");
    const claims = isUnproven ? {} : claimsOf(provider, this.model.tenantId, this.#now, null);
    const callers = [SECURITY_PROVIDER_NAME, provider.objectId, null, SECURITY_PROVIDER_APP_ID];
    return {
      caller: callers[this.model.style.providerCaller] ?? null,
      claims,
      clientAddress: null,
    };
  }

  /** The properties that every row of Azure carries, around those given. */
  properties(
    resource: string,
    operation: Operation,
    more: Readonly<Record<string, string>>,
  ): Record<string, string> {
    const subscription = resource.split("/")[2] ?? "";
    return {
      ...more,
      eventCategory: "Administrative",
      entity: resource,
      message: operation.name,
      hierarchy: `${this.model.tenantId}/${subscription}`,
    };
  }
}
