import { expect, test } from "vitest";
import { serveHealth } from "../../src/app/health-page.ts";
import type { ServiceHealth } from "../../src/app/health-page.ts";
import { SYSTEM_CLOCK } from "../../src/system-clock.ts";
import { freePort } from "../adapters/slack/slack-sitting.ts";
import { codes, page, tableRows } from "./pages.ts";

const FEED = "activity-log/aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

/** A program that reads one feed and has posted one notification. */
async function health(): Promise<ServiceHealth> {
  const byState = { pending: 0, posting: 0, unknown: 0, posted: 1, waiting: 0, dropped: 0 };
  return {
    feeds: [
      {
        feed: FEED,
        azureSubscription: null,
        state: "waiting",
        lastSuccess: SYSTEM_CLOCK.now(),
        problem: null,
        progress: null,
        callsLastHour: 42,
        lag: { events: 3, storedTo: SYSTEM_CLOCK.now(), newest: SYSTEM_CLOCK.now() },
      },
    ],
    chats: [{ platform: "slack", state: "connected", since: 0, problems: [] }],
    outbox: { byState, oldestUnsaid: null, problems: [] },
  };
}

test("the page of operations tells every metric and label that the program has, and no other", async () => {
  const port = await freePort();
  const close = await serveHealth({ host: "127.0.0.1", port }, health, 60_000, SYSTEM_CLOCK);
  try {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const labels = new Map(
      [...text.matchAll(/^(doorbell_\w+)(?:\{(\w+)=)?/gm)].map(([, name = "", label = ""]) => [
        name,
        label,
      ]),
    );
    const told = tableRows(await page("docs/operations.md"))
      .filter(([first = ""]) => first.startsWith("`doorbell_"))
      .map(([first = "", second = ""]) => [codes(first)[0], codes(second)[0] ?? ""] as const);
    expect(labels.size).toBeGreaterThan(3);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(labels));
    const ok = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect([ok.status, await ok.text()]).toEqual([200, '{"status":"ok","problems":[]}\n']);
  } finally {
    await close();
  }
});
