import { HOUR, MINUTE } from "../domain/instant.ts";
import { deleteRule } from "./aftermath.ts";
import type { Container, RuleState } from "./container.ts";
import { allowRule, firstFree } from "./jit-rules.ts";
import { OPERATIONS } from "./operations.ts";
import type { Random } from "./random.ts";
import { bodyStyle, writeRules } from "./rule-writes.ts";
import { nsgResponseBody } from "./rule-bodies.ts";
import type { Simulation } from "./simulation.ts";
import { drawSources } from "./sources.ts";
import type { TrapName } from "./traps.ts";

const TAGS = ["VirtualNetwork", "AzureLoadBalancer", "AzureCloud.WestEurope", "Internet"] as const;
const DIRECT_PORTS = ["22", "80", "443", "3389", "5432", "8080"] as const;

/** With more rules than this, an NSG gets tidied up, so that a long story stays small. */
const CROWDED = 60;

const ACTS: readonly {
  readonly trap: TrapName;
  readonly run: (sim: Simulation, nsg: Container) => void;
}[] = [
  { trap: "direct-rule", run: writeDirectRule },
  { trap: "template-write", run: writeTemplate },
  { trap: "harmless-rule", run: writeHarmlessRule },
  { trap: "jit-name-by-hand", run: writeJitRuleByHand },
  { trap: "false-provider", run: writeAsFalseProvider },
  { trap: "tags-patch", run: patchTags },
  { trap: "nsg-deleted", run: deleteNsg },
];

/** Something happens to an NSG that is not JIT's doing. */
export function act(sim: Simulation): void {
  const nsgs = sim.model.containers.filter((other) => other.kind === "nsg" && !other.isDeleted);
  const total = ACTS.reduce((sum, { trap }) => sum + sim.traps.chance(trap), 0);
  if (nsgs.length === 0 || total === 0) {
    return;
  }
  const nsg = sim.random.pick(nsgs);
  if (nsg.rules.length > CROWDED) {
    deleteRule(sim, nsg, sim.random.pick(nsg.rules).name);
    return;
  }
  let left = (sim.random.u32() / 0x1_0000_0000) * total;
  for (const { trap, run } of ACTS) {
    left -= sim.traps.chance(trap);
    if (left < 0) {
      sim.traps.note(trap);
      run(sim, nsg);
      return;
    }
  }
}

/** An inbound allow rule such as people write. */
export function drawDirectRule(sim: Simulation, nsg: Container): RuleState {
  const { random } = sim;
  const ports = sim.trap("port-ranges")
    ? random.pick([["5985-5986"], ["80", "443"], ["8000-8100", "9000"], ["*"], ["0-65535"]])
    : [random.pick(DIRECT_PORTS)];
  const addresses = [...nsg.vmByAddress.keys()];
  return {
    name: `Allow-${random.pick(["Web", "Admin", "Vendor", "Test"])}-${shortName(random)}`,
    access: "Allow",
    direction: "Inbound",
    protocol: random.pick(["TCP", "Tcp", "*"]),
    priority: freePriority(nsg, random.int(200, 900)),
    ports,
    sources: sim.trap("service-tag")
      ? [random.pick(TAGS)]
      : drawSources(sim, random.pick(random.pick(sim.model.people).addresses)),
    destinations: random.chance(0.3) && addresses.length > 0 ? [random.pick(addresses)] : ["*"],
    description: "",
    mappedPort: null,
  };
}

/** Four characters that two rules of one NSG hardly ever share: Azure allows no name twice there. */
function shortName(random: Random): string {
  return random.u32().toString(36).padStart(7, "0").slice(-4);
}

/** A deny or outbound rule, which opens nothing. */
export function drawHarmlessRule(sim: Simulation, nsg: Container): RuleState {
  const isOutbound = sim.random.chance(0.5);
  return {
    ...drawDirectRule(sim, nsg),
    name: `${isOutbound ? "Out" : "Deny"}-${sim.random.hex(8).slice(0, 6)}`,
    direction: isOutbound ? "Outbound" : "Inbound",
    access: isOutbound ? "Allow" : "Deny",
  };
}

