import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Secret } from "../../../src/config/secret.ts";
import { openPostgresStore } from "../../../src/store/open-postgres-store.ts";
import { openSqliteStore } from "../../../src/store/open-sqlite-store.ts";
import type { PostgresServer } from "../postgres-server.ts";
import { StandingClock } from "./ground.ts";
import type { Ground } from "./ground.ts";

const SQLITE_FAILING: Ground["failing"] = (table) => ({
  plant: [
    `create trigger planted before insert on ${table} begin select raise(abort, 'planted'); end`,
  ],
  pull: ["drop trigger planted"],
});

export const IN_MEMORY: Ground = {
  name: "SQLite in memory",
  shared: false,
  failing: SQLITE_FAILING,
  fresh: async () => {
    const clock = new StandingClock();
    return {
      clock,
      open: () => openSqliteStore(":memory:", { clock }),
      sql: () => Promise.reject(new Error("nobody else reaches it")),
      remove: () => Promise.resolve(),
    };
  },
};

export const IN_FILE: Ground = {
  name: "SQLite in a file",
  shared: true,
  failing: SQLITE_FAILING,
  fresh: async () => {
    const folder = await mkdtemp(join(tmpdir(), "doorbell-store-"));
    const path = join(folder, "doorbell.sqlite");
    const clock = new StandingClock();
    return {
      clock,
      open: () => openSqliteStore(path, { clock }),
      sql: async (text) => {
        const database = new DatabaseSync(path, { timeout: 5_000 });
        database.exec(text);
        database.close();
      },
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  },
};

/** Quicker than `truncate`, which makes new files for every table. */
const EMPTIED = [
  "do $$ declare one text; begin",
  "for one in select tablename from pg_tables where schemaname = 'public' and tablename <> 'schema_migration' order by tablename = 'delivery'",
  "loop execute format('delete from %I', one); end loop; end $$",
].join(" ");

/** One database of a running server, emptied for every test: to create one takes longer than most tests. */
export function onPostgres(server: () => PostgresServer): Ground {
  const name = "doorbell";
  let url: string | null = null;
  return {
    name: "PostgreSQL",
    shared: true,
    failing: (table) => ({
      plant: [
        "create function planted() returns trigger language plpgsql as $$ begin raise exception 'planted'; end $$",
        `create trigger planted before insert on ${table} for each row execute function planted()`,
      ],
      pull: [`drop trigger planted on ${table}`, "drop function planted"],
    }),
    fresh: async () => {
      url ??= await server().createDatabase(name);
      await server().sql(name, EMPTIED);
      const secret = new Secret(url);
      const clock = new StandingClock();
      return {
        clock,
        open: () => openPostgresStore({ url: secret, clock }),
        sql: (text) => server().sql(name, text),
        remove: () => Promise.resolve(),
      };
    },
  };
}
