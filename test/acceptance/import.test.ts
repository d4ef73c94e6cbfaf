import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { z } from "zod";
import { DAY, HOUR } from "../../src/domain/instant.ts";
import { Archive } from "./archive.ts";
import { TempFolder, fixture, fixtureRows, ruleWrite } from "./exports.ts";
import { expectNoCrash, runHere, runProcess } from "./program.ts";
import { trailLines } from "./trail-rows.ts";

/** How far an answer reaches, as its JSON says. */
const REACH = z.object({ coverage: z.object({ from: z.string(), to: z.string() }) });

const ROWS = fixtureRows("alice-opens-rdp");
const TEXT = JSON.stringify(ROWS);
const LINES = ROWS.map((row) => `${JSON.stringify(row)}\n`).join("");

test.each([
  ["the list that az prints", TEXT],
  ["gzip", gzipSync(TEXT)],
  ["one record per line", LINES],
  ["an API page", JSON.stringify({ value: ROWS })],
])(
  "%s is imported once, however often, and the store then tells what the file tells",
  async (_, content) => {
    const archive = new Archive();
    const path = archive.folder.file("export", content);
    const first = await archive.run(["import", path]);
    expect(first).toMatchObject({ status: 0, stderr: "" });
    expect(first.stdout).toMatch(
      /^Read 48 rows, (\d+) of them about ports; \1 were not in the store yet\.\n$/,
    );
    const again = await archive.run(["import", path, path]);
    expect(again.status).toBe(0);
    expect(again.stdout).toMatch(/^Read 96 rows, .*; 0 were not in the store yet\.\n$/);
    const [stored, read] = await Promise.all([
      archive.run(["trail", "--json"]),
      runHere(["trail", "--json", "--from", path]),
    ]);
    expect(stored).toEqual(read);
    expect(read.stdout).not.toBe("");
  },
);

test.each([
  "already-open",
  "body-cut-off",
  "jit-name-by-hand",
  "rule-resurrected",
  "same-name-two-groups",
  "two-people-one-rule",
])("%s: the store tells what the file tells, in every form", async (name) => {
  const archive = new Archive();
  const path = fixture(name);
  await archive.run(["import", path]);
  for (const form of [["--json"], ["--csv"], [], ["--open"], ["--vm", "vm-*", "--json"]]) {
    const [stored, read] = await Promise.all([
      archive.run(["trail", ...form]),
      runHere(["trail", ...form, "--from", path]),
    ]);
    expect(stored.stdout.split("\nRead:")[0]).toEqual(read.stdout.split("\nRead:")[0]);
    expect(stored.status).toBe(0);
  }
});

test("A store that was filled from exports alone says where they end, not that a feed reads on", async () => {
  const archive = new Archive();
  await archive.run(["import", fixture("alice-opens-rdp")]);
  const [asked, trail] = await Promise.all([
    archive.run(["ask", "who opened ssh on vm-build"]),
    archive.run(["trail"]),
  ]);
  expect(asked.stdout).toMatch(
    /^bob@contoso\.com opened SSH \(22\) on vm-build .*; still open past its end when the log ends/s,
  );
  for (const { stdout } of [asked, trail]) {
    expect(stdout).toMatch(/Read: \d+ rows of the Activity Log, from/);
    expect(stdout).not.toContain("last read at");
  }
});

test("An export reaches as far in the store as in the file: from its first row to its last, of whatever kind", async () => {
  const archive = new Archive();
  const bob = trailLines(await runHere(["trail", "--json", "--from", fixture("alice-opens-rdp")]));
  const end = Date.parse(
    bob.find(({ vmName }) => vmName === "vm-build")?.promisedEnd ?? "no end promised",
  );
  const upToEnd = ROWS.filter(
    ({ eventTimestamp }) => typeof eventTimestamp === "string" && Date.parse(eventTimestamp) < end,
  );
  /** Starts of a VM, which neither open nor close a port. */
  const [before, after] = [-30 * DAY, 2 * HOUR].map((away) => ({
    ...ruleWrite(),
    eventDataId: `start-${away}`,
    operationName: { value: "Microsoft.Compute/virtualMachines/start/action" },
    eventTimestamp: new Date(end + away).toISOString(),
  }));
  const path = archive.folder.file("log.json", JSON.stringify([before, ...upToEnd, after]));
  await archive.run(["import", archive.folder.file("rows.json", JSON.stringify(upToEnd))]);
  const question = ["ask", "who opened ssh on vm-build", "--zone", "UTC"];
  const bare = await archive.run(question);
  expect(bare.stdout).not.toContain("past its end");

  for (let time = 0; time < 2; time += 1) {
    await archive.run(["import", path]);
    const [stored, read] = await Promise.all([
      archive.run([...question, "--json"]),
      runHere([...question, "--json", "--from", path]),
    ]);
    expect(REACH.parse(JSON.parse(stored.stdout))).toEqual(REACH.parse(JSON.parse(read.stdout)));
    expect((await archive.run(question)).stdout).toContain("still open past its end");
    expect(await archive.run(["trail", "--json"])).toEqual(
      await runHere(["trail", "--json", "--from", path]),
    );
  }
});

