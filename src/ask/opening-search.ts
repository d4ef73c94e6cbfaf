import { DAY } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { Opening } from "../domain/opening.ts";
import type { PortRange } from "../domain/security-rule.ts";
import { portWords, servicePort } from "../domain/service-port.ts";
import { notificationMessage } from "../message/notification-message.ts";
import { vmNameOf } from "../message/notification-words.ts";
import type { OpeningHit, TrailReader } from "../ports.ts";
import { WHOLE_TRAIL } from "./trail-query.ts";

/** Openings that ended longer ago are found by their id alone. */
const SEARCHED: Duration = 30 * DAY;
const MOST_WORDS = 8;

/**
 * Openings for somebody who types into a search box: those of the last 30 days, and those that stand, of
 * which every typed word is found in the VM's or NSG's name, a person's, the rule's or the id, or is the
 * port or the name of its service. The newest come first.
 */
export async function searchOpenings(
  typed: string,
  most: number,
  { store, now }: { readonly store: Pick<TrailReader, "trail">; readonly now: Instant },
): Promise<readonly OpeningHit[]> {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean).slice(0, MOST_WORDS);
  const [first = ""] = words;
  const query =
    words.length === 1 && /^o-[\da-f]{6,}$/.test(first)
      ? { ...WHOLE_TRAIL, openingId: first }
      : { ...WHOLE_TRAIL, period: { from: now - SEARCHED, to: null } };
  const { openings } = await store.trail(query);
  return openings
    .filter((opening) => words.every((word) => fits(word, opening)))
    .toSorted((a, b) => b.openedAt - a.openedAt || (a.id < b.id ? -1 : 1))
    .slice(0, most)
    .map(hitOf);
}

function fits(word: string, opening: Opening): boolean {
  const { id, rule, nsg, port, attribution } = opening;
  const people = [attribution.actor, ...attribution.candidates.map(({ actor }) => actor)];
  const names = [vmNameOf(opening), nsg.name, rule.name, ...people.map((one) => one?.name)];
  return (
    id.startsWith(word) ||
    names.some((name) => name?.toLowerCase().includes(word) === true) ||
    isPort(word, port)
  );
}

function isPort(word: string, { from, to }: PortRange): boolean {
  const named = servicePort(word);
  const number = /^\d{1,5}$/.test(word) ? Number(word) : null;
  return (
    (named !== null && named.from <= to && from <= named.to) ||
    (number !== null && from <= number && number <= to)
  );
}

/** Questions stay out of the card: where it is put, Doorbell may not be. */
function hitOf(opening: Opening): OpeningHit {
  const message = notificationMessage([opening], []);
  return {
    title: `${vmNameOf(opening) ?? opening.nsg.name}: ${portWords(opening.port)}`,
    text: message.summary,
    message: { ...message, nodes: message.nodes.filter(({ kind }) => kind !== "choices") },
  };
}
