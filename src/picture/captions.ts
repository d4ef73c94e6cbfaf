import { timeText, zoneText } from "./time-axis.ts";
import type { TimelinePicture, Totals } from "./timeline.ts";

/** The lines below the title: when and where, how much, and how far knowledge goes. */
export function headerLines(picture: TimelinePicture): readonly string[] {
  return [`${spanWords(picture)}.`, `${totalsWords(picture.totals)}.`, `${knownWords(picture)}.`];
}

/** `2026-11-23 03:00 to 2026-11-24 04:10, Europe/Berlin (UTC+01:00)`. */
export function spanWords({ axis, zone }: TimelinePicture): string {
  const [from, to] = [timeText(axis.from, zone), timeText(axis.to, zone)];
  return `${from} to ${to}, ${zoneText(axis, zone)}`;
}

/** `7 openings on 3 ports of 2 VMs, 2 of them still open, 3 with findings; 1 request denied`. */
export function totalsWords(totals: Totals): string {
  const { openings, standing, flagged, denied, ports, vms } = totals;
  if (openings + denied === 0) {
    return "No opening and no denied request in this time";
  }
  const where = `on ${counted(ports, "port")} of ${counted(vms, "VM or NSG", "VMs or NSGs")}`;
  const parts = [
    `${counted(openings, "opening")} ${where}`,
    ...(standing === 0 ? [] : [`${standing} still open`]),
    ...(flagged === 0 ? [] : [`${flagged} with findings`]),
    ...(denied === 0 ? [] : [counted(denied, "denied request")]),
  ];
  return parts.join("; ");
}

/** How far knowledge goes; `now` is as far as it can. */
export function knownWords({ axis, known, knownIs, quiet, zone }: TimelinePicture): string {
  const at = timeText(known, zone);
  if (known <= axis.from) {
    return `Nothing is known of this time: the log ends before it, at ${at}`;
  }
  const where = knownIs === "now" ? `now, ${at}` : `the end of the log, ${at}`;
  return quiet ? `Nothing more up to ${where}` : `Known up to ${where}`;
}

/** What is not in the picture; empty when everything is. */
export function leftLines({ left }: TimelinePicture): readonly string[] {
  if (left.openings + left.denied + left.ports === 0) {
    return [];
  }
  const parts = [
    ...(left.openings === 0 ? [] : [counted(left.openings, "more opening")]),
    ...(left.denied === 0 ? [] : [counted(left.denied, "more denied request")]),
  ];
  const rows = left.ports === 0 ? "" : `, among them all of ${counted(left.ports, "more port")}`;
  const standing = left.standing === 0 ? "" : ` ${left.standing} of them still open.`;
  return [
    `Not drawn: ${parts.join(" and ")}${rows}.${standing} Ask for one VM or a shorter period.`,
  ];
}

/** `1 port`, `2 ports`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
