import { HOUR, MINUTE, SECOND } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { Container, RuleState } from "./container.ts";
import type { Identity } from "./identities.ts";
import { drawJustification } from "./justifications.ts";
import { allowRule, insertRule, removeRules } from "./jit-rules.ts";
import { JitRegister } from "./jit-register.ts";
import { logRequest } from "./jit-rows.ts";
import { planAftermath } from "./aftermath.ts";
import { failToWrite, writeRules } from "./rule-writes.ts";
import type { Simulation } from "./simulation.ts";
import { drawSources, otherForm } from "./sources.ts";
import type { TenantVm } from "./tenant-model.ts";
import type { TrueRequest } from "./truth.ts";

/** With more rules than this, an NSG keeps none open past its end, so that a long story stays small. */
const CROWDED = 60;

/** What one person asks for. */
interface Wish {
  readonly person: Identity;
  readonly address: string;
  readonly vms: readonly TenantVm[];
  readonly ports: readonly number[];
  readonly sources: readonly string[];
}

/** An access request in every detail. */
export interface AccessWish {
  readonly correlationId: string;
  readonly person: Identity;
  /** The client address that the log shows. */
  readonly address: string;
  /** Resource ID of the JIT policy. */
  readonly policy: string;
  readonly targets: readonly {
    readonly vm: TenantVm;
    readonly ports: readonly {
      readonly port: number;
      readonly sources: readonly string[];
      readonly end: Instant;
    }[];
  }[];
  readonly justification: string | null;
  /** Refused: no rule is written. */
  readonly denied: boolean;
}

/** A rule that a request is to get. */
interface WantedRule {
  readonly request: TrueRequest;
  readonly vm: TenantVm;
  readonly port: number;
  readonly sources: readonly string[];
  readonly end: Instant;
}

/** One request's rules that wait to be written into one container. */
interface Pending {
  readonly request: TrueRequest;
  readonly wanted: WantedRule[];
  readonly correlationId: string;
}

/** The JIT service: takes requests, writes rules, takes them away at their end. */
export class JitService {
  readonly #sim: Simulation;
  readonly #pending = new Map<Container, Pending[]>();
  /** What JIT's standing rules are for. */
  readonly #active = new Map<string, WantedRule>();
  readonly register = new JitRegister();

  constructor(sim: Simulation) {
    this.#sim = sim;
  }

