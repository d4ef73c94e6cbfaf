import { z } from "zod";
import { HOUR, MINUTE } from "../../domain/instant.ts";
import type { Instant } from "../../domain/instant.ts";
import { normaliseAddress, normalisePrefix } from "../../domain/address-prefix.ts";
import type { AccessWish } from "../jit.ts";
import type { TenantVm } from "../tenant-model.ts";
import type { TrueRequest } from "../truth.ts";
import { wireTime } from "../wire-row.ts";
import { LONGEST_ACCESS } from "./arm-resources.ts";
import { armError } from "./azure-error.ts";

type Targets = AccessWish["targets"];

/** The body of the JIT initiate call (REST API, Microsoft.Security 2020-01-01). */
const initiateBody = z.object({
  justification: z.string().max(4000).nullish(),
  virtualMachines: z
    .array(
      z.object({
        id: z.string(),
        ports: z
          .array(
            z.object({
              number: z.int().min(0).max(65_535),
              duration: z.string().optional(),
              endTimeUtc: z.string().optional(),
              allowedSourceAddressPrefix: z.string().optional(),
              allowedSourceAddressPrefixes: z.array(z.string()).min(1).max(50).optional(),
            }),
          )
          .min(1)
          .max(50),
      }),
    )
    .min(1)
    .max(50),
});

type PortBody = z.infer<typeof initiateBody>["virtualMachines"][number]["ports"][number];

/**
 * Understands the body of an initiate call.
 *
 * @param guarded the VMs of the policy.
 * @throws AzureError 400 for a body that is not of this form, and for VMs, ports or times that the policy
 *   does not allow.
 */
export function parseInitiate(
  text: string,
  guarded: readonly TenantVm[],
  now: Instant,
): { readonly targets: Targets; readonly justification: string | null } {
  const body = initiateBody.safeParse(jsonOf(text));
  if (!body.success) {
    const [issue] = body.error.issues;
    throw invalid(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
  }
  const targets = body.data.virtualMachines.map(({ id, ports }) => {
    const vm = guarded.find((other) => other.id.toLowerCase() === id.toLowerCase());
    if (vm === undefined) {
      throw invalid(`The virtual machine '${id}' is not part of this policy.`);
    }
    return {
      vm,
      ports: ports.map((port) => {
        if (!vm.ports.includes(port.number)) {
          throw invalid(`Port ${port.number} of '${vm.name}' is not part of this policy.`);
        }
        return { port: port.number, sources: sourcesOf(port), end: endOf(port, now) };
      }),
    };
  });
  return { targets, justification: body.data.justification ?? null };
}

/** The response of the initiate call. */
export function initiateResponse(request: TrueRequest): object {
  return {
    virtualMachines: request.targets.map(({ vm, ports }) => ({
      id: vm,
      ports: ports.map(({ port, sources, promisedEnd }) => ({
        number: port,
        ...(sources.length === 1
          ? { allowedSourceAddressPrefix: sources[0] }
          : { allowedSourceAddressPrefixes: sources }),
        endTimeUtc: wireTime(promisedEnd, "0000"),
        status: "Initiating",
        statusReason: "UserRequested",
      })),
    })),
    startTimeUtc: wireTime(request.at, "0000"),
    requestor: request.person.name,
    ...(request.justification === null ? {} : { justification: request.justification }),
  };
}

/** Whether JIT lets such a source in: an address, a network, or `*` for any; no service tag. */
export function isJitSource(text: string): boolean {
  const [address = ""] = text.split("/");
  return normalisePrefix(text) !== null && (text === "*" || normaliseAddress(address) !== null);
}

function jsonOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (cause) {
    throw armError(
      400,
      "InvalidRequestContent",
      `The request content was invalid and could not be deserialized: '${cause instanceof Error ? cause.message : ""}'.`,
    );
  }
}

function sourcesOf(port: PortBody): readonly string[] {
  const one = port.allowedSourceAddressPrefix;
  const sources = port.allowedSourceAddressPrefixes ?? (one === undefined ? [] : [one]);
  if (sources.length === 0 || !sources.every(isJitSource)) {
    throw invalid(`Port ${port.number} needs a source: an address, a network or '*'.`);
  }
  return sources;
}

function endOf(port: PortBody, now: Instant): Instant {
  const [, hours = "0", minutes = "0"] =
    /^PT(?=\d)(?:(\d{1,3})H)?(?:(\d{1,4})M)?$/.exec(port.duration ?? "") ?? [];
  const end =
    port.endTimeUtc === undefined
      ? now + Number(hours) * HOUR + Number(minutes) * MINUTE
      : Date.parse(port.endTimeUtc);
  if (!(end > now && end <= now + LONGEST_ACCESS)) {
    throw invalid(
      `Port ${port.number} needs a duration such as 'PT1H', or an endTimeUtc, of at most ` +
        `${LONGEST_ACCESS / HOUR} hours.`,
    );
  }
  return Math.floor(end);
}

function invalid(message: string): Error {
  return armError(400, "InvalidParameter", message);
}
