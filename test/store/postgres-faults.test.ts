import { createServer } from "node:net";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { Secret } from "../../src/config/secret.ts";
import { DoorbellError } from "../../src/errors.ts";
import type { Store } from "../../src/ports.ts";
import { openPostgresStore } from "../../src/store/open-postgres-store.ts";
import { startPostgres } from "../contracts/postgres-server.ts";
import type { PostgresServer } from "../contracts/postgres-server.ts";
import { change, event, received } from "../contracts/store/changes.ts";
import { StandingClock } from "../contracts/store/ground.ts";

const clock = new StandingClock();
let running: PostgresServer | null = null;

beforeAll(async () => {
  running = await startPostgres();
});

afterAll(async () => {
  await running?.stop();
});

function server(): PostgresServer {
  if (running === null) {
    throw new Error("PostgreSQL did not start");
  }
  return running;
}

async function opened(url: string): Promise<Store> {
  const store = await openPostgresStore({ url: new Secret(url), clock });
  onTestFinished(() => store.close());
  return store;
}

/** The error's line; what it and its causes show of the password is an error of its own. */
async function faultOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DoorbellError) {
      const shown = inspect(error, { depth: 9 });
      const secrets = [server().password, encodeURIComponent(server().password), "hunter2"];
      return secrets.some((secret) => shown.includes(secret))
        ? `shows the password: ${shown}`
        : `${error.code}: ${error.message}`;
    }
    throw error;
  }
  throw new Error("nothing failed");
}

describe("A PostgreSQL database that cannot be used is told of in one line that names the setting", () => {
  test("when the password is wrong, or there is none", async () => {
    const at = `127.0.0.1:${server().port}`;
    expect(await faultOf(opened(`postgresql://doorbell:hunter2@${at}/doorbell`))).toBe(
      `store: PostgreSQL database doorbell at ${at} refuses the user or the password in store.url: correct them there, or let that user in.`,
    );
    expect(await faultOf(opened(`postgresql://doorbell@${at}/doorbell`))).toMatch(
      /^store: .*password.*store\.url/,
    );
  });

  test("when there is no such database", async () => {
    const url = (await server().createDatabase("other")).replace("/other", "/missing");
    expect(await faultOf(opened(url))).toMatch(
      /^store: PostgreSQL database missing at .* does not exist: .*store\.url/,
    );
  });

  test("when nobody answers there", async () => {
    const port = await closedPort();
    const url = `postgresql://doorbell:hunter2@127.0.0.1:${port}/doorbell`;
    expect(await faultOf(opened(url))).toBe(
      `store: PostgreSQL database doorbell at 127.0.0.1:${port} cannot be reached (ECONNREFUSED): start the server, or correct host and port in store.url.`,
    );
    expect(await faultOf(opened("postgresql://doorbell:hunter2@host.invalid/doorbell"))).toMatch(
      /^store: .* at host\.invalid cannot be reached \((?:ENOTFOUND|EAI_AGAIN)\): /,
    );
  });

  test.each([
    "hunter2",
    "mysql://doorbell:hunter2@127.0.0.1/doorbell",
    "postgresql://doorbell:hunter2%@127.0.0.1/doorbell",
    "postgresql://doorbell:hunter2@127.0.0.1:99999/doorbell",
  ])("when the setting is no URL of one (case %#)", async (url) => {
    expect(await faultOf(opened(url))).toMatch(
      /^store: store\.url is not the URL of a PostgreSQL database: /,
    );
  });

  test("when the server speaks no TLS and the URL asks for it", async () => {
    const url = await server().createDatabase("tls");
    expect(await faultOf(opened(`${url}?sslmode=verify-full`))).toMatch(
      /^store: The TLS connection to PostgreSQL database tls at .* store\.url/,
    );
  });

  test("when it was written by a newer Doorbell", async () => {
    const url = await server().createDatabase("newer");
    await (await openPostgresStore({ url: new Secret(url), clock })).close();
    await server().sql("newer", "insert into schema_migration values (99, 'the future')");
    expect(await faultOf(opened(url))).toMatch(
      /^store: The database in store\.url was written by a newer Doorbell/,
    );
  });

  test("when it cannot hold every character", async () => {
    const url = await server().createDatabase(
      "latin",
      "encoding 'LATIN1' locale 'C' template template0",
    );
    expect(await faultOf(opened(url))).toMatch(/^store: .* is not in UTF8: .*store\.url/);
  });

  test("when the user may not make tables", async () => {
    const url = new URL(await server().createDatabase("guarded"));
    await server().sql("guarded", "create role guest login password 'hunter2'");
    url.username = "guest";
    url.password = "hunter2";
    expect(await faultOf(opened(url.href))).toMatch(
      /^store: .* does not let the user in store\.url create or change Doorbell's tables/,
    );
  });

  test.each([
    ["53100", "store-full: No space is left"],
    ["53300", "store: PostgreSQL database .* takes no more connections"],
    ["25006", "store: PostgreSQL database .* is read-only"],
    ["XX001", "store: PostgreSQL database .* is damaged"],
    ["57P03", "store: PostgreSQL database .* is away or fails"],
  ])(
    "when the server says %s in the middle of a page, which leaves nothing",
    async (code, line) => {
      const name = `code_${code.toLowerCase()}`;
      const url = await server().createDatabase(name);
      const store = await opened(url);
      await server().sql(
        name,
        `create function planted() returns trigger language plpgsql as $$ begin raise exception 'planted' using errcode = '${code}'; end $$;
       create trigger planted before insert on feed for each row execute function planted()`,
      );
      const page = change({ events: [received(event("e-1"))], feed: "feed", cursor: "1" });
      expect(await faultOf(store.commit(page))).toMatch(new RegExp(`^${line}.*store\\.url`));
      expect((await store.coverage()).events).toBe(0);
    },
  );

  test("when the server goes away, and all is well when it is back", async () => {
    const url = await server().createDatabase("away");
    const store = await opened(url);
    await store.markSeen("d-1", 1);
    const end = "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'away'";
    await server().sql("postgres", "alter database away allow_connections false");
    await server().sql("postgres", end);
    expect(await faultOf(store.markSeen("d-2", 1))).toMatch(/^store: .*store\.url/);
    await server().sql("postgres", "alter database away allow_connections true");
    expect([await store.markSeen("d-1", 2), await store.markSeen("d-2", 2)]).toEqual([false, true]);
  });
});

test("Several that start at once on an empty database make its tables once.", async () => {
  const url = await server().createDatabase("fresh");
  const stores = await Promise.all(Array.from({ length: 4 }, () => opened(url)));
  const seen = await Promise.all(stores.map((store) => store.markSeen("d-1", 1)));
  expect(seen.filter(Boolean)).toHaveLength(1);
});

test("The description names the database without user and password.", async () => {
  const store = await opened(await server().createDatabase("named"));
  expect(store.description).toBe(`PostgreSQL database named at 127.0.0.1:${server().port}`);
});

async function closedPort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, "127.0.0.1", resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => {
    probe.close(resolve);
  });
  return address === null || typeof address === "string" ? 1 : address.port;
}
