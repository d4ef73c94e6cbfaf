import { Kysely, PostgresDialect, PostgresQueryCompiler, sql } from "kysely";
import { Pool, types as pgTypes } from "pg";
import type { Secret } from "../config/secret.ts";
import type { Duration } from "../domain/instant.ts";
import { SECOND } from "../domain/instant.ts";
import { DoorbellError } from "../errors.ts";
import type { Clock } from "../ports.ts";
import type { Database, Work } from "./database.ts";
import { migrate } from "./migrations.ts";
import { isPostgresCollision, postgresFault } from "./postgres-fault.ts";
import { OneByOne } from "./one-by-one.ts";
import type { Queries, Schema } from "./schema.ts";
import { fromStoredText, toStoredText } from "./stored-text.ts";

/** `Doorbell` in ASCII: the advisory lock of whoever writes the trail, or migrates. */
const TRAIL_LOCK = "4931097906049608812";
/** Type numbers of PostgreSQL, from its catalogue `pg_type`. */
const INT8 = 20;
const TEXT = 25;
const MOST_CONNECTIONS = 10;
const CONNECT_TIMEOUT: Duration = 10 * SECOND;
/** A replica that hangs within a transaction loses it, so that the others go on. */
const HANGING: Duration = 60 * SECOND;
const MOST_ATTEMPTS = 6;
const PAUSE: Duration = 25;

/** How to open a PostgreSQL database. */
export interface PostgresOptions {
  /** `postgresql://user:password@host:port/database`, with what else libpq understands. */
  readonly url: Secret;
  readonly clock: Clock;
}

/**
 * Opens a PostgreSQL database and brings it to the newest schema.
 *
 * @throws DoorbellError `store` or `store-full`, naming `store.url`.
 */
export async function openPostgres({ url, clock }: PostgresOptions): Promise<Database> {
  const where = placeOf(url);
  const pool = new Pool({
    connectionString: url.reveal(),
    application_name: "doorbell",
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    keepAlive: true,
    types: { getTypeParser: parserOf },
  });
  // A connection that breaks while nobody uses it is replaced; the next query tells if that fails.
  pool.on("error", () => undefined);
  // So is one that breaks in somebody's hands between two queries: unheard, that would end the program.
  pool.on("connect", (client) => {
    client.on("error", () => undefined);
  });
  const kysely = new Kysely<Schema>({ dialect: new StoredTextDialect({ pool }) });
  const database = new PostgresDatabase(kysely, clock, where);
  try {
    await database.writeAlone(async (db) => {
      await requireUnicode(db, where);
      await migrate(db, "postgres", "store.url");
    });
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Every text that goes to the database is written as it can hold it. */
class StoredTextDialect extends PostgresDialect {
  override createQueryCompiler(): PostgresQueryCompiler {
    return new StoredTextCompiler();
  }
}

class StoredTextCompiler extends PostgresQueryCompiler {
  protected override addParameter(parameter: unknown): void {
    super.addParameter(typeof parameter === "string" ? toStoredText(parameter) : parameter);
  }
}

/** Times and counts are far below what a JavaScript number holds; PostgreSQL's driver gives texts. */
function parserOf(oid: number, format?: "text" | "binary"): unknown {
  switch (oid) {
    case INT8:
      return Number;
    case TEXT:
      return fromStoredText;
    default: {
      const parser: unknown = pgTypes.getTypeParser(oid, format);
      return parser;
    }
  }
}

/**
 * Names the database without user, password and options.
 *
 * @throws DoorbellError `store` when it is no URL of a PostgreSQL; the text itself is never repeated.
 */
function placeOf(url: Secret): string {
  const parsed = URL.parse(url.reveal());
  if (
    parsed === null ||
    !["postgres:", "postgresql:"].includes(parsed.protocol) ||
    !isDecodable(parsed.href)
  ) {
    throw new DoorbellError(
      "store",
      "store.url is not the URL of a PostgreSQL database: write it as postgresql://user:password@host:5432/database, with %25 for a % in the password.",
    );
  }
  const host = parsed.host === "" ? (parsed.searchParams.get("host") ?? "localhost") : parsed.host;
  return `PostgreSQL database ${decodeURIComponent(parsed.pathname.slice(1))} at ${host}`;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** @throws DoorbellError `store` when the database cannot hold every character. */
async function requireUnicode(db: Queries, where: string): Promise<void> {
  const { rows } = await sql<{ readonly server_encoding: string }>`show server_encoding`.execute(
    db,
  );
  if (rows[0]?.server_encoding !== "UTF8") {
    throw new DoorbellError(
      "store",
      `${where} is not in UTF8: create one with "create database … encoding 'UTF8' template template0", and name it in store.url.`,
    );
  }
}

class PostgresDatabase implements Database {
  readonly kind = "postgres";
  readonly description: string;
  /** One lock is for all: who waits for it within this program needs no connection. */
  readonly #alone = new OneByOne();
  readonly #kysely: Kysely<Schema>;
  readonly #clock: Clock;

  constructor(kysely: Kysely<Schema>, clock: Clock, where: string) {
    this.#kysely = kysely;
    this.#clock = clock;
    this.description = where;
  }

  async read<T>(work: Work<T>): Promise<T> {
    return this.#patiently(() =>
      this.#kysely
        .transaction()
        .setIsolationLevel("repeatable read")
        .setAccessMode("read only")
        .execute(work),
    );
  }

  async write<T>(work: Work<T>): Promise<T> {
    return this.#patiently(() => this.#kysely.transaction().execute(work));
  }

  async writeAlone<T>(work: Work<T>): Promise<T> {
    return this.#alone.run(async () =>
      this.write(async (db) => {
        await sql`select set_config('idle_in_transaction_session_timeout', ${String(HANGING)}, true)`.execute(
          db,
        );
        await sql`select pg_advisory_xact_lock(${TRAIL_LOCK}::bigint)`.execute(db);
        return work(db);
      }),
    );
  }

  readonly close = async (): Promise<void> => {
    await this.#kysely.destroy();
  };

  async #patiently<T>(run: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await run();
      } catch (error) {
        if (!isPostgresCollision(error) || attempt >= MOST_ATTEMPTS) {
          throw postgresFault(error, this.description);
        }
        await this.#clock.sleep(attempt * PAUSE);
      }
    }
  }
}
