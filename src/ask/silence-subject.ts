import { DAY } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import { quoteUnless, vmFilterText } from "../domain/question-name.ts";
import type { Actor } from "../domain/principal.ts";
import type { SilenceSubject } from "../domain/silence.ts";
import type { TrailReader } from "../ports.ts";
import { nearestNames } from "./question-problem.ts";
import type { ReactionCommand } from "./reaction-command.ts";
import { WHOLE_TRAIL } from "./trail-query.ts";
import { matchVms } from "./vm-match.ts";
import { vmFilterOfText } from "./vm-phrase.ts";

/** The VM or person that a command names. */
export type SubjectMatch =
  | { readonly kind: "found"; readonly subject: SilenceSubject }
  /** Words that each mean one of them alone. */
  | { readonly kind: "several"; readonly words: readonly string[] }
  /** None; the nearest names, best first. */
  | { readonly kind: "none"; readonly nearest: readonly string[] };

/** Whoever opened nothing for so long is not silenced by name. */
const RECENT: Duration = 90 * DAY;
const MOST_SEVERAL = 10;

/** Finds the VM or the person that is to be silenced. */
export async function matchSubject(
  { subject, text }: Extract<ReactionCommand, { readonly kind: "silence" }>,
  store: Pick<TrailReader, "names" | "trail">,
  now: Instant,
): Promise<SubjectMatch> {
  const names = await store.names();
  const vms = subject === "person" || text.includes("@") ? null : matchVm(text, names);
  if (vms !== null && (vms.kind !== "none" || subject === "vm")) {
    return vms;
  }
  const people = await matchPerson(text, store, now);
  if (people.kind !== "none") {
    return people;
  }
  const known = [
    ...(subject === "person" ? [] : names.vms.map(({ name }) => name)),
    ...(subject === "vm" ? [] : names.people),
  ];
  return { kind: "none", nearest: nearestNames(text, known) };
}

function matchVm(text: string, names: Awaited<ReturnType<TrailReader["names"]>>): SubjectMatch {
  const filter = vmFilterOfText(text);
  // Who silences all VMs at once wants no notifications.
  if (filter === null || filter.kind === "any" || filter.kind === "wildcard") {
    return { kind: "none", nearest: [] };
  }
  const match = matchVms(filter, names);
  if (match.kind === "several") {
    const words = match.ids.map((id) => `vm ${vmFilterText({ kind: "resource", id })}`);
    return { kind: "several", words: words.slice(0, MOST_SEVERAL) };
  }
  const vms = match.kind === "found" ? match.vms : [];
  const vm = vms.find(({ id }) => id !== null) ?? vms[0];
  return vm === undefined
    ? { kind: "none", nearest: match.kind === "none" ? match.nearest : [] }
    : { kind: "found", subject: { kind: "vm", id: vm.id, name: vm.name } };
}

async function matchPerson(
  text: string,
  store: Pick<TrailReader, "trail">,
  now: Instant,
): Promise<SubjectMatch> {
  const query = { ...WHOLE_TRAIL, person: text, closedAfter: now - RECENT };
  const { openings } = await store.trail(query);
  const wanted = text.toLowerCase();
  const actors = new Map<string, Actor>();
  for (const { attribution } of openings) {
    for (const { actor } of [attribution, ...attribution.candidates]) {
      if (actor !== null && isMeant(actor, wanted)) {
        actors.set(actor.key, actor);
      }
    }
  }
  const exact = [...actors.values()].filter(({ name }) => name.toLowerCase() === wanted);
  const found = exact.length > 0 ? exact : [...actors.values()];
  const [only, ...others] = found;
  if (only === undefined) {
    return { kind: "none", nearest: [] };
  }
  if (others.length === 0) {
    return { kind: "found", subject: { kind: "person", key: only.key, name: only.name } };
  }
  const words = found.map(
    ({ name, objectId }) => `person ${objectId ?? quoteUnless(/^[\w.+@#-]+$/, name)}`,
  );
  return { kind: "several", words: [...new Set(words)].slice(0, MOST_SEVERAL) };
}

function isMeant({ name, objectId }: Actor, wanted: string): boolean {
  return name.toLowerCase().includes(wanted) || objectId?.toLowerCase() === wanted;
}
