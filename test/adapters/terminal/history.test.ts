import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { appendHistory, readHistory } from "../../../adapters/terminal/history.ts";
import { sitDown } from "./terminal-sitting.ts";

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "doorbell-history-"));
  onTestFinished(async () => {
    await rm(path, { recursive: true, force: true });
  });
  return path;
}

test("lines come back in the next run, the newest first, from a file for its owner alone", async () => {
  const path = join(await folder(), "state", "doorbell", "history");
  await appendHistory(path, "who opened rdp on vm-x");
  await appendHistory(path, "what is open");
  expect(await readHistory(path)).toEqual(["what is open", "who opened rdp on vm-x"]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(join(path, ".."))).mode & 0o777).toBe(0o700);
});

test("a file that others could read is closed to them", async () => {
  const path = join(await folder(), "history");
  await writeFile(path, "old\n", { mode: 0o644 });
  await chmod(path, 0o644);
  await appendHistory(path, "new");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readHistory(path)).toEqual(["new", "old"]);
});

test("the file does not grow without end", async () => {
  const path = join(await folder(), "history");
  const lines = Array.from({ length: 1200 }, (_, index) => `question ${index}`);
  await writeFile(path, `${lines.join("\n")}\n`);
  const read = await readHistory(path);
  expect(read).toHaveLength(500);
  expect(read[0]).toBe("question 1199");
  expect((await readFile(path, "utf8")).split("\n")).toHaveLength(501);
});

test("lines that could steer the terminal are neither kept nor brought back", async () => {
  const path = join(await folder(), "history");
  await writeFile(path, "good\n\u001B[2J\n\u202Eevil\n\u009B2J\n\n");
  await appendHistory(path, "\u001B]0;title\u0007");
  await appendHistory(path, "x".repeat(5000));
  await appendHistory(path, "");
  expect(await readHistory(path)).toEqual(["good"]);
});

test("a history that cannot be read or written is harmless", async () => {
  const path = await folder();
  expect(await readHistory(path)).toEqual([]);
  await appendHistory(path, "x");
  await writeFile(join(path, "file"), "");
  await appendHistory(join(path, "file", "below", "history"), "x");
  expect(await readHistory(join(path, "file", "below", "history"))).toEqual([]);
  expect(await readFile(join(path, "file"), "utf8")).toBe("");
});

test("the chat keeps what a person typed for the next run", async () => {
  const path = join(await folder(), "history");
  const first = await sitDown({ history: path });
  await first.press("what is open\r");
  await expect.poll(() => readHistory(path)).toEqual(["what is open"]);
  const second = await sitDown({ history: path, run: "run-2" });
  await second.press("\u001B[A\r");
  expect(second.asked.map(({ text }) => text)).toEqual(["what is open"]);
});

test("what comes on a pipe is not kept", async () => {
  const path = join(await folder(), "history");
  await mkdir(join(path, ".."), { recursive: true });
  const { chat, press, hangUp } = await sitDown({ history: path, interactive: false });
  await press("what is open\n");
  await hangUp();
  await chat.left;
  expect(await readHistory(path)).toEqual([]);
});
