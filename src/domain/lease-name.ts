/** The lease of whoever reads and correlates an Azure subscription. */
export function subscriptionLease(azureSubscription: string): string {
  return `azure-subscription/${azureSubscription}`;
}

/** The lease of whoever reads a feed: a feed over several Azure subscriptions has one of its own. */
export function feedLease(feed: string, azureSubscription: string | null): string {
  return azureSubscription === null ? `feed/${feed}` : subscriptionLease(azureSubscription);
}
