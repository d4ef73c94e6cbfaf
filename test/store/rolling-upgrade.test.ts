import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { Secret } from "../../src/config/secret.ts";
import type { Store } from "../../src/ports.ts";
import { openPostgresStore } from "../../src/store/open-postgres-store.ts";
import { openSqliteStore } from "../../src/store/open-sqlite-store.ts";
import { WHOLE } from "../contracts/store/changes.ts";
import { StandingClock } from "../contracts/store/ground.ts";
import { startPostgres } from "../contracts/postgres-server.ts";
import type { PostgresServer } from "../contracts/postgres-server.ts";

const statement = z.tuple([z.string(), z.array(z.union([z.string(), z.number(), z.null()]))]);

/**
 * What the Doorbell of schema 2 sent to its databases, statement by statement, while it stored pages, posted,
 * waited, silenced, answered and thinned.
 */
const RECORDED = z
  .object({ sqlite: z.array(statement), postgres: z.array(statement) })
  .parse(
    JSON.parse(await readFile(new URL("statements-of-schema-2.json", import.meta.url), "utf8")),
  );

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(async () => {
  await server.stop();
});

const clock = new StandingClock(1_000);

async function onSqlite(): Promise<Store> {
  const folder = await mkdtemp(join(tmpdir(), "doorbell-upgrade-"));
  const path = join(folder, "doorbell.sqlite");
  const store = await openSqliteStore(path, { clock });
  const old = new DatabaseSync(path, { enableForeignKeyConstraints: true });
  onTestFinished(async () => {
    old.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  for (const [text, values] of RECORDED.sqlite) {
    old.prepare(text).all(...values);
  }
  return store;
}

async function onPostgres(): Promise<Store> {
  const url = await server.createDatabase("upgraded");
  const store = await openPostgresStore({ url: new Secret(url), clock });
  const old = new Client({ connectionString: url });
  await old.connect();
  onTestFinished(async () => {
    await old.end();
    await store.close();
  });
  for (const [text, values] of RECORDED.postgres) {
    await old.query(text, values);
  }
  return store;
}

test.each([
  ["SQLite", onSqlite],
  ["PostgreSQL", onPostgres],
])(
  "While replicas are upgraded one by one on %s, one of the version before goes on, and those of this version know of all that it does",
  async (_, upgraded) => {
    const store = await upgraded();
    const { openings } = await store.trail(WHOLE);
    expect(openings.map(({ id }) => id).toSorted()).toEqual(["o-1", "o-2"]);
    const { events, evidence, unleased } = await store.coverage();
    expect(events).toBe(1);
    // It says so to nobody, but it can be seen.
    expect(unleased).toBe(evidence);
    expect(unleased).toBeGreaterThan(0);
    expect((await store.outboxHealth()).byState).toMatchObject({ posted: 1 });
    const claimed = await store.claim({
      platforms: ["slack"],
      now: 2_000,
      leaseUntil: 3_000,
      limit: 10,
      owner: "new",
    });
    expect(claimed.map(({ key }) => key).toSorted()).toEqual(["n-1", "n-2"]);
    expect(await store.markSeen("d-1", 2)).toBe(false);
  },
);
