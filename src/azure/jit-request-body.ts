import type { JitRequestBody, JitRequestPort, JitRequestVm } from "../domain/activity-event.ts";
import { normalisePrefixes } from "../domain/address-prefix.ts";
import type { Instant } from "../domain/instant.ts";
import { parseResourceId } from "../domain/resource-id.ts";
import { withCanonicalKeys } from "./canonical-keys.ts";
import type { RowBodies, RowBody } from "./row-bodies.ts";
import { quoted, readPorts, singleAndList, unlessFaulty } from "./rule-parts.ts";
import {
  isJsonObject,
  parseJson,
  singleLine,
  wireList,
  wireNumber,
  wireText,
  wireTexts,
} from "./wire-fields.ts";
import type { JsonObject } from "./wire-fields.ts";
import { parseWireDuration, parseWireTime } from "./wire-time.ts";

export const JUSTIFICATION_LIMIT = 2000;
export const REQUESTOR_LIMIT = 256;

/** `JitNetworkAccessPolicyInitiatePort` and `JitNetworkAccessRequestPort`, Microsoft.Security 2020-01-01. */
export interface WirePort {
  readonly allowedSourceAddressPrefix: string | null;
  readonly allowedSourceAddressPrefixes: readonly string[] | null;
  readonly duration: string | null;
  readonly endTimeUtc: string | null;
  readonly mappedPort: string | number | null;
  readonly maxRequestAccessDuration: string | null;
  readonly number: string | number | null;
}

type Report = (fault: string) => void;

/**
 * Reads what was asked for from the bodies of a JIT initiate row, wherever they sit. The response
 * completes the request.
 *
 * @returns null when the row carries no body, or none that could be read.
 */
export function readJitRequest(bodies: RowBodies, report: Report): JitRequestBody | null {
  const own = { content: bodies.properties, complete: true };
  const found = [bodies.request, bodies.response, own].flatMap((body) => {
    const read = body === null ? null : readOne(body, report);
    return read === null ? [] : [read];
  });
  const [first, ...others] = found;
  if (bodies.request?.complete === false || bodies.response?.complete === false) {
    report("a body of the JIT request is cut off or unreadable");
  }
  return first === undefined ? null : others.reduce(merge, first);
}

function readOne(body: RowBody, report: Report): JitRequestBody | null {
  const content = requestIn(withCanonicalKeys(body.content));
  if (content === null) {
    return null;
  }
  const virtualMachines = content["virtualMachines"];
  const vms = wireObjects(
    typeof virtualMachines === "string"
      ? withCanonicalKeys(parseJson(virtualMachines))
      : virtualMachines,
  );
  return {
    virtualMachines: vms.flatMap((vm) =>
      readVm(wireText(vm["id"]), wireObjects(vm["ports"]).map(wirePort), report),
    ),
    justification: singleLine(wireText(content["justification"]), JUSTIFICATION_LIMIT),
    requestor: singleLine(wireText(content["requestor"]), REQUESTOR_LIMIT),
    startTime: readTime(wireText(content["startTimeUtc"])),
    complete: body.complete,
  };
}

/** A list of objects; anything else counts as empty. */
function wireObjects(value: unknown): readonly JsonObject[] {
  const list = wireList(value);
  return list?.every(isJsonObject) === true ? list : [];
}

/** The fields of a port as the wire gives them; what is of another form counts as missing. */
export function wirePort(json: JsonObject): WirePort {
  return {
    allowedSourceAddressPrefix: wireText(json["allowedSourceAddressPrefix"]),
    allowedSourceAddressPrefixes: wireTexts(json["allowedSourceAddressPrefixes"]),
    duration: wireText(json["duration"]),
    endTimeUtc: wireText(json["endTimeUtc"]),
    mappedPort: wireNumber(json["mappedPort"]),
    maxRequestAccessDuration: wireText(json["maxRequestAccessDuration"]),
    number: wireNumber(json["number"]),
  };
}

