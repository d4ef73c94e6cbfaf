import { afterAll, beforeAll, expect, test } from "vitest";
import { startPostgres } from "../contracts/postgres-server.ts";
import type { PostgresServer } from "../contracts/postgres-server.ts";
import { expectNoCrash } from "./program.ts";
import { ReplicaRoom } from "./replica-room.ts";

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(async () => {
  await server.stop();
});

/** Feeds of an Azure subscription: the log, its backfill, the live state. */
const FEEDS = 3;

test("Three replicas all answer, whoever reads; when two are killed, the one that reads among them, the third goes on and rings once", async () => {
  const room = await ReplicaRoom.open(server, "killed");
  const first = await room.start();
  await room.untilHeld(first, FEEDS);
  const [second, third] = await Promise.all([room.start(), room.start()]);
  expect(await room.held(second)).toBe(0);
  expect(await room.ask(second, "/jit status")).toMatch(/held by another replica \(\S+\)/);
  expect((await room.tenant.health("/healthz", second.healthPort)).text).toMatch(
    /"status":"ok".*"held-by-other-replicas":\{"activity-log\//,
  );
  await room.openAndHear(22, "carol", second);
  for (const replica of [first, second, third]) {
    expect(await room.ask(replica, "/jit who opened ssh on vm-x")).toContain("carol@");
  }

  await Promise.all([first, second].map(async ({ program }) => program.end("SIGKILL")));
  await room.untilHeld(third, FEEDS);
  await room.openAndHear(3389, "dave", third);
  const rung = room.rung();
  expect(rung).toHaveLength(2);
  expect(new Set(rung.map(({ key }) => key)).size).toBe(2);
  expect(await room.ask(third, "/jit who opened rdp on vm-x")).toContain("dave@");
  const ended = await third.program.end("SIGTERM");
  expect(ended.status).toBe(0);
  expectNoCrash(ended);
});

test("A replica that was stopped for longer than its lease writes nothing when it goes on, and takes over when the other one stops", async () => {
  const room = await ReplicaRoom.open(server, "stopped");
  const first = await room.start();
  await room.untilHeld(first, FEEDS);
  const second = await room.start();
  first.program.signal("SIGSTOP");
  await room.untilHeld(second, FEEDS);
  await room.openAndHear(22, "carol", second);
  first.program.signal("SIGCONT");
  await first.program.until("stderr", /Leases were taken over by another replica\./);
  expect(await room.held(first)).toBe(0);
  expect(await room.ask(first, "/jit who opened ssh on vm-x")).toContain("carol@");

  expect((await second.program.end("SIGTERM")).status).toBe(0);
  await room.untilHeld(first, FEEDS);
  await room.openAndHear(3389, "dave", first);
  expect(new Set(room.rung().map(({ key }) => key)).size).toBe(2);
  expect(room.rung()).toHaveLength(2);
});
