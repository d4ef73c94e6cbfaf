import { afterAll, describe, expect, test } from "vitest";
import { TempFolder } from "./exports.ts";
import { expectNoCrash, runProcess } from "./program.ts";
import type { Run } from "./program.ts";
import { RunningProgram } from "./running-program.ts";

const folder = new TempFolder();
afterAll(() => {
  folder.remove();
});

/** Runs the program where nothing is configured. */
async function run(words: readonly string[], input = ""): Promise<Run> {
  return runProcess(words, { cwd: folder.path, input });
}

describe("demo --once", () => {
  test("answers one question and leaves with 0, and the same seed gives the same story", async () => {
    const words = ["demo", "--once", "who opened port 3389 on vm-x"];
    const runs = await Promise.all([
      run([...words, "--seed", "7"]),
      run([...words, "--seed", "7", "--speed", "1"]),
      run([...words, "--seed", "8"]),
    ]);
    for (const one of runs) {
      expect(one).toMatchObject({ status: 0, stderr: "" });
      expect(one.stdout).toMatch(/^[^]*@contoso\.com .*\bRDP \(3389\) on vm-x/);
    }
    const [first, again, other] = runs.map(({ stdout }) => stdout.match(/^ {2}show o-\w+$/gm));
    expect(first).toEqual(again);
    expect(first).not.toEqual(other);
  });

  test("a question that is not understood is told on standard error, exit 2", async () => {
    const one = await run(["demo", "--once", "who oppened rdp on vm-x"]);
    expect(one).toMatchObject({ status: 2, stdout: "" });
    expect(one.stderr).toContain("Did you mean:\n  who opened rdp on vm-x");
  });
});

test.each([
  [["--speed", "0"], /^--speed 0: use a whole number from 1 to 100000\.\n$/],
  [["--speed", "fast"], /^--speed fast: use a whole number/],
  [["--speed", "1e3"], /^--speed 1e3: use a whole number/],
  [["--seed", "-1"], /^--seed -1: use a whole number from 0 to/],
  [["--seed"], /argument missing/],
  [["--zone", "Mars"], /^--zone Mars: not a time zone/],
  [["--once"], /argument missing/],
  [["--once", ""], /Ask a question, such as/],
])("demo %j is refused, exit 2", async (words, said) => {
  const one = await run(["demo", ...words]);
  expect(one).toMatchObject({ status: 2, stdout: "" });
  expect(one.stderr).toMatch(said);
  expectNoCrash(one);
});

/** At once, or by an update when the request arrives behind the rule. */
const PERSON_IS_NAMED =
  /^(?:ring|update) .*:\nyou@contoso\.com (?:most likely )?opened SSH \(22\) on vm-x/m;

test("While questions come on a pipe, a port that is opened with the printed line rings with the person's name", async () => {
  const program = new RunningProgram(["demo", "--speed", "2000"], { cwd: folder.path });
  const [, url = ""] = await program.until("stdout", /curl -X POST "(\S+)"/);
  program.type("who opened port 3389 on vm-x\n");
  // At this speed something may ring before the answer is there.
  await program.until(
    "stdout",
    /^> who opened port 3389 on vm-x\n[^]*^\w+@contoso\.com.* openings of RDP \(3389\) on vm-x/m,
  );
  expect((await fetch(url, { method: "POST" })).status).toBe(202);
  await program.until("stdout", PERSON_IS_NAMED);
  program.type("status\n");
  await program.until("stdout", /All 3 feeds are read/);
  program.hangUp();
  const ended = await program.ended();
  expect(ended).toMatchObject({ status: 0, stderr: "" });
});

test.each(["SIGTERM", "SIGINT"] as const)("%s ends it cleanly", async (signal) => {
  const program = new RunningProgram(["demo"], { cwd: folder.path });
  await program.until("stdout", /To open a port yourself/);
  const ended = await program.end(signal);
  expect(ended).toMatchObject({ status: 0, stderr: "" });
});
