import { MINUTE } from "../domain/instant.ts";
import type { Instant } from "../domain/instant.ts";
import type { Container, RuleState } from "./container.ts";
import { writeRules } from "./rule-writes.ts";
import type { Simulation } from "./simulation.ts";

/** What people and templates do to a rule of JIT's, during its time and after it. */
export function planAftermath(
  sim: Simulation,
  container: Container,
  rule: RuleState,
  end: Instant,
): void {
  const { random } = sim;
  const lifetime = Math.max(MINUTE, end - sim.now);
  const during = (run: () => void): void => {
    sim.schedule(random.int(MINUTE, lifetime), () => {
      if (!container.isDeleted && container.rules.some((other) => other.name === rule.name)) {
        run();
      }
    });
  };
  if (sim.trap("closed-early")) {
    during(() => {
      deleteRule(sim, container, rule.name);
    });
  }
  if (sim.trap("widened-rule")) {
    during(() => {
      widenRule(sim, container, rule.name);
    });
  }
  if (sim.trap("template-removes")) {
    during(() => {
      writeRules(sim, {
        container,
        rules: container.rules.filter((other) => !isJitAllow(other)),
        by: sim.model.template,
        form: { kind: "whole" },
      });
    });
  }
  if (sim.trap("template-resurrects")) {
    const state = container.rules;
    sim.schedule(lifetime + random.int(10 * MINUTE, 240 * MINUTE), () => {
      if (!container.isDeleted) {
        writeRules(sim, {
          container,
          rules: state,
          by: sim.model.template,
          form: { kind: "whole" },
        });
      }
    });
  }
}

/** A person takes one rule away. */
export function deleteRule(sim: Simulation, container: Container, name: string): void {
  const rule = container.rules.find((other) => other.name === name);
  if (rule !== undefined) {
    writeRules(sim, {
      container,
      rules: container.rules.filter((other) => other !== rule),
      by: sim.random.pick(sim.model.people),
      form: container.kind === "nsg" ? { kind: "rule-delete", rule } : { kind: "whole" },
    });
  }
}

/** A person edits one rule so that more sources may connect. */
function widenRule(sim: Simulation, container: Container, name: string): void {
  const rule = container.rules.find((other) => other.name === name);
  if (rule === undefined) {
    return;
  }
  const wide = {
    ...rule,
    sources:
      sim.random.chance(0.5) || rule.sources.includes("*")
        ? ["*"]
        : [...rule.sources, "192.0.2.0/24"],
  };
  writeRules(sim, {
    container,
    rules: container.rules.map((other) => (other === rule ? wide : other)),
    by: sim.random.pick(sim.model.people),
    form: container.kind === "nsg" ? { kind: "rule", rule: wide } : { kind: "whole" },
  });
}

function isJitAllow(rule: RuleState): boolean {
  return rule.access === "Allow" && /-JITRule/.test(rule.name);
}
