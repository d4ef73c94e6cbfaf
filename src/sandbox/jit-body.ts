import { MINUTE } from "../domain/instant.ts";
import type { Instant } from "../domain/instant.ts";
import type { TenantStyle } from "./tenant-model.ts";
import type { TrueRequest, TrueTarget } from "./truth.ts";
import { wireTime } from "./wire-row.ts";

/** The request body of the JIT initiate call (REST API, Microsoft.Security 2020-01-01). */
export function jitRequestBody(
  request: TrueRequest,
  targets: readonly TrueTarget[],
  style: TenantStyle,
  casing: (id: string) => string,
): string {
  const body = {
    virtualMachines: targets.map((target) => ({
      id: casing(target.vm),
      ports: target.ports.map((port) => ({
        number: port.port,
        ...(style.durations
          ? { duration: isoDuration(port.promisedEnd - request.at) }
          : { endTimeUtc: wireTime(port.promisedEnd, "0000") }),
        ...prefixes(port.sources),
      })),
    })),
    ...(request.justification === null ? {} : { justification: request.justification }),
  };
  return JSON.stringify(style.jitBodyNested ? { properties: body } : body);
}

/** The response of the JIT initiate call, which the policy keeps among its `requests`. */
export function jitResponseBody(
  request: TrueRequest,
  targets: readonly TrueTarget[],
  startedAt: Instant,
  style: TenantStyle,
  casing: (id: string) => string,
): string {
  const body = {
    virtualMachines: targets.map((target) => ({
      id: casing(target.vm),
      ports: target.ports.map((port) => ({
        number: port.port,
        ...prefixes(port.sources),
        endTimeUtc: wireTime(port.promisedEnd, "0000"),
        status: "Initiated",
        statusReason: "UserRequested",
      })),
    })),
    startTimeUtc: wireTime(startedAt, "0000"),
    requestor: request.person.name,
    ...(request.justification === null ? {} : { justification: request.justification }),
  };
  return JSON.stringify(style.jitBodyNested ? { properties: body } : body);
}

function prefixes(sources: readonly string[]): object {
  const [first, ...others] = sources;
  return others.length === 0
    ? { allowedSourceAddressPrefix: first }
    : { allowedSourceAddressPrefixes: sources };
}

function isoDuration(milliseconds: number): string {
  const minutes = Math.round(milliseconds / MINUTE);
  return minutes % 60 === 0 ? `PT${minutes / 60}H` : `PT${minutes}M`;
}
