const OF_SUBSCRIPTION = "azure-subscription/";

/** The lease of whoever reads and correlates an Azure subscription. */
export function subscriptionLease(azureSubscription: string): string {
  return OF_SUBSCRIPTION + azureSubscription;
}

/** The lease of whoever reads a feed: a feed over several Azure subscriptions has one of its own. */
export function feedLease(feed: string, azureSubscription: string | null): string {
  return azureSubscription === null ? `feed/${feed}` : subscriptionLease(azureSubscription);
}

/** The Azure subscription whose lease has the name; null for other leases. */
export function subscriptionOfLease(name: string): string | null {
  return name.startsWith(OF_SUBSCRIPTION) ? name.slice(OF_SUBSCRIPTION.length) : null;
}
