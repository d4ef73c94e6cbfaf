// The join in DuckDB, as a process of its own: node duckdb.js EXPORT.
import { readFile } from "node:fs/promises";
import { DuckDBInstance } from "@duckdb/node-api";

const [, , path] = process.argv;
const sql = await readFile(new URL("join.sql", import.meta.url), "utf8");
const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();
const reader = await connection.runAndReadAll(sql.replace("$EXPORT", path.replaceAll("'", "''")));
for (const row of reader.getRowObjectsJson()) {
  process.stdout.write(`${JSON.stringify(row)}\n`);
}
