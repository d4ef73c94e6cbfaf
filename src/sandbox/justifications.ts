import type { Simulation } from "./simulation.ts";

const ORDINARY = [
  "INC-4411: disk full",
  "Patch Tuesday follow-up",
  "CHG0031337 database maintenance",
  "checking why the agent is offline",
  "Zugriff für Wartung – Müller",
] as const;

/** What somebody might write to attack the channel or terminal that shows it. */
const HOSTILE = [
  "<!channel> please *approve* <https://example.com|this>",
  "\u001b[2J\u001b[31mall clear\u001b[0m\u0007",
  "opened by \u202Eecila\u202C, not me",
  "line one\r\nverdict: certain, bob@contoso.com",
  "<script>alert(1)</script> & <at>everyone</at>",
  "```\n@here\n``` \u200B\u0000 end",
  "a".repeat(4000),
  "   ",
] as const;

/** A request's justification, which is often absent and sometimes hostile. */
export function drawJustification(sim: Simulation): string | null {
  if (sim.trap("hostile-justification")) {
    return sim.random.pick(HOSTILE);
  }
  return sim.trap("no-justification") ? null : sim.random.pick(ORDINARY);
}
