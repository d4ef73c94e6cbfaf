import { DAY, HOUR, MINUTE } from "../domain/instant.ts";
import { drawDirectRule, drawHarmlessRule } from "./acts.ts";
import { replaceRules } from "./container.ts";
import type { Container, RuleState } from "./container.ts";
import { allowRule, denyRule, firstFree } from "./jit-rules.ts";
import type { JitService } from "./jit.ts";
import { writeRules } from "./rule-writes.ts";
import type { Simulation } from "./simulation.ts";
import { drawSources } from "./sources.ts";

const LAST_PRIORITY = 4096;

/** Puts every NSG into the state in which the log finds it. */
export function setTheScene(sim: Simulation, jit: JitService, ruleCount: number): void {
  for (const container of sim.model.containers) {
    if (container.kind === "nsg") {
      furnish(sim, container, ruleCount);
    }
    if (sim.trap("already-open")) {
      leaveOpen(sim, jit, container);
    }
    if (!sim.trap("no-first-state")) {
      showFirstState(sim, container);
    }
  }
}

/** A template writes the container as it stands, so that the log knows its first state. */
export function showFirstState(sim: Simulation, container: Container): void {
  sim.schedule(sim.random.int(MINUTE, 10 * MINUTE), () => {
    if (!container.isDeleted) {
      writeRules(sim, {
        container,
        rules: container.rules,
        by: sim.model.template,
        form: { kind: "whole" },
      });
    }
  });
}

function furnish(sim: Simulation, nsg: Container, ruleCount: number): void {
  const guarded = sim.model.vms.filter((vm) => vm.guards.includes(nsg));
  stand(
    sim,
    nsg,
    guarded.map((vm, index) => denyRule(sim, vm, LAST_PRIORITY - index)),
    false,
  );
  for (let index = 0; index < ruleCount; index += 1) {
    const rule = sim.random.chance(0.5) ? drawDirectRule(sim, nsg) : drawHarmlessRule(sim, nsg);
    // The first rules stand where JIT wants to put its own.
    const priority = firstFree(new Set(nsg.rules.map((other) => other.priority)), 100 + index * 10);
    stand(sim, nsg, [{ ...rule, priority }, ...nsg.rules], false);
  }
}

function leaveOpen(sim: Simulation, jit: JitService, container: Container): void {
  const guarded = sim.model.vms.filter((vm) => vm.guards.includes(container));
  const vm = sim.random.pick(guarded);
  const address = sim.random.pick(sim.random.pick(sim.model.people).addresses);
  const rule = allowRule(sim, vm, container, sim.random.pick(vm.ports), drawSources(sim, address));
  const end = sim.model.start + sim.random.int(HOUR / 2, 12 * HOUR);
  jit.adopt(container, rule, end);
  const taken = new Set(container.rules.map((other) => other.priority));
  stand(sim, container, [{ ...rule, priority: firstFree(taken, 100) }, ...container.rules], true);
}

/** Puts rules in place that stood before the log begins. */
export function stand(
  sim: Simulation,
  container: Container,
  rules: readonly RuleState[],
  isProvider: boolean,
): void {
  const before = sim.model.start - sim.random.int(HOUR, 30 * DAY);
  const by = { person: null, isProvider };
  for (const opening of replaceRules(container, rules, before, by, sim.origins).opened) {
    sim.ledger.opening(opening);
  }
}