function freePriority(nsg: Container, from: number): number {
  return firstFree(new Set(nsg.rules.map((rule) => rule.priority)), from);
}

function writeDirectRule(sim: Simulation, nsg: Container): void {
  writeOneRule(sim, nsg, drawDirectRule(sim, nsg));
}

function writeHarmlessRule(sim: Simulation, nsg: Container): void {
  writeOneRule(sim, nsg, drawHarmlessRule(sim, nsg));
}

function writeJitRuleByHand(sim: Simulation, nsg: Container): void {
  const rule = jitLikeRule(sim, nsg);
  if (rule !== null) {
    writeOneRule(sim, nsg, rule);
  }
}

function writeOneRule(sim: Simulation, nsg: Container, rule: RuleState): void {
  writeRules(sim, {
    container: nsg,
    rules: [...nsg.rules, rule],
    by: sim.random.pick(sim.model.people),
    form: { kind: "rule", rule },
  });
  if (sim.random.chance(0.5)) {
    sim.schedule(sim.random.int(10 * MINUTE, 8 * HOUR), () => {
      if (!nsg.isDeleted) {
        deleteRule(sim, nsg, rule.name);
      }
    });
  }
}

function writeTemplate(sim: Simulation, nsg: Container): void {
  writeRules(sim, {
    container: nsg,
    rules: [...nsg.rules, drawDirectRule(sim, nsg)],
    by: sim.model.template,
    form: { kind: "whole" },
  });
}

function writeAsFalseProvider(sim: Simulation, nsg: Container): void {
  const rule = jitLikeRule(sim, nsg);
  if (rule !== null) {
    writeRules(sim, {
      container: nsg,
      rules: [rule, ...nsg.rules],
      by: sim.model.impostor,
      form: { kind: "whole" },
    });
  }
}

function jitLikeRule(sim: Simulation, nsg: Container): RuleState | null {
  const guarded = sim.model.vms.filter((vm) => vm.guards.includes(nsg));
  if (guarded.length === 0) {
    return null;
  }
  const vm = sim.random.pick(guarded);
  const address = sim.random.pick(sim.random.pick(sim.model.people).addresses);
  const rule = allowRule(sim, vm, nsg, sim.random.pick(vm.ports), drawSources(sim, address));
  return { ...rule, priority: freePriority(nsg, 100) };
}

function patchTags(sim: Simulation, nsg: Container): void {
  const { random, model } = sim;
  const operation = OPERATIONS.nsgWrite;
  const request = JSON.stringify({ tags: { costCentre: String(random.int(1000, 9999)) } });
  const response = nsgResponseBody(nsg, nsg.rules, bodyStyle(sim), random.guid());
  const standing = [...nsg.standing.values()];
  const ended = [...nsg.unseenEnds];
  const hasResponse = random.chance(0.5);
  sim.log({
    operation,
    resource: nsg.id,
    writer: sim.writer(random.pick(model.people)),
    method: "PATCH",
    correlationId: random.guid(),
    operationId: random.guid(),
    rows: [
      {
        status: "Started",
        subStatus: "",
        after: 0,
        properties: sim.properties(nsg.id, operation, { [model.style.requestKey]: request }),
      },
      {
        status: "Succeeded",
        subStatus: "OK",
        after: random.int(200, 3000),
        properties: sim.properties(
          nsg.id,
          operation,
          hasResponse ? { [model.style.responseKey]: response } : {},
        ),
        onKept: (id) => {
          if (!hasResponse) {
            return;
          }
          for (const opening of standing) {
            opening.laterRows.push(id);
          }
          for (const opening of ended) {
            opening.closingRows.push(id);
            nsg.unseenEnds.delete(opening);
          }
        },
      },
    ],
  });
}

function deleteNsg(sim: Simulation, nsg: Container): void {
  writeRules(sim, {
    container: nsg,
    rules: [],
    by: sim.random.pick(sim.model.people),
    form: { kind: "delete" },
  });
}
