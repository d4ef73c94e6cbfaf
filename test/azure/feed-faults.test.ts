import nock from "nock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MonitorLogReader } from "../../src/azure/monitor-log-reader.ts";
import { SECOND } from "../../src/domain/instant.ts";
import type { FeedHealth } from "../../src/domain/feed.ts";
import { allowSignIn, ARM, connection, LOG_PATH, networkError } from "./azure-wire.ts";
import { LeapClock } from "./leap-clock.ts";
import { allPages, AZURE_SUBSCRIPTION, logFeed, START } from "./log-feed.ts";

beforeEach(() => {
  nock.disableNetConnect();
  allowSignIn();
});

afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

/** What the feed says after a few seconds in which the Activity Log gives this answer. */
async function healthAfter(answer: (log: nock.Interceptor) => nock.Scope): Promise<FeedHealth> {
  answer(nock(ARM).persist().get(LOG_PATH).query(true));
  const clock = new LeapClock(START, START + SECOND);
  const feed = logFeed(new MonitorLogReader(AZURE_SUBSCRIPTION, connection(), clock), clock);
  const sleep = clock.sleep.bind(clock);
  let health = feed.health();
  clock.sleep = async (duration, signal) => {
    health = feed.health();
    await sleep(duration, signal);
  };
  await allPages(feed, clock.signal);
  return health;
}

function armError(code: string, message = "something hostile\n\u001b[2J"): object {
  return { error: { code, message } };
}

const ID = AZURE_SUBSCRIPTION;

describe("what the feed says of a failure, in one line that names what to change", () => {
  test.each<[string, number, string | object, string]>([
    [
      "a refused permission",
      403,
      armError("AuthorizationFailed"),
      `Doorbell may not read the Activity Log (HTTP 403, AuthorizationFailed): its identity lacks Microsoft.Insights/eventtypes/management/values/read at /subscriptions/${ID}; the role Reader has it.`,
    ],
    [
      "a refused permission that Azure itself names",
      403,
      armError(
        "AuthorizationFailed",
        "The client 'x' with object id 'y' does not have authorization to perform action 'microsoft.insights/eventtypes/values/read' over scope '/subscriptions/abc' or the scope is invalid.",
      ),
      "Doorbell may not read the Activity Log (HTTP 403, AuthorizationFailed): its identity lacks microsoft.insights/eventtypes/values/read at /subscriptions/abc; the role Reader has it.",
    ],
    [
      "a token that has expired",
      401,
      armError("ExpiredAuthenticationToken"),
      "Azure refuses the token of azure.tenants[0].credential (HTTP 401, ExpiredAuthenticationToken): sign in again or renew it, and check this machine's clock.",
    ],
    [
      "a token of another tenant",
      401,
      armError("InvalidAuthenticationTokenTenant"),
      `Azure subscription ${ID} belongs to another tenant (HTTP 401, InvalidAuthenticationTokenTenant): check azure.tenants[0].id and azure.tenants[0].subscriptions.`,
    ],
    [
      "an Azure subscription that does not exist",
      404,
      armError("SubscriptionNotFound"),
      `There is no Azure subscription ${ID} in this tenant (HTTP 404, SubscriptionNotFound): check azure.tenants[0].subscriptions and azure.tenants[0].id.`,
    ],
    [
      "what is no subscription ID",
      400,
      armError("InvalidSubscriptionId"),
      `${ID} is not the ID of an Azure subscription (HTTP 400, InvalidSubscriptionId): check azure.tenants[0].subscriptions.`,
    ],
    [
      "a disabled Azure subscription",
      403,
      armError("DisabledSubscription"),
      `Azure subscription ${ID} is disabled (HTTP 403, DisabledSubscription): enable it, or take it out of azure.tenants[0].subscriptions.`,
    ],
    [
      "a question that is not taken, in the words of Microsoft.Insights",
      400,
      {
        code: "BadRequest",
        message: "The start time cannot be more than 90 days in the past.\r\n",
      },
      "Azure does not take the question for the Activity Log (HTTP 400, BadRequest: The start time cannot be more than 90 days in the past.).",
    ],
    [
      "a service that fails",
      503,
      "busy",
      "Azure could not read the Activity Log (HTTP 503); it is tried again.",
    ],
    [
      "a redirect to a login page",
      302,
      "",
      "Azure could not read the Activity Log (HTTP 302); it is tried again.",
    ],
    [
      "a proxy that answers in Azure's place",
      200,
      "<html>Please log in</html>",
      "What came back for the Activity Log is not an answer of Azure: check azure.cloud, and whether a proxy answers in its place.",
    ],
    [
      "a page without rows",
      200,
      { nextLink: 5 },
      "What came back for the Activity Log is not an answer of Azure: check azure.cloud, and whether a proxy answers in its place.",
    ],
  ])("%s", async (_, status, body, problem) => {
    const health = await healthAfter((log) => log.reply(status, body));
    expect(health).toMatchObject({ state: "failing", problem, lastSuccess: null });
  });

  test.each([
    [
      "ENOTFOUND",
      "The host management.example.test cannot be found (ENOTFOUND): check the network, its DNS, and azure.cloud.",
    ],
    [
      "ECONNREFUSED",
      "management.example.test cannot be reached (ECONNREFUSED): check the network, its proxy settings, and azure.cloud.",
    ],
    [
      "ECONNRESET",
      "management.example.test cannot be reached (ECONNRESET): check the network, its proxy settings, and azure.cloud.",
    ],
    [
      "CERT_HAS_EXPIRED",
      "The TLS certificate of management.example.test is not accepted (CERT_HAS_EXPIRED): where a proxy or a private cloud has an authority of its own, name its certificate in NODE_EXTRA_CA_CERTS.",
    ],
    [
      "SELF_SIGNED_CERT_IN_CHAIN",
      "The TLS certificate of management.example.test is not accepted (SELF_SIGNED_CERT_IN_CHAIN): where a proxy or a private cloud has an authority of its own, name its certificate in NODE_EXTRA_CA_CERTS.",
    ],
  ])("a network that fails with %s", async (code, problem) => {
    const health = await healthAfter((log) => log.replyWithError(networkError(code)));
    expect(health).toMatchObject({ state: "failing", problem });
  });

  test.each([
    ["in seconds", "120", 120 * SECOND],
    ["as a date", new Date(START + 300 * SECOND).toUTCString(), 300 * SECOND],
  ])(
    "throttling, with its wait %s, is heeded and not called a failure",
    async (_, header, wait) => {
      nock(ARM)
        .persist()
        .get(LOG_PATH)
        .query(true)
        .reply(429, armError("SubscriptionRequestsThrottled"), { "Retry-After": header });
      const clock = new LeapClock(START, START + wait);
      const feed = logFeed(new MonitorLogReader(ID, connection(), clock), clock);
      let state = "";
      const sleep = clock.sleep.bind(clock);
      clock.sleep = async (duration, signal) => {
        ({ state } = feed.health());
        await sleep(duration, signal);
      };
      await allPages(feed, clock.signal);
      expect(state).toBe("throttled");
      expect(feed.health().callsLastHour).toBe(1);
      expect(clock.slept[0]).toBeGreaterThanOrEqual(wait);
      expect(clock.slept[0]).toBeLessThan(wait + 30 * SECOND);
    },
  );
});
