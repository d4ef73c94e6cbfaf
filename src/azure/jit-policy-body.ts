import { z } from "zod";
import { parseResourceId } from "../domain/resource-id.ts";
import type { PolicyRequest, PolicyRequestPort, PolicyRequestVm } from "../domain/sighting.ts";
import { withCanonicalKeys } from "./canonical-keys.ts";
import { JUSTIFICATION_LIMIT, readPort, REQUESTOR_LIMIT, wirePort } from "./jit-request-body.ts";
import { quoted } from "./rule-parts.ts";
import { isJsonObject, singleLine } from "./wire-fields.ts";
import { textField } from "./wire-schema.ts";
import { parseWireTime } from "./wire-time.ts";

/** `JitNetworkAccessRequestPort`, Microsoft.Security 2020-01-01. */
const policyPort = z.looseObject({ status: textField, statusReason: textField });

/** `JitNetworkAccessRequest`, Microsoft.Security 2020-01-01. */
const policyRequest = z.object({
  justification: textField,
  requestor: textField,
  startTimeUtc: textField,
  virtualMachines: z.array(z.object({ id: textField, ports: z.array(policyPort).nullish() })),
});

type Report = (fault: string) => void;

const STATUSES: ReadonlyMap<string, PolicyRequestPort["status"]> = new Map([
  ["initiated", "initiated"],
  ["revoked", "revoked"],
]);

const STATUS_REASONS: ReadonlyMap<string, PolicyRequestPort["statusReason"]> = new Map([
  ["expired", "expired"],
  ["userrequested", "user-requested"],
  ["newerrequestinitiated", "newer-request-initiated"],
]);

/**
 * Reads the access requests that a JIT policy remembers, from the policy as `GET` gives it. What cannot
 * be read is reported and left out.
 */
export function readPolicyRequests(policy: unknown, report: Report): readonly PolicyRequest[] {
  const body = withCanonicalKeys(policy);
  const properties = isJsonObject(body) ? body["properties"] : null;
  const requests = isJsonObject(properties) ? properties["requests"] : null;
  if (requests === null || requests === undefined) {
    return [];
  }
  if (!Array.isArray(requests)) {
    report("the policy's requests are not a list");
    return [];
  }
  return requests.flatMap((request: unknown) => readRequest(request, report));
}

function readRequest(json: unknown, report: Report): readonly PolicyRequest[] {
  const parsed = policyRequest.safeParse(json);
  if (!parsed.success) {
    report("a request of the policy was left out, because it is not one");
    return [];
  }
  const { requestor, startTimeUtc, justification, virtualMachines } = parsed.data;
  return [
    {
      requestor: singleLine(requestor, REQUESTOR_LIMIT),
      startTime: parseWireTime(startTimeUtc ?? ""),
      justification: singleLine(justification, JUSTIFICATION_LIMIT),
      virtualMachines: virtualMachines.flatMap(({ id, ports }) =>
        readVm(id ?? "", ports ?? [], report),
      ),
    },
  ];
}

function readVm(
  id: string,
  ports: readonly z.infer<typeof policyPort>[],
  report: Report,
): readonly PolicyRequestVm[] {
  const vm = parseResourceId(id);
  if (vm === null) {
    report(`a VM of a request was left out, because ${quoted(id)} is not a resource ID`);
    return [];
  }
  return [
    {
      vm,
      ports: ports.flatMap((wire) =>
        readPort(wirePort(wire), report).map(({ port, sources, endTime, mappedPort }) => ({
          port,
          sources,
          endTime,
          status: STATUSES.get(wire.status?.toLowerCase() ?? "") ?? "unknown",
          statusReason: readStatusReason(wire.statusReason),
          mappedPort,
        })),
      ),
    },
  ];
}

function readStatusReason(text: string | null | undefined): PolicyRequestPort["statusReason"] {
  return text === null || text === undefined || text === ""
    ? null
    : (STATUS_REASONS.get(text.toLowerCase()) ?? "unknown");
}
