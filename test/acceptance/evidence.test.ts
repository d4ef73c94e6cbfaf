import { expect, test } from "vitest";
import { z } from "zod";
import { Archive } from "./archive.ts";
import { fixture, fixtureRows, ruleWrite } from "./exports.ts";
import { runHere } from "./program.ts";
import type { Run } from "./program.ts";
import { trailLines } from "./trail-rows.ts";

const NAME = "alice-opens-rdp";
const ROW = z.looseObject({ eventDataId: z.string() });

function rowsOf({ stdout }: Run) {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => ROW.parse(JSON.parse(line)));
}

test("An opening's evidence is each row that it rests on, as Azure gave it, and tells of it again by itself", async () => {
  const archive = new Archive();
  await archive.run(["import", fixture(NAME)]);
  const openings = trailLines(await archive.run(["trail", "--json"]));
  expect(openings).toHaveLength(4);
  for (const { id, rule, events, actor, candidates } of openings) {
    const run = await archive.run(["evidence", id]);
    expect(run).toMatchObject({ status: 0, stderr: "" });
    const rows = rowsOf(run);
    expect(rows.map((row) => row.eventDataId)).toEqual(expect.arrayContaining([...events]));
    for (const row of rows) {
      expect(fixtureRows(NAME)).toContainEqual(row);
    }
    const alone = trailLines(
      await runHere(["trail", "--json", "--from", "-"], { input: run.stdout }),
    ).find((one) => one.rule === rule);
    expect([alone?.actor, ...(alone?.candidates.map((one) => one.actor) ?? [])]).toEqual(
      expect.arrayContaining([actor, ...candidates.map((one) => one.actor)]),
    );
  }
});

test("Several are printed once each, an event by its own ID, and what is not there is told of", async () => {
  const archive = new Archive();
  await archive.run(["import", fixture(NAME)]);
  const [first, second] = trailLines(await archive.run(["trail", "--json"]));
  const [event = ""] = first?.events ?? [];
  const ids = [first?.id ?? "", second?.id ?? ""];
  const [one, both, single, missing] = await Promise.all([
    archive.run(["evidence", ids[0] ?? "", event]),
    archive.run(["evidence", ...ids]),
    archive.run(["evidence", event]),
    archive.run(["evidence", "o-nowhere", "nowhere", event]),
  ]);
  const printed = rowsOf(both).map((row) => row.eventDataId);
  expect(new Set(printed).size).toBe(printed.length);
  expect(rowsOf(one).length).toBe(new Set(rowsOf(one).map((row) => row.eventDataId)).size);
  expect(rowsOf(single).map((row) => row.eventDataId)).toEqual([event]);
  expect(missing.status).toBe(1);
  expect(missing.stderr).toBe(
    "o-nowhere: the store keeps no such opening or event.\nnowhere: the store keeps no such opening or event.\n",
  );
  expect(rowsOf(missing)).toHaveLength(1);
});

test("Evidence that is gone, or damaged, is told of, and is never passed off as whole", async () => {
  const archive = new Archive();
  await archive.run(["import", fixture(NAME)]);
  const [opening] = trailLines(await archive.run(["trail", "--json"]));
  const [gone = "", damaged = ""] = opening?.events ?? [];
  const whole = rowsOf(await archive.run(["evidence", opening?.id ?? ""])).length;
  archive.sql(`delete from event where id = '${gone}'`);
  const thinned = await archive.run(["evidence", opening?.id ?? ""]);
  expect(thinned.status).toBe(1);
  expect(thinned.stderr).toBe(`${opening?.id}: 1 of its events is not in the store any more.\n`);
  expect(rowsOf(thinned)).toHaveLength(whole - 1);
  archive.sql(`update event set raw_packed = x'789c' where id = '${damaged}'`);
  const broken = await archive.run(["evidence", opening?.id ?? ""]);
  expect(broken).toMatchObject({ status: 1, stdout: "" });
  expect(broken.stderr).toMatch(/\nThe row of event .* in the database is damaged: .*\n$/);
});

test("What steers a terminal stands there escaped, and the row still says the same", async () => {
  const archive = new Archive();
  const row = ruleWrite({ row: { eventDataId: "odd" } });
  const hostile = { ...row, description: "\u009b2J \u202e \u200b \u2028 end" };
  const path = archive.folder.file("odd.json", JSON.stringify([hostile], null, 2));
  await archive.run(["import", path]);
  const run = await archive.run(["evidence", "odd"]);
  expect(run.stdout.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(rowsOf(run)).toEqual([hostile]);
});

test("What could not be understood is printed as it came, with the reason", async () => {
  const archive = new Archive();
  const bad = { ...ruleWrite({ row: { eventDataId: "bad" } }), eventTimestamp: "yester\u009bday" };
  await archive.run(["import", archive.folder.file("odd.json", JSON.stringify([bad]))]);
  const run = await archive.run(["evidence", "--quarantined"]);
  expect(run).toMatchObject({ status: 0, stderr: "" });
  expect(run.stdout).not.toContain("\u009b");
  const { receivedAt, reason, raw } = z
    .strictObject({ receivedAt: z.iso.datetime(), reason: z.string(), raw: z.string() })
    .parse(JSON.parse(run.stdout));
  expect(Date.parse(receivedAt)).toBeGreaterThan(0);
  expect(reason).toContain("is not a time");
  expect(JSON.parse(raw)).toEqual(bad);
  expect(await new Archive().run(["evidence", "--quarantined"])).toMatchObject({
    status: 0,
    stdout: "",
  });
});

test.each([
  [["evidence"], /name openings/],
  [["evidence", "o-1", "--quarantined"], /--quarantined alone/],
  [["evidence", "o-"], /^doorbell evidence o-: that may be o-\w+, o-\w+, o-\w+, o-\w+\.\n$/],
])("%j: says what to name", async (words, message) => {
  const archive = new Archive();
  await archive.run(["import", fixture(NAME)]);
  const run = await archive.run(words);
  expect(run).toMatchObject({ status: 2, stdout: "" });
  expect(run.stderr).toMatch(message);
});
