import { Secret } from "../../src/config/secret.ts";
import type { Random } from "../../src/sandbox/random.ts";
import type { PostgresServer } from "../contracts/postgres-server.ts";
import { sqliteIn } from "./series.ts";
import type { SeriesPlan } from "./series.ts";

/** Rounds on one store: enough that several kills hit the same message. */
const ROUNDS = 10;
const SETTINGS = ["sqlite", "replicas", "postgres", "sqlite", "replicas"] as const;

/** A series that is about to be run; a database is made for it when it is. */
export type PlannedSeries = () => Promise<Omit<SeriesPlan, "onRound">>;

/** Rounds in series: on SQLite, on PostgreSQL, and with two replicas on one PostgreSQL. */
export function planSeries(
  rounds: number,
  random: Random,
  postgres: PostgresServer,
): PlannedSeries[] {
  return Array.from({ length: Math.ceil(rounds / ROUNDS) }, (_, index) => {
    const setting = SETTINGS[index % SETTINGS.length] ?? "sqlite";
    const plan = {
      name: `${setting} ${index + 1}`,
      seed: random.u32(),
      rounds: Math.min(ROUNDS, rounds - index * ROUNDS),
      replicas: setting === "replicas" ? 2 : 1,
    };
    return async () =>
      setting === "sqlite"
        ? { ...plan, storeIn: sqliteIn }
        : { ...plan, storeIn: await postgresFor(postgres, `crash_${index}`) };
  });
}

async function postgresFor(
  postgres: PostgresServer,
  database: string,
): Promise<SeriesPlan["storeIn"]> {
  const url = new Secret(await postgres.createDatabase(database));
  return () => ({ kind: "postgres", url });
}