test("Standard input is imported", async () => {
  const archive = new Archive();
  const run = await archive.run(["import", "-"], { input: gzipSync(LINES) });
  expect(run).toMatchObject({ status: 0, stderr: "" });
  expect((await archive.run(["trail", "--json"])).stdout.split("\n")).toHaveLength(5);
});

test("Files that are missing, no export, or end in the middle are told of, and the others are imported", async () => {
  const archive = new Archive();
  const cut = archive.folder.file("cut.json", TEXT.slice(0, -40));
  const run = await archive.run([
    "import",
    join(archive.folder.path, "nowhere.json"),
    archive.folder.file("page.html", "<!DOCTYPE html><html>502</html>"),
    cut,
  ]);
  expect(run.status).toBe(1);
  expect(run.stderr.trimEnd().split("\n")).toEqual([
    expect.stringMatching(/nowhere\.json: there is no such file/),
    expect.stringMatching(/page\.html is not an export/),
    expect.stringMatching(/cut\.json is truncated/),
  ]);
  expect(run.stdout).toMatch(/^Read 47 rows/);
  const [stored, read] = await Promise.all([
    archive.run(["trail", "--json"]),
    runHere(["trail", "--json", "--from", cut]),
  ]);
  expect(stored.stdout).toBe(read.stdout);
});

test("Rows that cannot be understood are kept, once, and counted", async () => {
  const archive = new Archive();
  const bad = { ...ruleWrite({ row: { eventDataId: "bad" } }), eventTimestamp: "yesterday" };
  const path = archive.folder.file("odd.json", JSON.stringify([...ROWS, bad]));
  for (let time = 0; time < 2; time += 1) {
    const run = await archive.run(["import", path]);
    expect(run).toMatchObject({ status: 0, stderr: "" });
    expect(run.stdout).toMatch(
      /\n1 row or part of a row could not be understood, and is kept\.\n$/,
    );
  }
  expect(archive.count("quarantine")).toBe(1);
  const asked = await archive.run(["ask", "what is open"]);
  expect(asked.stdout).toContain("Warning: 1 row or part of a row could not be understood");
});

test("What is imported does not ring, whoever wishes to be notified", async () => {
  const archive = new Archive(`notifications:
  - channel: { platform: terminal, channel: main }
    filter: { kinds: [jit, direct] }
`);
  await archive.run(["import", fixture("alice-opens-rdp")]);
  expect(archive.count("opening")).toBe(4);
  expect(archive.count("delivery")).toBe(0);
});

test("Without a configuration, or without a file, it says what is missing", async () => {
  const folder = new TempFolder();
  const [none, nothing] = await Promise.all([
    runProcess(["import", fixture("alice-opens-rdp")], { cwd: folder.path }),
    runProcess(["import"], { cwd: folder.path }),
  ]);
  folder.remove();
  expect(none).toMatchObject({ status: 1, stdout: "" });
  expect(none.stderr).toMatch(/^There is no configuration: write doorbell\.yaml .*\n$/);
  expect(nothing).toMatchObject({ status: 2, stdout: "" });
  expect(nothing.stderr).toMatch(/missing required argument 'file'/);
  expectNoCrash(none);
});

test.each([["trail"], ["ask", "what is open"]])(
  "%s: working hours are those of the configuration, which openings in the store were judged by",
  async (...words) => {
    const archive = new Archive("working-hours: mon-fri 07:00-19:00\n");
    await archive.run(["import", fixture("alice-opens-rdp")]);
    const run = await archive.run([...words, "--working-hours", "mon-fri 09:00-10:00"]);
    expect(run).toMatchObject({ status: 2, stdout: "" });
    expect(run.stderr).toMatch(/^--working-hours .*: .* working-hours .*configuration/);
  },
);
