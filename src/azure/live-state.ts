import { SECOND } from "../domain/instant.ts";
import type { Duration } from "../domain/instant.ts";
import { NSG_TYPE } from "../domain/resource-id.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import type { LiveState, NsgState } from "../ports.ts";
import { NSGS, purposeOf, resourcePath } from "./arm-listing.ts";
import type { ArmReader } from "./arm-reader.ts";
import { AzureFault } from "./azure-fault.ts";
import { MeteredCalls } from "./metered-calls.ts";
import type { CallParts } from "./metered-calls.ts";
import { readNsgResource } from "./nsg-resource.ts";
import type { RuleInterner } from "./rule-interner.ts";
import { Aborted } from "./time-limit.ts";

/** What reads the resources of one Azure subscription. */
export interface SubscriptionReader extends CallParts {
  readonly reader: ArmReader;
}

interface Reading {
  readonly parts: SubscriptionReader;
  readonly calls: MeteredCalls;
}

/** How long to leave Azure alone after a throttled call, where it does not say. */
const THROTTLED_WAIT: Duration = 10 * SECOND;
const GONE: ReadonlySet<string> = new Set([
  "ResourceNotFound",
  "ResourceGroupNotFound",
  "NotFound",
]);

/** Reads the present state of NSGs from Azure Resource Manager. */
export class AzureLiveState implements LiveState {
  readonly #readings: ReadonlyMap<string, Reading>;
  readonly #rules: RuleInterner;

  /** @param readers by the lower-cased ID of the Azure subscription. */
  constructor(readers: ReadonlyMap<string, SubscriptionReader>, rules: RuleInterner) {
    this.#readings = new Map(
      [...readers].map(([id, parts]) => [id, { parts, calls: new MeteredCalls(parts) }]),
    );
    this.#rules = rules;
  }

  /** @param timeout in real time, also where the program's clock runs faster. */
  async nsg(
    nsg: ResourceId,
    timeout: Duration,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<NsgState> {
    const reading = this.#readings.get(nsg.subscriptionId);
    const path = nsg.type === NSG_TYPE ? resourcePath(nsg) : null;
    if (reading === undefined) {
      return unread(`Azure subscription ${nsg.subscriptionId} is not in the configuration.`);
    }
    if (path === null) {
      return unread("Only network security groups are read live.");
    }
    const { reader, clock, budget } = reading.parts;
    const at = clock.now();
    if (budget.isThrottled(at)) {
      return unread("Azure asks for fewer calls just now.");
    }
    const purpose = {
      ...purposeOf(NSGS, nsg.subscriptionId, reader.setting),
      what: `the network security group ${nsg.name}`,
    };
    try {
      const { content, servedAt } = await reading.calls.make(
        purpose,
        (ending) => reader.get(path, NSGS.apiVersion, purpose, ending),
        signal,
        timeout,
      );
      const faults: string[] = [];
      const { completeness, rules } = readNsgResource(content, this.#rules, (fault) => {
        faults.push(fault);
      });
      return completeness === "complete"
        ? { kind: "rules", rules, at: servedAt ?? at }
        : unread(`${nsg.name} was read, but not understood: ${faults[0] ?? "it shows no rules"}.`);
    } catch (error) {
      if (error instanceof AzureFault) {
        if (error.kind === "throttled") {
          budget.throttled(clock.now() + (error.retryAfter ?? THROTTLED_WAIT));
        }
        const isGone = error.kind === "not-found" && GONE.has(error.azureCode ?? "");
        return isGone ? { kind: "absent", at } : unread(error.message);
      }
      if (error instanceof Aborted) {
        return unread("The reading was given up.");
      }
      throw error;
    }
  }
}

function unread(reason: string): NsgState {
  return { kind: "unread", reason };
}
