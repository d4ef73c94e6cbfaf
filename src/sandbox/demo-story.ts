import { DAY, HOUR, MINUTE, SECOND } from "../domain/instant.ts";
import type { Duration } from "../domain/instant.ts";
import { deleteRule } from "./aftermath.ts";
import { showFirstState, stand } from "./beginnings.ts";
import type { RuleState } from "./container.ts";
import type { Identity } from "./identities.ts";
import { denyRule, firstFree } from "./jit-rules.ts";
import type { JitService } from "./jit.ts";
import { drawJustification } from "./justifications.ts";
import { Random } from "./random.ts";
import { writeRules } from "./rule-writes.ts";
import type { Simulation } from "./simulation.ts";
import type { TenantVm } from "./tenant-model.ts";
import type { TrapChances } from "./traps.ts";
import type { TrueRequest } from "./truth.ts";

/** How much of the demo's story lies behind when somebody starts it. */
export const DEMO_HISTORY: Duration = 7 * DAY;

/** Whatever happens in the demo can be read from its log, so nothing that hides facts is among them. */
const ORDINARY: TrapChances = {
  "no-justification": 0.2,
  "newer-branding": 0.5,
  "same-correlation": 0.3,
  "priority-shift": 0.3,
  "closed-early": 0.1,
};

type Episode = "request" | "two-ports" | "denied" | "direct" | "overstay" | "rivals";

/** What happens in ten turns, in an order that is drawn anew each time. */
const DECK: readonly Episode[] = [
  "request",
  "request",
  "request",
  "request",
  "request",
  "two-ports",
  "denied",
  "direct",
  "overstay",
  "rivals",
];

/** What makes an episode what it is, beside what may happen in any. */
const EPISODE_TRAPS: Readonly<Partial<Record<Episode, TrapChances>>> = {
  overstay: { overstay: 1, "closed-early": 0 },
  // A correlation ID would tell whose rule is whose.
  rivals: { "same-correlation": 0 },
};

const LAST_PRIORITY = 4096;

/** Tells the demo's story: a week behind, then something new every 20 to 40 minutes, without an end. */
export class DemoStory {
  readonly #sim: Simulation;
  readonly #jit: JitService;
  /** What draws the turns: each episode has a chance of its own, so none changes the others. */
  readonly #seed: number;
  #episodes = 0;

  constructor(sim: Simulation, jit: JitService, seed: number) {
    this.#sim = sim;
    this.#jit = jit;
    this.#seed = seed;
  }

