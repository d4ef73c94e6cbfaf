import { EventHubFeed } from "../../src/azure/event-hub-feed.ts";
import { HubClient } from "../../src/azure/event-hub-client.ts";
import type { HubSettings } from "../../src/azure/event-hub-client.ts";
import { RuleInterner } from "../../src/azure/rule-interner.ts";
import { Secret } from "../../src/config/secret.ts";
import type { FeedPage } from "../../src/domain/feed.ts";
import type { Clock } from "../../src/ports.ts";
import type { FakeEventHub } from "../fakes/event-hubs/fake-event-hub.ts";
import { always, LeapClock } from "./leap-clock.ts";
import { START } from "./log-feed.ts";
import { diagnosticForm, rowContent } from "./row-forms.ts";

/** A client of the fake that signs in with its connection string. */
export function hubClient(fake: FakeEventHub, changes: Partial<HubSettings> = {}): HubClient {
  return new HubClient({
    namespace: "contoso.servicebus.windows.net",
    hub: fake.hub,
    consumerGroup: "$Default",
    setting: "azure.tenants[0].event-hubs[0]",
    access: { kind: "connection-string", connectionString: new Secret(fake.connectionString) },
    wait: 100,
    ...changes,
  });
}

/** The feed of a partition of the fake, on a clock on which no pause takes any time. */
export function hubFeed(
  client: HubClient,
  partition = "0",
  clock: Clock = new LeapClock(START),
): EventHubFeed {
  return new EventHubFeed(partition, {
    client,
    clock,
    random: always(0),
    rules: new RuleInterner(),
  });
}

/** A message of diagnostic settings with writes of an NSG, which these identities tell apart. */
export function hubMessage(...ids: readonly string[]): unknown {
  return { records: ids.map((id) => diagnosticForm(rowContent({ eventDataId: id }))) };
}

/**
 * Takes pages until they hold so many events; the last of them is stored too, unless the feed is to be
 * cut off before.
 */
export async function takeEvents(
  pages: AsyncGenerator<FeedPage, void, undefined>,
  count: number,
): Promise<readonly FeedPage[]> {
  const taken: FeedPage[] = [];
  let events = 0;
  while (events < count) {
    const { value } = await pages.next();
    if (value === undefined) {
      break;
    }
    taken.push(value);
    events += value.events.length;
  }
  return taken;
}
