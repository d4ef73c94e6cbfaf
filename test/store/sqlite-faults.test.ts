import { randomBytes } from "node:crypto";
import { mkdtemp, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sql } from "kysely";
import { describe, expect, onTestFinished, test } from "vitest";
import { DoorbellError } from "../../src/errors.ts";
import { DatabaseStore } from "../../src/store/database-store.ts";
import { openSqliteStore } from "../../src/store/open-sqlite-store.ts";
import { openSqlite, requireVersion } from "../../src/store/sqlite-database.ts";
import { sqliteFault } from "../../src/store/sqlite-fault.ts";
import { all, AZURE, change, event, idsOf, received } from "../contracts/store/changes.ts";
import { StandingClock } from "../contracts/store/ground.ts";

const clock = new StandingClock();

async function folderOfTest(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "doorbell-sqlite-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A database with one event in it. */
async function filledFile(): Promise<string> {
  const path = join(await folderOfTest(), "doorbell.sqlite");
  const store = await openSqliteStore(path, { clock });
  await store.commit(change({ events: [received(event("e-1"))] }));
  await store.close();
  return path;
}

/** Runs SQL on the file, as another program would. */
function beside(path: string, text: string): void {
  const database = new DatabaseSync(path);
  database.exec(text);
  database.close();
}

async function faultOf(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DoorbellError) {
      return { code: error.code, message: error.message };
    }
    throw error;
  }
  throw new Error("nothing failed");
}

describe("A SQLite database that cannot be used is told of in one line that names the setting", () => {
  test("when it was written by a newer Doorbell, which loses nothing", async () => {
    const path = await filledFile();
    beside(path, "insert into schema_migration values (99, 'the future')");
    const before = await readFile(path);
    expect((await faultOf(openSqliteStore(path, { clock }))).message).toMatch(
      /^The database in store\.path was written by a newer Doorbell/,
    );
    expect(await readFile(path)).toEqual(before);
  });

  test("when it is no database at all", async () => {
    const path = join(await folderOfTest(), "notes.txt");
    await writeFile(path, "Dear diary, ".repeat(1_000));
    expect(await faultOf(openSqliteStore(path, { clock }))).toEqual({
      code: "store",
      message: `The file ${path} is not a Doorbell database: set store.path to another file, or restore it from a backup.`,
    });
    expect((await readFile(path, "utf8")).startsWith("Dear diary")).toBe(true);
  });

  test("when it belongs to another program", async () => {
    const path = join(await folderOfTest(), "other.sqlite");
    beside(path, "create table customer (name text)");
    expect(await faultOf(openSqliteStore(path, { clock }))).toEqual({
      code: "store",
      message: `The database ${path} belongs to another program: set store.path to another file.`,
    });
  });

  test("when it is damaged", async () => {
    const path = await filledFile();
    const file = await open(path, "r+");
    const { size } = await file.stat();
    await file.write(Buffer.alloc(size - 4_096, 0x5a), 0, size - 4_096, 4_096);
    await file.close();
    const fault = await faultOf(openSqliteStore(path, { clock }).then((store) => store.coverage()));
    expect(fault).toEqual({
      code: "store",
      message: `The database ${path} is damaged: restore it from a backup, or set store.path to a new file, which is then filled from what Azure still keeps.`,
    });
  });

  test("when what is stored in it was changed by other hands", async () => {
    const path = await filledFile();
    beside(path, `update event set body = '{"id":"e-1"}'`);
    const store = await openSqliteStore(path, { clock });
    onTestFinished(() => store.close());
    expect((await faultOf(all(store.events(AZURE)))).message).toMatch(
      /^The database holds an event that Doorbell did not write like this/,
    );
    beside(path, "update event set body = 'nonsense'");
    expect((await faultOf(all(store.events(AZURE)))).code).toBe("store");
    beside(path, "update event set form = 2");
    expect((await faultOf(all(store.events(AZURE)))).message).toMatch(/evidence in form 2/);
  });

  test("when another program holds it, at the start or later", async () => {
    const path = await filledFile();
    const holder = new DatabaseSync(path);
    onTestFinished(() => {
      holder.close();
    });
    const message = `The database ${path} is locked by another program: stop that program, or set store.path to another file.`;
    holder.exec("begin immediate");
    const options = { clock, attempts: 2 };
    expect(await faultOf(openSqliteStore(path, options))).toEqual({ code: "store", message });
    holder.exec("commit");
    const store = await openSqliteStore(path, options);
    onTestFinished(() => store.close());
    holder.exec("begin immediate");
    expect(await faultOf(store.markSeen("d", 1))).toEqual({ code: "store", message });
    expect(idsOf(await all(store.events(AZURE)))).toEqual(["e-1"]);
    holder.exec("commit");
    expect(await store.markSeen("d", 1)).toBe(true);
  });

  test("when the disk is full, and what was stored stays", async () => {
    const path = join(await folderOfTest(), "doorbell.sqlite");
    const database = await openSqlite(path, { clock });
    const store = new DatabaseStore(database, clock);
    onTestFinished(() => store.close());
    await store.commit(change({ events: [received(event("e-1"))], feed: "f", cursor: "1" }));
    const { size } = await stat(path);
    await database.write((db) => sql`pragma max_page_count = 100`.execute(db));
    expect(size).toBeLessThan(100 * 4_096);
    const big = change({
      events: [received(event("e-2"), randomBytes(1_000_000).toString("base64"))],
      feed: "f",
      cursor: "2",
    });
    expect(await faultOf(store.commit(big))).toEqual({
      code: "store-full",
      message: `No space is left for the database ${path}: free some, or set store.path to a file on a larger disk. What was stored stays.`,
    });
    expect([idsOf(await all(store.events(AZURE))), await store.cursor("f")]).toEqual([
      ["e-1"],
      "1",
    ]);
    await database.write((db) => sql`pragma max_page_count = 1000000`.execute(db));
    await store.commit(big);
    expect(idsOf(await all(store.events(AZURE)))).toEqual(["e-1", "e-2"]);
  });

  test("when its folder cannot be made, or is a file", async () => {
    const folder = await folderOfTest();
    await writeFile(join(folder, "file"), "");
    for (const path of [join(folder, "file", "doorbell.sqlite"), folder]) {
      const fault = await faultOf(openSqliteStore(path, { clock }));
      expect(fault.message).toBe(
        `The database ${path} cannot be opened: store.path must name a file in a folder that Doorbell's user may write.`,
      );
    }
  });

  test("when it is read-only", () => {
    const database = new DatabaseSync(":memory:");
    database.exec("create table a (b); pragma query_only = on");
    const insert = (): void => {
      try {
        database.exec("insert into a values (1)");
      } catch (error) {
        throw sqliteFault(error, "doorbell.sqlite");
      }
    };
    expect(insert).toThrow(/^The database doorbell\.sqlite is read-only: .*store\.path/);
  });
});

