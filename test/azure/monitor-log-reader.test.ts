import nock from "nock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LogQuery } from "../../src/azure/activity-log-page.ts";
import { MonitorLogReader } from "../../src/azure/monitor-log-reader.ts";
import { allowSignIn, ARM, connection, LOG_PATH, TOKEN, WALL } from "./azure-wire.ts";
import { AZURE_SUBSCRIPTION, nsgWrite, START } from "./log-feed.ts";

const QUERY: LogQuery = {
  provider: "Microsoft.Network",
  from: START - 1000,
  to: START,
};
const NEVER = new AbortController().signal;

beforeEach(() => {
  nock.disableNetConnect();
  allowSignIn();
});

afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

function reader(): MonitorLogReader {
  return new MonitorLogReader(AZURE_SUBSCRIPTION, connection(), WALL);
}

describe("the Activity Log through the library", () => {
  test("the question names the time and one resource provider, and selects all fields", async () => {
    let asked: unknown = null;
    nock(ARM, { reqheaders: { authorization: `Bearer ${TOKEN}` } })
      .get(LOG_PATH)
      .query((query) => {
        asked = query;
        return true;
      })
      .reply(200, { value: [] });
    await reader().page(QUERY, null, NEVER);
    expect(asked).toEqual({
      "api-version": "2015-04-01",
      $filter:
        "eventTimestamp ge '2026-11-23T11:59:59.000Z' and eventTimestamp le '2026-11-23T12:00:00.000Z' and resourceProvider eq 'Microsoft.Network'",
    });
  });

  test("rows come as they were sent, page after page, also those the library would choke on", async () => {
    const first = [nsgWrite("a", START).json, null, "text", { eventDataId: "b", authorization: 7 }];
    const second = [{ eventTimestamp: "2026-11-23T11:59:59.1234567Z", unknown: { deep: true } }];
    const next = `${ARM}${LOG_PATH}?api-version=2015-04-01&$skiptoken=abc`;
    nock(ARM)
      .get(LOG_PATH)
      .query((query) => "$filter" in query)
      .reply(200, { value: first, nextLink: next });
    nock(ARM)
      .get(LOG_PATH)
      .query({ "api-version": "2015-04-01", $skiptoken: "abc" })
      .reply(
        200,
        { value: second, nextLink: null },
        { "x-ms-ratelimit-remaining-subscription-reads": "1234" },
      );
    const log = reader();
    const one = await log.page(QUERY, null, NEVER);
    expect(one).toEqual({ rows: first, next, remainingReads: null });
    expect(await log.page(QUERY, one.next, NEVER)).toEqual({
      rows: second,
      next: null,
      remainingReads: 1234,
    });
  });

  test("a page link that leads to another host is not followed, and no token goes there", async () => {
    const elsewhere = nock("https://evil.example.test").get(/.*/).reply(200, { value: [] });
    await expect(
      reader().page(QUERY, "https://evil.example.test/steal", NEVER),
    ).rejects.toMatchObject({
      kind: "rejected",
      message: `Doorbell only reads from ${ARM}: it does not send GET to https://evil.example.test.`,
    });
    expect(elsewhere.isDone()).toBe(false);
  });

  test("a redirect is not followed", async () => {
    nock(ARM)
      .get(LOG_PATH)
      .query(true)
      .reply(302, "", { Location: `${ARM}/elsewhere` });
    const followed = nock(ARM).get("/elsewhere").reply(200, { value: [] });
    await expect(reader().page(QUERY, null, NEVER)).rejects.toMatchObject({ kind: "unreachable" });
    expect(followed.isDone()).toBe(false);
  });

  test("a later page is given up at once when it is no longer wanted", async () => {
    nock(ARM).get(LOG_PATH).query(true).delay(60_000).reply(200, { value: [] });
    const stop = new AbortController();
    const log = reader();
    const page = log.page(QUERY, `${ARM}${LOG_PATH}?$skiptoken=x`, stop.signal);
    setTimeout(() => stop.abort(), 50);
    await expect(page).rejects.toMatchObject({ name: "AbortError" });
  });
});
