import { afterAll, beforeAll } from "vitest";
import { startPostgres } from "../contracts/postgres-server.ts";
import type { PostgresServer } from "../contracts/postgres-server.ts";
import { storeContract } from "../contracts/store-contract.ts";
import { onPostgres } from "../contracts/store/grounds.ts";

let server: PostgresServer | null = null;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(async () => {
  await server?.stop();
});

storeContract(
  onPostgres(() => {
    if (server === null) {
      throw new Error("PostgreSQL did not start");
    }
    return server;
  }),
);
