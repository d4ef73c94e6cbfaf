import type { ChannelSubscription, NotificationFilter } from "../domain/notification.ts";
import type { Opening } from "../domain/opening.ts";
import { portsOverlap } from "../domain/security-rule.ts";
import { wildcardTest } from "../domain/wildcard.ts";

/**
 * Whether the opening rings for the subscription: it began, for certain, after the subscription was
 * made (whether or not the log tells when exactly), and the filter lets it through.
 */
export function rings(opening: Opening, subscription: ChannelSubscription): boolean {
  return (
    opening.notBefore !== null &&
    opening.notBefore >= subscription.createdAt &&
    filterFits(subscription.filter, opening)
  );
}

/** Whether the filter lets the opening through, whenever it began. */
export function filterFits(filter: NotificationFilter, opening: Opening): boolean {
  const { nsg, vm, attribution, findings } = opening;
  const groups = [nsg, vm].flatMap((resource) => resource?.resourceGroup ?? []);
  const name = vm?.name ?? opening.vmName;
  const kinds = filter.kinds.length === 0 ? ["jit"] : filter.kinds;
  return (
    kinds.includes(opening.kind) &&
    isAmong(filter.azureSubscriptions, (id) => id === nsg.subscriptionId) &&
    isAmong(filter.resourceGroups, (pattern) => groups.some(wildcardTest(pattern))) &&
    isAmong(filter.vms, (pattern) => name !== null && wildcardTest(pattern)(name)) &&
    isAmong(filter.ports, (port) => portsOverlap(port, opening.port)) &&
    isAmong(filter.verdicts, (verdict) => verdict === attribution.verdict) &&
    isAmong(filter.findings, (code) => findings.some((finding) => finding.code === code))
  );
}

/** An empty list lets everything through. */
function isAmong<T>(wanted: readonly T[], fits: (one: T) => boolean): boolean {
  return wanted.length === 0 || wanted.some(fits);
}