test.each([
  ["3.51.3", true],
  ["3.52.0", true],
  ["4.0.0", true],
  ["3.51.2", false],
  ["3.50.9", false],
  ["2.99.99", false],
  ["nonsense", false],
])("SQLite %s is good enough: %s", (version, isGood) => {
  const check = (): void => {
    requireVersion(version);
  };
  if (isGood) {
    check();
  }
  expect(isGood || messageOf(check)).toBe(
    isGood ||
      `This Node.js carries SQLite ${version}, which can damage a database that two programs write: run Doorbell with a Node.js whose SQLite is 3.51.3 or newer, or set store.url to a PostgreSQL.`,
  );
});

function messageOf(check: () => void): string {
  try {
    check();
  } catch (error) {
    return error instanceof DoorbellError ? error.message : "another error";
  }
  return "no error";
}

test("Several that start at once on a new file make its tables once.", async () => {
  const path = join(await folderOfTest(), "doorbell.sqlite");
  const stores = await Promise.all(
    Array.from({ length: 4 }, () => openSqliteStore(path, { clock })),
  );
  onTestFinished(async () => {
    await Promise.all(stores.map((store) => store.close()));
  });
  const seen = await Promise.all(stores.map((store) => store.markSeen("d-1", 1)));
  expect(seen.filter(Boolean)).toHaveLength(1);
});

test("Only its owner may read the database file, in a folder that is made for it.", async () => {
  const path = join(await folderOfTest(), "deep", "down", "doorbell.sqlite");
  const store = await openSqliteStore(path, { clock });
  onTestFinished(() => store.close());
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(`${path}-wal`)).mode & 0o777).toBe(0o600);
  expect(store.description).toBe(`SQLite in ${path}`);
});

test("The database survives a power cut: it is written ahead, and flushed with every commit.", async () => {
  const path = join(await folderOfTest(), "doorbell.sqlite");
  const database = await openSqlite(path, { clock });
  onTestFinished(() => database.close());
  const settings = await database.write(async (db) => {
    const pragma = async (name: string): Promise<unknown> => {
      const { rows } = await sql<Record<string, unknown>>`${sql.raw(`pragma ${name}`)}`.execute(db);
      return Object.values(rows[0] ?? {})[0];
    };
    return [
      await pragma("journal_mode"),
      await pragma("synchronous"),
      await pragma("foreign_keys"),
    ];
  });
  expect(settings).toEqual(["wal", 2, 1]);
});
