import { documentationAddress } from "./identities.ts";
import type { Random } from "./random.ts";
import type { Simulation } from "./simulation.ts";

/** The sources that somebody at that address asks to let in. */
export function drawSources(sim: Simulation, address: string): string[] {
  if (sim.trap("any-source")) {
    return ["*"];
  }
  const first = sim.trap("ipv6") ? documentationAddress6(sim.random) : address;
  if (!sim.trap("many-sources")) {
    return [first];
  }
  const others = Array.from({ length: sim.random.int(1, 3) }, () =>
    sim.random.chance(0.3)
      ? `${sim.random.pick(["203.0.113", "198.51.100"])}.${sim.random.int(0, 15) * 16}/28`
      : documentationAddress(sim.random),
  );
  return [...new Set([first, ...others])];
}

/** The same address written in another way. */
export function otherForm(source: string): string {
  if (source === "*" || source.includes("/")) {
    return source;
  }
  return source.includes(":") ? `${source.toUpperCase()}/128` : `${source}/32`;
}

function documentationAddress6(random: Random): string {
  const host = `2001:db8:${random.int(1, 0xffff).toString(16)}::${random.int(1, 0xffff).toString(16)}`;
  return random.chance(0.3) ? `${host.slice(0, host.lastIndexOf(":"))}:/64` : host;
}
