import { HOUR, MINUTE, durationText } from "../../domain/instant.ts";
import type { Instant } from "../../domain/instant.ts";
import type { LiveTenant } from "../live-tenant.ts";
import { LONGEST_ACCESS } from "./arm-resources.ts";
import { addressOf } from "./azure-api.ts";
import { isJitSource } from "./jit-initiate.ts";

/** An answer in one line of text, for people at a terminal. */
export interface DeskReply {
  readonly status: number;
  readonly text: string;
}

const WAYS =
  "POST /open?vm=vm-x&port=3389, with as=alice, minutes=60, from=203.0.113.7, why=… as you like";

/**
 * Where somebody without a token asks for access, on loopback only: it makes the same JIT request that
 * the portal would make for that person.
 *
 * @param url `/open?vm=…&port=…`, and where wanted `as` (a UPN or its first part; the last person of the
 *   tenant when left out), `minutes` (60), `from` (the person's own address), `why` (a justification).
 */
export function answerAtDesk(
  tenant: LiveTenant,
  method: string,
  url: URL,
  now: Instant,
): DeskReply {
  if (url.pathname !== "/open") {
    return { status: 404, text: `There is one thing to do here: ${WAYS}.` };
  }
  if (method !== "POST") {
    return { status: 405, text: `To open a port is a POST: ${WAYS}.` };
  }
  const query = (name: string): string | null => url.searchParams.get(name);
  const { people, vms } = tenant.model;
  const vm = vms.find(({ name }) => name === query("vm")?.toLowerCase());
  if (vm === undefined) {
    const names = vms.map(({ name }) => name).join(", ");
    return { status: 404, text: `vm must be one of ${names}.` };
  }
  const port = Number(query("port"));
  if (!vm.ports.includes(port)) {
    return { status: 400, text: `port must be one of ${vm.ports.join(", ")} for ${vm.name}.` };
  }
  const as = query("as")?.toLowerCase() ?? null;
  const person =
    as === null
      ? people.at(-1)
      : people.find(({ caller }) => caller === as || caller.startsWith(`${as}@`));
  if (person === undefined) {
    const names = people.map(({ caller }) => caller).join(", ");
    return { status: 404, text: `as must be one of ${names}.` };
  }
  const minutes = Number(query("minutes") ?? HOUR / MINUTE);
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > LONGEST_ACCESS / MINUTE) {
    return { status: 400, text: `minutes must be 1 to ${LONGEST_ACCESS / MINUTE}.` };
  }
  const source = query("from") ?? addressOf(person);
  if (!isJitSource(source)) {
    return { status: 400, text: "from must be an address, a network or *." };
  }
  const why = query("why");
  if (why !== null && why.length > 4000) {
    return { status: 400, text: "why must have at most 4000 characters." };
  }
  tenant.requestAccess(
    {
      person,
      address: addressOf(person),
      policy: vm.policy,
      targets: [{ vm, ports: [{ port, sources: [source], end: now + minutes * MINUTE }] }],
      justification: why,
      denied: false,
    },
    now,
  );
  return {
    status: 202,
    text:
      `${person.caller} asked for port ${port} on ${vm.name} from ${source} for ` +
      `${durationText(minutes * MINUTE)}. The Activity Log will show it in a few minutes of the ` +
      `tenant's time.`,
  };
}
