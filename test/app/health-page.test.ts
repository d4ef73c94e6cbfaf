import { expect, onTestFinished, test } from "vitest";
import { serveHealth } from "../../src/app/health-page.ts";
import type { FeedHealth } from "../../src/domain/feed.ts";
import { HOUR } from "../../src/domain/instant.ts";
import { SYSTEM_CLOCK } from "../../src/system-clock.ts";
import { freePort } from "../adapters/slack/slack-sitting.ts";

const NOW = SYSTEM_CLOCK.now();

function feed(name: string, parts: Partial<FeedHealth> = {}): FeedHealth {
  return {
    feed: name,
    azureSubscription: null,
    state: "waiting",
    lastSuccess: NOW,
    problem: null,
    progress: null,
    callsLastHour: 0,
    ...parts,
  };
}

async function pageOf(...feeds: readonly FeedHealth[]) {
  const port = await freePort();
  const byState = { pending: 0, posting: 0, unknown: 0, posted: 0, waiting: 0, dropped: 0 };
  const close = await serveHealth(
    { host: "127.0.0.1", port },
    async () => ({ feeds, chats: [], outbox: { byState, oldestUnsaid: null, problems: [] } }),
    60_000,
    SYSTEM_CLOCK,
  );
  onTestFinished(close);
  return async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
}

test("a feed that another replica holds is no problem: the pages say who holds it", async () => {
  const get = await pageOf(feed("here"), feed("there", { lastSuccess: null, heldBy: "vm-7-abc" }));
  expect(await get("/healthz")).toEqual({
    status: 200,
    text: '{"status":"ok","problems":[],"held-by-other-replicas":{"there":"vm-7-abc"}}\n',
  });
  const { text } = await get("/metrics");
  expect(text).toMatch(/^doorbell_feed_held\{feed="here"\} 1$/m);
  expect(text).toMatch(/^doorbell_feed_held\{feed="there"\} 0$/m);
  expect(text).not.toMatch(/doorbell_feed_last_success_seconds\{feed="there"/);
});

test("a feed that brought nothing for long is a problem", async () => {
  const get = await pageOf(feed("here", { lastSuccess: NOW - HOUR }));
  const { status, text } = await get("/healthz");
  expect(status).toBe(503);
  expect(text).toContain("here: nothing was read for 15 minutes.");
});