  /** Sets the scene and plans everything. */
  begin(): void {
    this.#setTheScene();
    // Even what is closed latest is over before the last hours begin.
    this.#turns({
      from: HOUR,
      least: 3 * HOUR,
      most: 6 * HOUR,
      until: DEMO_HISTORY - 15 * HOUR,
    });
    this.#highlights();
    this.#turns({
      from: DEMO_HISTORY + MINUTE,
      least: 20 * MINUTE,
      most: 40 * MINUTE,
      until: Number.POSITIVE_INFINITY,
    });
  }

  #setTheScene(): void {
    const sim = this.#sim;
    for (const nsg of sim.model.containers) {
      const guarded = sim.model.vms.filter((vm) => vm.guards.includes(nsg));
      const standing: RuleState[] = guarded.map((vm, index) =>
        denyRule(sim, vm, LAST_PRIORITY - index),
      );
      if (guarded.some(({ name }) => name === "vm-web")) {
        standing.unshift(inboundRule("Allow-Https-Internet", "443", "Internet", 300));
      }
      stand(sim, nsg, standing, false);
      showFirstState(sim, nsg);
    }
  }

  /** The last hours before the present, the same for every seed but for identities and minutes. */
  #highlights(): void {
    const ago = (before: Duration, traps: TrapChances, run: () => void): void => {
      this.#sim.schedule(DEMO_HISTORY - before, () => {
        this.#episode({ ...ORDINARY, "closed-early": 0, ...traps }, run);
      });
    };
    ago(9 * HOUR, {}, () => {
      this.#openDirectly(this.#person("dave"), this.#vm("vm-build"), 22, 14 * HOUR);
    });
    ago(7 * HOUR, {}, () => {
      this.#ask(this.#person("carol"), this.#vm("vm-sql"), [3389], { denied: true });
    });
    ago(5 * HOUR, { ...EPISODE_TRAPS.overstay }, () => {
      this.#overstay(this.#person("erin"), this.#vm("vm-jump"), 22);
    });
    ago(150 * MINUTE, { ...EPISODE_TRAPS.rivals }, () => {
      this.#rivals([this.#person("bob"), this.#person("carol")], this.#vm("vm-app"), 3389);
    });
    ago(45 * MINUTE, { "no-justification": 0 }, () => {
      this.#ask(this.#person("alice"), this.#vm("vm-x"), [3389], { hours: 3 });
    });
  }

  /** Turns at drawn distances; the times count from the story's beginning. */
  #turns(plan: {
    readonly from: Duration;
    readonly least: Duration;
    readonly most: Duration;
    readonly until: Duration;
  }): void {
    const director = new Random(this.#nextSeed());
    let deck: Episode[] = ["request"];
    const next = (at: Duration, after: Duration): void => {
      if (at < plan.until) {
        this.#sim.schedule(after, () => {
          this.#turn(deck.pop() ?? "request");
          deck = deck.length === 0 ? director.shuffle(DECK) : deck;
          const pause = director.int(plan.least, plan.most);
          next(at + pause, pause);
        });
      }
    };
    next(plan.from, plan.from);
  }

  #turn(episode: Episode): void {
    this.#episode({ ...ORDINARY, ...EPISODE_TRAPS[episode] }, () => {
      const { random } = this.#sim;
      const [first, second] = random.shuffle(
        this.#sim.model.people.filter(({ caller }) => !caller.startsWith("you@")),
      );
      const free = this.#sim.model.vms.flatMap((vm) =>
        vm.ports.filter((port) => !isOpen(vm, port)).map((port) => ({ vm, port })),
      );
      if (first === undefined || second === undefined || free.length === 0) {
        return;
      }
      const { vm, port } = random.pick(free);
      switch (episode) {
        case "request":
          this.#ask(first, vm, [port], {});
          break;
        case "two-ports":
          this.#ask(
            first,
            vm,
            vm.ports.filter((other) => !isOpen(vm, other)),
            {},
          );
          break;
        case "denied":
          this.#ask(first, vm, [port], { denied: true });
          break;
        case "direct":
          this.#openDirectly(first, vm, port, random.int(2 * HOUR, 8 * HOUR));
          break;
        case "overstay":
          this.#overstay(first, vm, port);
          break;
        case "rivals":
          this.#rivals([first, second], vm, port);
          break;
      }
    });
  }

  #episode(traps: TrapChances, run: () => void): void {
    const course = { random: new Random(this.#nextSeed()), traps: this.#sim.traps.with(traps) };
    this.#sim.follow(course, run);
  }

  #nextSeed(): number {
    this.#episodes += 1;
    return this.#seed + this.#episodes * 0x1_0000_0000;
  }

  #ask(
    person: Identity,
    vm: TenantVm,
    ports: readonly number[],
    how: { readonly denied?: boolean; readonly hours?: number; readonly source?: string },
  ): TrueRequest {
    const sim = this.#sim;
    const address = sim.random.pick(person.addresses);
    const end = sim.now + (how.hours ?? sim.random.int(1, 3)) * HOUR;
    return this.#jit.request(
      {
        correlationId: sim.random.guid(),
        person,
        address,
        policy: vm.policy,
        targets: [
          {
            vm,
            ports: ports.map((port) => ({ port, sources: [how.source ?? address], end })),
          },
        ],
        justification: drawJustification(sim),
        denied: how.denied ?? false,
      },
      3 * SECOND,
    );
  }

  /** JIT forgets to close; somebody does it hours later. */
  #overstay(person: Identity, vm: TenantVm, port: number): void {
    const sim = this.#sim;
    const request = this.#ask(person, vm, [port], { hours: 1 });
    sim.schedule(sim.random.int(7 * HOUR, 12 * HOUR), () => {
      for (const nsg of vm.guards) {
        const left = nsg.rules.find((rule) => sim.origins.get(rule.name)?.request === request);
        if (left !== undefined) {
          deleteRule(sim, nsg, left.name);
        }
      }
    });
  }

  /** Two people ask for the same within seconds: the log does not say whose rule is whose. */
  #rivals(people: readonly [Identity, Identity], vm: TenantVm, port: number): void {
    const [first, second] = people;
    const source = this.#sim.random.pick(first.addresses);
    this.#ask(first, vm, [port], { hours: 2, source });
    this.#sim.schedule(this.#sim.random.int(2 * SECOND, 15 * SECOND), () => {
      this.#ask(second, vm, [port], { hours: 2, source });
    });
  }

  /** A person opens a port by hand, to anybody, and remembers it hours later. */
  #openDirectly(person: Identity, vm: TenantVm, port: number, after: Duration): void {
    const sim = this.#sim;
    const [nsg] = vm.guards;
    if (nsg === undefined) {
      return;
    }
    const priority = firstFree(new Set(nsg.rules.map((rule) => rule.priority)), 200);
    const name = `Allow-${PORT_NAMES[port] ?? port}-Temp-${sim.random.hex(8).slice(0, 4)}`;
    const rule = {
      ...inboundRule(name, String(port), "*", priority),
      destinations: [vm.address],
    };
    writeRules(sim, {
      container: nsg,
      rules: [...nsg.rules, rule],
      by: person,
      form: { kind: "rule", rule },
    });
    sim.schedule(after, () => {
      deleteRule(sim, nsg, rule.name);
    });
  }

  #person(local: string): Identity {
    return named(this.#sim.model.people, ({ caller }) => caller.startsWith(`${local}@`));
  }

  #vm(name: string): TenantVm {
    return named(this.#sim.model.vms, (vm) => vm.name === name);
  }
}

const PORT_NAMES: Readonly<Record<number, string>> = {
  22: "SSH",
  1433: "SQL",
  3389: "RDP",
};

function named<T>(items: readonly T[], isWanted: (item: T) => boolean): T {
  const item = items.find(isWanted);
  if (item === undefined) {
    throw new RangeError("The demo's story names somebody or something that is not in its model.");
  }
  return item;
}

/** Whether somebody is let in, or soon will be. */
function isOpen(vm: TenantVm, port: number): boolean {
  return vm.guards.some((nsg) =>
    nsg.rules.some(
      (rule) =>
        rule.access === "Allow" &&
        rule.destinations.includes(vm.address) &&
        rule.ports.includes(String(port)),
    ),
  );
}

function inboundRule(name: string, port: string, source: string, priority: number): RuleState {
  return {
    name,
    access: "Allow",
    direction: "Inbound",
    protocol: "TCP",
    priority,
    ports: [port],
    sources: [source],
    destinations: ["*"],
    description: "",
    mappedPort: null,
  };
}
