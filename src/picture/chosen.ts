import type { AccessRequest } from "../domain/access-request.ts";
import type { Instant } from "../domain/instant.ts";
import type { Opening } from "../domain/opening.ts";
import type { Period } from "../domain/question.ts";
import { portText } from "../domain/security-rule.ts";
import { portWords } from "../domain/service-port.ts";
import { containerWord, nameAmong, sharedNames } from "../domain/resource-id.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import type { Trail } from "../domain/trail.ts";
import { pictureText, shortened } from "./picture-text.ts";

const NAME_LIMIT = 80;
/** Above every port number: a row for what names no port comes last. */
const NO_PORT = 1e6;

/** A request that was refused for one port of one VM. */
export interface Denial {
  readonly request: AccessRequest;
  readonly at: Instant;
}

/** One port of one VM with all that happened to it in the period. */
export interface ChosenRow {
  readonly label: string;
  /** For the order among the rows of a VM that are alike otherwise. */
  readonly port: number;
  readonly openings: readonly Opening[];
  readonly denials: readonly Denial[];
}

/** A VM, NSG or firewall with the rows of its ports. */
export interface ChosenGroup {
  readonly key: string;
  readonly name: string;
  readonly rows: readonly ChosenRow[];
}

interface GrowingRow {
  readonly label: string;
  readonly port: number;
  readonly openings: Opening[];
  readonly denials: Denial[];
}

interface GrowingGroup {
  readonly key: string;
  readonly name: string;
  readonly rows: Map<string, GrowingRow>;
}

/** What of the trail stood or was refused in the period, by VM and port, in no promised order. */
export function chooseRows(trail: Trail, period: Period | null): readonly ChosenGroup[] {
  const naming = namingOf(trail);
  const groups = new Map<string, GrowingGroup>();
  const rowOf = (subject: Subject, label: string, port: number): GrowingRow => {
    const group = groups.get(subject.key) ?? { ...subject, rows: new Map<string, GrowingRow>() };
    groups.set(subject.key, group);
    const row = group.rows.get(label) ?? { label, port, openings: [], denials: [] };
    group.rows.set(label, row);
    return row;
  };
  for (const opening of trail.openings) {
    if (stoodIn(opening, period)) {
      const { port } = opening;
      rowOf(naming.ofOpening(opening), portLabel(opening), port.from).openings.push(opening);
    }
  }
  for (const request of trail.requests) {
    if (within(request.at, period)) {
      for (const { subject, label, port } of deniedPorts(request, naming)) {
        rowOf(subject, label, port).denials.push({ request, at: request.at });
      }
    }
  }
  return [...groups.values()].map(({ key, name, rows }) => ({
    key,
    name,
    rows: [...rows.values()],
  }));
}

interface Subject {
  readonly key: string;
  readonly name: string;
}

interface Naming {
  readonly ofVm: (vm: ResourceId) => Subject;
  readonly ofOpening: (opening: Opening) => Subject;
}

/** Several VMs may share a name, and some are known by nothing else. */
function namingOf(trail: Trail): Naming {
  const vms = [
    ...trail.openings.map(({ vm }) => vm),
    ...trail.requests.flatMap(({ targets }) => targets.map(({ vm }) => vm)),
  ].filter((vm) => vm !== null);
  const shared = sharedNames(vms);
  const byName = new Map(vms.map((vm) => [vm.name.toLowerCase(), vm]));
  const subject = (key: string, name: string): Subject => ({
    key,
    name: shortened(pictureText(name), NAME_LIMIT),
  });
  const ofVm = (vm: ResourceId): Subject => subject(vm.key, nameAmong(vm, shared));
  return {
    ofVm,
    ofOpening: ({ vm, vmName, nsg }) => {
      if (vm !== null) {
        return ofVm(vm);
      }
      if (vmName === null) {
        return subject(nsg.key, `${containerWord(nsg)} ${nsg.name}`);
      }
      const name = vmName.toLowerCase();
      const only = shared.has(name) ? undefined : byName.get(name);
      return only === undefined ? subject(`name:${name}`, vmName) : ofVm(only);
    },
  };
}

function deniedPorts(
  request: AccessRequest,
  naming: Naming,
): readonly { readonly subject: Subject; readonly label: string; readonly port: number }[] {
  const denied = request.targets.filter((one) => one.denied || request.outcome === "denied");
  if (request.outcome === "denied" && request.targets.length === 0) {
    const subject = { key: "", name: "VM not told" };
    return [{ subject, label: "port not told", port: NO_PORT }];
  }
  return denied.flatMap(({ vm, ports }) => {
    const subject = naming.ofVm(vm);
    return ports.length === 0
      ? [{ subject, label: "port not told", port: NO_PORT }]
      : ports.map(({ port }) => ({ subject, label: portWords(port), port: port.from }));
  });
}

/** Firewalls translate ports: the one that the world sees stands beside. */
function portLabel({ port, rule }: Opening): string {
  const words = portWords(port);
  return rule.mappedPort === null || portText(port) === String(rule.mappedPort)
    ? words
    : `${words}, from outside ${rule.mappedPort}`;
}

function stoodIn({ openedAt, closedAt }: Opening, period: Period | null): boolean {
  return (
    period === null ||
    ((period.to === null || openedAt < period.to) &&
      (period.from === null || closedAt === null || closedAt > period.from))
  );
}

function within(at: Instant, period: Period | null): boolean {
  return (
    period === null ||
    ((period.from === null || at >= period.from) && (period.to === null || at < period.to))
  );
}