  /** Somebody asks for access now; rivals and latecomers may follow. */
  requestAccess(): void {
    const sim = this.#sim;
    const wish = this.#drawWish();
    const isRivalled = sim.trap("rival");
    this.#submit(wish, isRivalled ? 30 * SECOND : 3 * SECOND);
    if (isRivalled) {
      sim.schedule(sim.random.int(0, 20 * SECOND), () => {
        this.#submit(this.#by(wish, sim.random.chance(0.9)), 3 * SECOND);
      });
    }
    if (sim.trap("overlap")) {
      sim.schedule(sim.random.int(5 * MINUTE, 50 * MINUTE), () => {
        const next = this.#by(wish, sim.random.chance(0.7));
        const keepsSources = sim.random.chance(0.4);
        this.#submit(
          keepsSources ? next : { ...next, sources: drawSources(sim, next.address) },
          3 * SECOND,
        );
      });
    }
  }

  /** A rule of JIT's that stood before the log begins, to end at that time. */
  adopt(container: Container, rule: RuleState, end: Instant): void {
    this.#sim.origins.set(rule.name, { request: null, promisedEnd: end });
    this.#planEnd(container, [rule.name], end);
  }

  #drawWish(): Wish {
    const sim = this.#sim;
    const { random, model } = sim;
    const person = random.pick(model.people);
    const vm = random.pick(model.vms);
    const address = random.pick(person.addresses);
    const neighbours = model.vms.filter((other) => other !== vm && other.policy === vm.policy);
    const vms =
      sim.trap("many-vms") && neighbours.length > 0
        ? [vm, ...neighbours.slice(0, random.int(1, 3))]
        : [vm];
    const ports = sim.trap("many-ports")
      ? vm.ports.slice(0, random.int(1, vm.ports.length))
      : [random.pick(vm.ports)];
    return { person, address, vms, ports, sources: drawSources(sim, address) };
  }

  /** The same wish by another person, or once more by the same. */
  #by(wish: Wish, isOther: boolean): Wish {
    const { random, model } = this.#sim;
    const others = model.people.filter((person) => person !== wish.person);
    return isOther && others.length > 0 ? { ...wish, person: random.pick(others) } : wish;
  }

  #submit(wish: Wish, earliestWrite: number): void {
    const sim = this.#sim;
    const { random } = sim;
    const end = sim.now + random.pick([HOUR, 2 * HOUR, 3 * HOUR]);
    this.request(
      {
        correlationId: random.guid(),
        person: wish.person,
        address: wish.address,
        policy: wish.vms[0]?.policy ?? "",
        targets: wish.vms.map((vm) => ({
          vm,
          ports: wish.ports.map((port) => ({ port, sources: wish.sources, end })),
        })),
        justification: drawJustification(sim),
        denied: sim.trap("denied"),
      },
      earliestWrite,
    );
  }

  /**
   * Somebody asks for exactly this now.
   *
   * @param earliestWrite how long the rules take at least; up to three minutes more.
   */
  request(wish: AccessWish, earliestWrite: Duration): TrueRequest {
    const sim = this.#sim;
    const { random } = sim;
    const request: TrueRequest = {
      correlationId: wish.correlationId,
      person: { name: wish.person.caller, objectId: wish.person.objectId },
      at: sim.now,
      targets: wish.targets.map(({ vm, ports }) => ({
        vm: vm.id,
        ports: ports.map(({ port, sources, end }) => ({ port, sources, promisedEnd: end })),
      })),
      justification: wish.justification,
      denied: wish.denied,
      rows: [],
      bodyRows: [],
    };
    sim.ledger.request(request);
    logRequest(sim, request, wish.person, wish.address, wish.policy);
    if (request.denied) {
      return request;
    }
    this.register.add(wish.policy, request);
    const inOtherForm = sim.trap("source-forms");
    const correlationId = sim.trap("same-correlation") ? request.correlationId : random.guid();
    const byContainer = new Map<Container, WantedRule[]>();
    for (const { vm, ports } of wish.targets) {
      for (const guard of vm.guards) {
        const wanted = byContainer.get(guard) ?? [];
        wanted.push(
          ...ports.map(({ port, sources, end }) => ({
            request,
            vm,
            port,
            sources: inOtherForm ? sources.map(otherForm) : sources,
            end,
          })),
        );
        byContainer.set(guard, wanted);
      }
    }
    for (const [container, wanted] of byContainer) {
      const pending = { request, wanted, correlationId };
      this.#pending.set(container, [...(this.#pending.get(container) ?? []), pending]);
      sim.schedule(random.int(earliestWrite, earliestWrite + 3 * MINUTE), () => {
        this.#writeDue(container, pending);
      });
    }
    return request;
  }

  #writeDue(container: Container, due: Pending): void {
    const sim = this.#sim;
    const waiting = this.#pending.get(container) ?? [];
    if (!waiting.includes(due) || container.isDeleted) {
      return;
    }
    const taken = waiting.length > 1 && sim.trap("merged-write") ? waiting : [due];
    this.#pending.set(
      container,
      waiting.filter((other) => !taken.includes(other)),
    );
    let { rules } = container;
    const added: { readonly rule: RuleState; readonly wanted: WantedRule }[] = [];
    for (const pending of taken) {
      rules = this.#supersede(container, rules, pending, taken);
      for (const wanted of pending.wanted) {
        const rule = allowRule(sim, wanted.vm, container, wanted.port, wanted.sources);
        sim.origins.set(rule.name, { request: wanted.request, promisedEnd: wanted.end });
        rules = insertRule(container, rules, rule, sim.trap("priority-shift"));
        added.push({ rule, wanted });
      }
    }
    if (added.length === 0) {
      return;
    }
    const write = {
      container,
      rules,
      by: sim.model.provider,
      form: { kind: "whole" },
      correlationId:
        taken.length === 1 || sim.trap("borrowed-correlation")
          ? due.correlationId
          : sim.random.guid(),
    } as const;
    if (sim.trap("failed-write")) {
      failToWrite(sim, write);
      if (sim.random.chance(0.5)) {
        this.#pending.set(container, [...(this.#pending.get(container) ?? []), ...taken]);
        for (const pending of taken) {
          sim.schedule(sim.random.int(MINUTE, 3 * MINUTE), () => {
            this.#writeDue(container, pending);
          });
        }
      }
      return;
    }
    writeRules(sim, write);
    for (const { rule, wanted } of added) {
      this.#active.set(rule.name, wanted);
    }
    this.#planEnds(container, added);
    const [first] = added;
    if (first !== undefined) {
      planAftermath(sim, container, first.rule, first.wanted.end);
    }
  }

  /** Takes away what earlier requests have, or still wait for, on the same VM and port. */
  #supersede(
    container: Container,
    rules: readonly RuleState[],
    newer: Pending,
    taken: readonly Pending[],
  ): readonly RuleState[] {
    const isSame = (other: WantedRule): boolean =>
      newer.wanted.some((wanted) => wanted.vm === other.vm && wanted.port === other.port);
    const names = rules
      .map((rule) => rule.name)
      .filter((name) => {
        const active = this.#active.get(name);
        return active !== undefined && isSame(active);
      });
    const earlier = (this.#pending.get(container) ?? []).filter(
      (other) => !taken.includes(other) && other.request.at <= newer.request.at,
    );
    const isPossible = names.length > 0 || earlier.some((other) => other.wanted.some(isSame));
    if (!isPossible || !this.#sim.trap("supersede")) {
      return rules;
    }
    for (const other of earlier) {
      this.#note(other.wanted.filter(isSame), "NewerRequestInitiated");
      other.wanted.splice(0, other.wanted.length, ...other.wanted.filter((one) => !isSame(one)));
    }
    this.#note(
      names.flatMap((name) => this.#active.get(name) ?? []),
      "NewerRequestInitiated",
    );
    return removeRules(container, rules, new Set(names));
  }

  #note(ended: readonly WantedRule[], reason: "Expired" | "NewerRequestInitiated"): void {
    for (const { request, vm, port } of ended) {
      this.register.end(request, vm.id, port, reason);
    }
  }

  #planEnds(
    container: Container,
    added: readonly { readonly rule: RuleState; readonly wanted: WantedRule }[],
  ): void {
    const byEnd = new Map<Instant, string[]>();
    for (const { rule, wanted } of added) {
      byEnd.set(wanted.end, [...(byEnd.get(wanted.end) ?? []), rule.name]);
    }
    for (const [end, names] of byEnd) {
      if (container.rules.length > CROWDED || !this.#sim.trap("overstay")) {
        this.#planEnd(container, names, end);
      }
    }
  }

  #planEnd(container: Container, names: readonly string[], end: Instant): void {
    const sim = this.#sim;
    sim.schedule(Math.max(0, end - sim.now) + sim.random.int(0, 90 * SECOND), () => {
      const left = new Set(names.filter((name) => hasRule(container, name)));
      this.#note(
        names.flatMap((name) => this.#active.get(name) ?? []),
        "Expired",
      );
      for (const name of names) {
        this.#active.delete(name);
        sim.origins.delete(name);
      }
      if (left.size > 0 && !container.isDeleted) {
        writeRules(sim, {
          container,
          rules: removeRules(container, container.rules, left),
          by: sim.model.provider,
          form: { kind: "whole" },
        });
      }
    });
  }
}

function hasRule(container: Container, name: string): boolean {
  return container.rules.some((rule) => rule.name === name);
}