/** The request itself, directly or one `properties` deeper. */
function requestIn(value: unknown): JsonObject | null {
  if (!isJsonObject(value)) {
    return null;
  }
  if ("virtualMachines" in value || "justification" in value || "requestor" in value) {
    return value;
  }
  const inner = value["properties"];
  return isJsonObject(inner) && "virtualMachines" in inner ? inner : null;
}

function readVm(
  id: string | null,
  ports: readonly WirePort[],
  report: Report,
): readonly JitRequestVm[] {
  const vm = parseResourceId(id ?? "");
  if (vm === null) {
    report(
      `a VM of the JIT request was left out, because ${quoted(id ?? "")} is not a resource ID`,
    );
    return [];
  }
  const requested = ports.filter((port) => !isPolicyPort(port));
  // A policy lists all VMs that it covers, with what they may be asked for: that is no request.
  if (requested.length === 0 && ports.length > 0) {
    return [];
  }
  return [{ vm, ports: requested.flatMap((port) => readPort(port, report)) }];
}

function isPolicyPort(port: WirePort): boolean {
  return (
    isGiven(port.maxRequestAccessDuration) && !isGiven(port.endTimeUtc) && !isGiven(port.duration)
  );
}

function isGiven(text: string | null): boolean {
  return text !== null && text !== "";
}

/** One port of a request; none when it cannot be read, which is then reported. */
export function readPort(wire: WirePort, report: Report): readonly JitRequestPort[] {
  const number = singleAndList(wire.number, null);
  const [port] =
    unlessFaulty(
      () => readPorts(number),
      (reason) => {
        report(`a port of the JIT request was left out, because ${reason}`);
      },
    ) ?? [];
  if (port === undefined) {
    return [];
  }
  const listed = singleAndList(wire.allowedSourceAddressPrefix, wire.allowedSourceAddressPrefixes);
  const { prefixes, unreadable } = normalisePrefixes(listed.flatMap((text) => text.split(",")));
  for (const text of unreadable) {
    report(`a source of the JIT request was left out: ${quoted(text)} is not an address prefix`);
  }
  const endTime = readTime(wire.endTimeUtc);
  const mapped = Number(wire.mappedPort ?? 0);
  return [
    {
      port,
      sources: prefixes,
      endTime,
      duration: endTime === null ? parseWireDuration(wire.duration ?? "") : null,
      mappedPort: Number.isInteger(mapped) && mapped > 0 && mapped <= 65535 ? mapped : null,
    },
  ];
}

function readTime(text: string | null): Instant | null {
  return text === null ? null : parseWireTime(text);
}

function merge(a: JitRequestBody, b: JitRequestBody): JitRequestBody {
  const vms = new Map(a.virtualMachines.map((vm) => [vm.vm.key, vm]));
  for (const vm of b.virtualMachines) {
    const known = vms.get(vm.vm.key);
    vms.set(vm.vm.key, known === undefined ? vm : { vm: known.vm, ports: mergePorts(known, vm) });
  }
  return {
    virtualMachines: [...vms.values()],
    justification: a.justification ?? b.justification,
    requestor: a.requestor ?? b.requestor,
    startTime: a.startTime ?? b.startTime,
    complete: a.complete && b.complete,
  };
}

function mergePorts(a: JitRequestVm, b: JitRequestVm): readonly JitRequestPort[] {
  const ports = new Map(a.ports.map((port) => [portKey(port), port]));
  for (const port of b.ports) {
    const known = ports.get(portKey(port));
    const endTime = port.endTime ?? known?.endTime ?? null;
    ports.set(portKey(port), {
      port: port.port,
      sources: port.sources.length > 0 ? port.sources : (known?.sources ?? []),
      endTime,
      duration: endTime === null ? (port.duration ?? known?.duration ?? null) : null,
      mappedPort: port.mappedPort ?? known?.mappedPort ?? null,
    });
  }
  return [...ports.values()];
}

function portKey(port: JitRequestPort): string {
  return `${port.port.from}-${port.port.to}`;
}
