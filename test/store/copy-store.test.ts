import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { Secret } from "../../src/config/secret.ts";
import type { Store } from "../../src/ports.ts";
import { copyStore } from "../../src/store/copy-store.ts";
import { DatabaseStore } from "../../src/store/database-store.ts";
import type { Database } from "../../src/store/database.ts";
import { openPostgres } from "../../src/store/postgres-database.ts";
import { openSqlite } from "../../src/store/sqlite-database.ts";
import { opening, request, resource } from "../ask/trail-builder.ts";
import { startPostgres } from "../contracts/postgres-server.ts";
import type { PostgresServer } from "../contracts/postgres-server.ts";
import { auditEntry, WHOLE_AUDIT } from "../contracts/store/audit-contract.ts";
import {
  all,
  AZURE,
  change,
  channel,
  event,
  notification,
  receipt,
  received,
  sighting,
  WHOLE,
} from "../contracts/store/changes.ts";
import { StandingClock } from "../contracts/store/ground.ts";
import { claimAt, sayAt } from "../contracts/store/outbox-contract.ts";

const clock = new StandingClock();
let server: PostgresServer | null = null;
let folder = "";
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doorbell-copy-"));
  server = await startPostgres();
});

afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function newDatabase(kind: "SQLite" | "PostgreSQL"): Promise<Database> {
  count += 1;
  const url = (await server?.createDatabase(`copy_${count}`)) ?? "";
  const database =
    kind === "SQLite"
      ? await openSqlite(join(folder, `copy-${count}.sqlite`), { clock })
      : await openPostgres({ url: new Secret(url), clock });
  onTestFinished(() => database.close());
  return database;
}

/** Something in every table, several pages of events, and a post whose outcome nobody knows. */
async function fill(store: Store): Promise<void> {
  const events = Array.from({ length: 450 }, (_, index) =>
    received(event(`e-${index}`, { correlationId: "a\0\ud83d" }), "raw \0 \ud83d"),
  );
  await store.commit(
    change({
      feed: "feed",
      cursor: "here",
      events,
      sightings: [sighting("s-1")],
      quarantined: [{ digest: "q", reason: "\0", raw: "\0", receivedAt: 1 }],
      read: { azureSubscription: AZURE, span: { from: 1, to: 2 } },
      openings: ["o-1", "o-2", "o-3"].map((id) => opening({ id })),
      requests: [request({ id: "r-1" })],
      guards: [
        {
          azureSubscription: AZURE,
          guards: [{ nsg: resource("nsg", "nsg-x"), vmName: "vm-x", vm: null }],
        },
      ],
      deliveries: [
        notification("n-1", ["o-1"]),
        notification("n-2", ["o-2"], { channel: channel("other"), dueAt: 500 }),
        notification("n-3", ["o-3"], { dueAt: 501 }),
      ],
    }),
  );
  await sayAt(store, 10);
  const [lost] = (await claimAt(store, 500)).filter(({ key }) => key === "n-2");
  await store.beginPost("n-2", lost?.fence ?? 0, 501);
  await store.markSeen("d-1", 1);
  await store.subscribe({
    id: "s-1",
    channel: channel(),
    filter: {
      azureSubscriptions: [],
      resourceGroups: [],
      vms: [],
      ports: [],
      kinds: [],
      verdicts: [],
      findings: [],
    },
    createdAt: 1,
    createdBy: "U1",
  });
  await store.acknowledge(channel("other"), "n-2", { by: "bob", at: 1 });
  await store.silence(
    {
      id: "q-1",
      channel: channel("silent"),
      subject: { kind: "person", key: "oid:a", name: "alice" },
      from: 1,
      until: 2,
      by: "bob",
    },
    1,
  );
  await store.saveInstallation("slack", "T1", "record");
  await store.audit(auditEntry("a-1", { text: "\0 \ud83d" }));
}

async function contentOf(store: Store) {
  return {
    cursor: await store.cursor("feed"),
    events: await all(store.events(AZURE)),
    sightings: await all(store.sightings(AZURE)),
    azureSubscriptions: await store.azureSubscriptions(),
    coverage: await store.coverage(),
    stored: await store.stored(AZURE),
    trail: await store.trail(WHOLE),
    names: await store.names(),
    announced: await store.announced(["o-1", "o-2", "o-3"]),
    health: await store.outboxHealth(),
    nextDue: await store.nextDue(["slack"]),
    subscriptions: await store.channelSubscriptions(),
    silences: await store.silences(0),
    installation: await store.installation("slack", "T1"),
    audited: await all(store.audited(WHOLE_AUDIT)),
  };
}

describe.each([
  ["SQLite", "PostgreSQL"],
  ["PostgreSQL", "SQLite"],
] as const)("A store that moves from %s to %s", (before, after) => {
  test("is the same there, and says nothing twice.", async () => {
    const [from, to] = [await newDatabase(before), await newDatabase(after)];
    const [old, copy] = [new DatabaseStore(from, clock), new DatabaseStore(to, clock)];
    await fill(old);
    const content = await contentOf(old);
    expect(await copyStore(from, to, 1_000)).toEqual({ events: 450, openings: 3, deliveries: 3 });
    expect(await contentOf(copy)).toEqual(content);
    expect(await contentOf(old)).toEqual(content);
    expect(await copy.markSeen("d-1", 2)).toBe(false);
    await copy.commit(change({ deliveries: [notification("n-9", ["o-1", "o-3"])] }));
    const claimed = await claimAt(copy, 1_000);
    expect(claimed).toMatchObject([
      { key: "n-2", state: "unknown", firstTriedAt: 501, acknowledgement: { by: "bob", at: 1 } },
      { key: "n-3", state: "pending" },
    ]);
    for (const { key, fence } of claimed) {
      await copy.record(key, fence, { kind: "dropped", reason: "refused" });
    }
    await copy.commit(change({ openings: [opening({ id: "o-1", vmName: "renamed" })] }));
    expect(await claimAt(copy, 1_000_000)).toMatchObject([
      { key: "n-1", state: "posted", receipt: receipt("m n-1") },
    ]);
  });

  test("does not go where there is something, nor while it is in use, and leaves nothing then.", async () => {
    const [from, to] = [await newDatabase(before), await newDatabase(after)];
    const [old, copy] = [new DatabaseStore(from, clock), new DatabaseStore(to, clock)];
    await fill(old);
    await expect(copyStore(from, to, 505)).rejects.toThrow(
      /^A Doorbell is posting from .*: stop it before the copy\. .* 1970-01-01T00:00:00\.510Z\.$/,
    );
    await copy.markSeen("d-7", 1);
    await expect(copyStore(from, to, 1_000)).rejects.toThrow(
      /holds data already: name a new, empty database to copy to\.$/,
    );
    expect((await copy.coverage()).events).toBe(0);
    await expect(copyStore(from, from, 1_000)).rejects.toThrow(/cannot be copied into itself/);
  });
});
