import { Buffer } from "node:buffer";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { TempFolder, fixture, fixtureRows, ruleWrite } from "./exports.ts";
import { expectNoCrash, runHere, runProcess } from "./program.ts";
import { openingsOf } from "./trail-rows.ts";

const folder = new TempFolder();
afterAll(() => {
  folder.remove();
});

const ROWS = fixtureRows("alice-opens-rdp");
const TEXT = JSON.stringify(ROWS);
const LINES = ROWS.map((row) => `${JSON.stringify(row)}\n`).join("");

const WHOLE = [
  "null 443 null",
  "dave@contoso.com 5985-5986 null",
  "bob@contoso.com 22 vm-build",
  "alice@contoso.com 3389 vm-x",
];

describe("a file that is no export", () => {
  test.each([
    ["an empty file", "", /is empty/],
    ["a byte-order mark alone", Buffer.from([0xef, 0xbb, 0xbf]), /is empty/],
    ["a binary", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 0, 0]), /looks like a program/],
    ["other binary data", Buffer.from([3, 0, 1, 0, 9]), /looks like a binary file/],
    ["an HTML error page", "<!DOCTYPE html><html>502 Bad Gateway</html>", /an HTML page/],
    [
      "JSON of something else",
      '{"error":{"code":"ExpiredAuthenticationToken"}}',
      /no Activity Log rows/,
    ],
    ["a list of something else", '[{"name":"vm-x"},{"name":"vm-y"}]', /no Activity Log rows/],
    ["a gzip of nothing", gzipSync(""), /is empty/],
    ["a CSV export of the portal", "Correlation id,Operation name\nx,y\n", /no Activity Log rows/],
  ])("%s is told in one line, exit 1, nothing on stdout", async (name, content, reason) => {
    const path = folder.file(`${name.replaceAll(" ", "-")}.json`, content);
    for (const words of [
      ["trail", "--json"],
      ["ask", "what is open"],
    ]) {
      const run = await runHere([...words, "--from", path]);
      expect(run).toMatchObject({ status: 1, stdout: "" });
      expect(run.stderr).toMatch(reason);
      expect(run.stderr.split("\n")).toHaveLength(2);
      expect(run.stderr).toContain(path);
      expectNoCrash(run);
    }
  });

  test("a folder, a missing file and an empty list of files are told in one line", async () => {
    const runs = await Promise.all([
      runProcess(["trail", "--from", folder.path]),
      runProcess(["trail", "--from", join(folder.path, "no-such.json")]),
      runProcess(["trail"]),
    ]);
    expect(runs.map(({ status }) => status)).toEqual([1, 1, 2]);
    expect(runs[0]?.stderr).toBe(
      `Cannot read ${folder.path}: it is a folder. Name the files in it instead.\n`,
    );
    expect(runs[1]?.stderr).toMatch(/^Cannot read .*no-such\.json: there is no such file\. .*\n$/);
    expect(runs[2]?.stderr).toMatch(/^Nothing to read: name an Activity Log export with --from/);
    for (const run of runs) {
      expect(run.stdout).toBe("");
      expectNoCrash(run);
    }
  });
});

describe("an export in an odd coat gives the same trail", () => {
  const bare = Buffer.from(TEXT);
  test.each([
    ["a byte-order mark", Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bare])],
    ["UTF-16 as Windows PowerShell writes it", Buffer.from(`\uFEFF${TEXT}`, "utf16le")],
    ["UTF-16 with the big end first", Buffer.from(`\uFEFF${TEXT}`, "utf16le").swap16()],
    ["gzip", gzipSync(bare)],
    ["gzip in two members", Buffer.concat([LINES.slice(0, 9000), LINES.slice(9000)].map(zip))],
    ["one record per line", Buffer.from(LINES)],
    ["Windows line ends", Buffer.from(LINES.replaceAll("\n", "\r\n"))],
    ["an API page", Buffer.from(JSON.stringify({ value: ROWS, nextLink: "https://x" }, null, 1))],
  ])("%s", async (name, content) => {
    const path = folder.file(`coat-${name.replaceAll(" ", "-")}`, content);
    const run = await runHere(["trail", "--json", "--from", path]);
    expect(openingsOf(run)).toEqual(WHOLE);
    expect(run).toMatchObject({ status: 0, stderr: "" });
  });

  test("standard input, plain and gzip", async () => {
    const runs = await Promise.all([
      runProcess(["trail", "--json", "--from", "-"], { input: TEXT }),
      runProcess(["trail", "--json", "--from", "-"], { input: zip(LINES) }),
      runProcess(["trail", "--json", "--from", "-"], { input: "" }),
    ]);
    expect(runs.slice(0, 2).map(openingsOf)).toEqual([WHOLE, WHOLE]);
    expect(runs[2]).toMatchObject({ status: 1, stdout: "" });
    expect(runs[2]?.stderr).toMatch(/^standard input is not an export: it is empty\./);
  });

  test("invalid UTF-8 is replaced, and that is said", async () => {
    const bytes = Buffer.from(TEXT.replaceAll("INC-4411: disk full", "INC-4411: d#sk full"));
    for (let at = bytes.indexOf("d#sk"); at !== -1; at = bytes.indexOf("d#sk", at)) {
      bytes[at + 1] = 0xff;
    }
    const run = await runHere([
      "ask",
      "who opened rdp on vm-x",
      "--from",
      folder.file("latin1.json", bytes),
    ]);
    expect(run.status).toBe(0);
    expect(run.stdout).toContain("INC-4411: d\uFFFDsk full on vm-x");
    expect(run.stderr).toMatch(/has invalid UTF-8 in \d rows?; it was replaced by U\+FFFD\.\n$/);
  });
});

describe("an export with a row that cannot be right", () => {
  const good = ruleWrite();
  const other = (changes: Record<string, unknown>): Record<string, unknown> => ({
    ...ruleWrite({ rule: "bad", row: { eventDataId: "bad" } }),
    ...changes,
  });
  test.each([
    ["without a time", other({ eventTimestamp: null }), /it has no time/],
    ["in the year 0001", other({ eventTimestamp: "0001-01-01T00:00:00Z" }), /"0001-01-01/],
    ["with a resource ID that is none", other({ resourceId: "nsg-a" }), /resource ID "nsg-a"/],
    [
      "with the port 70000",
      ruleWrite({ rule: "bad", properties: { destinationPortRange: "70000" } }),
      /"70000" is not a port/,
    ],
    [
      "with a range that runs backwards",
      ruleWrite({ rule: "bad", properties: { destinationPortRange: "90-80" } }),
      /"90-80" is not a port/,
    ],
    [
      "with a source that is none",
      ruleWrite({ rule: "bad", properties: { sourceAddressPrefix: "300.1.1.1/99" } }),
      /"300\.1\.1\.1\/99" is not a source/,
    ],
  ])("%s: it makes no opening, is counted, and --verbose says why", async (_, bad, reason) => {
    const path = folder.file("odd-row.json", JSON.stringify([good, bad]));
    const run = await runHere(["trail", "--json", "--from", path, "--verbose"]);
    expect(openingsOf(run)).toEqual(["alice@contoso.com 3389 null"]);
    expect(run.status).toBe(0);
    const [count, place] = run.stderr.split("\n");
    expect(count).toBe("1 row or part of a row could not be understood:");
    expect(place).toMatch(/odd-row\.json, record 2 \(byte \d+\): /);
    expect(place).toMatch(reason);
    const brief = await runHere(["trail", "--from", path]);
    expect(brief.stderr).toBe(
      "1 row or part of a row could not be understood; --verbose says which and why.\n",
    );
    const asked = await runHere(["ask", "what is open", "--from", path]);
    expect(asked.stdout).toContain(
      "Warning: 1 row or part of a row could not be understood and may hold more.",
    );
  });

  test.each([
    ["0-65535", "*", { destinationPortRange: "0-65535" }],
    ["a list", "22", { destinationPortRange: "", destinationPortRanges: ["22"] }],
  ])("the ports %s are shown as %s", async (_, shown, properties) => {
    const path = folder.file("ports.json", JSON.stringify(ruleWrite({ properties })));
    const run = await runHere(["trail", "--json", "--from", path]);
    expect(openingsOf(run)).toEqual([`alice@contoso.com ${shown} null`]);
  });

  test.each([
    ["2001:DB8::/32", "2001:db8::/32", false],
    ["::/0", "any source", true],
    ["Internet", "any source", true],
    ["AzureCloud.WestEurope", "AzureCloud.WestEurope", false],
    ["VirtualNetwork", "VirtualNetwork", false],
  ])("the source %s is shown as %s", async (source, shown, isAny) => {
    const properties = { sourceAddressPrefix: source };
    const path = folder.file("source.json", JSON.stringify(ruleWrite({ properties })));
    const run = await runHere(["trail", "--from", path]);
    expect(run).toMatchObject({ status: 0, stderr: "" });
    expect(run.stdout).toContain(`3389  ${shown}`);
    expect(run.stdout.includes("any-source!")).toBe(isAny);
  });
});

describe("an export that ends in the middle", () => {
  test.each([
    ["an array", Buffer.from(TEXT.slice(0, -40))],
    ["lines", Buffer.from(LINES.slice(0, -40))],
    ["gzip", zip(LINES).subarray(0, -20)],
  ])("%s yields what it held, one warning, exit 1", async (name, content) => {
    const path = folder.file(`cut-${name.replaceAll(" ", "-")}`, content);
    const [trail, asked] = await Promise.all([
      runHere(["trail", "--json", "--from", path]),
      runHere(["ask", "what is open to any source", "--from", path]),
    ]);
    expect(trail.status).toBe(1);
    expect(trail.stderr).toMatch(/^\S+ is truncated: .* after \d+ complete records\. .*\n$/);
    expect(openingsOf(trail)).toContain("alice@contoso.com 3389 vm-x");
    expect(asked.status).toBe(1);
    expect(asked.stdout).toMatch(
      /Warning: \S+ is truncated: it ends|Warning: \S+ is truncated: the gzip/,
    );
    expectNoCrash(trail);
  });

  test("a file cut in its first record says so, and shows no row", async () => {
    const path = folder.file("cut-early.json", TEXT.slice(0, 300));
    const run = await runProcess(["trail", "--json", "--from", path]);
    expect(run).toMatchObject({ status: 1, stdout: "" });
    expect(run.stderr).toMatch(/is truncated: it ends in the middle, after 0 complete records/);
    expectNoCrash(run);
  });
});

describe("several files", () => {
  test("one that is missing does not keep the others from being read", async () => {
    const run = await runProcess([
      "trail",
      "--json",
      "--from",
      fixture("alice-opens-rdp"),
      join(folder.path, "missing.json"),
    ]);
    expect(openingsOf(run)).toEqual(WHOLE);
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/^Cannot read \S+missing\.json: there is no such file.*\n$/);
    expectNoCrash(run);
  });

  test("none of which can be read: one line for each, no table", async () => {
    const run = await runHere(["trail", "--from", "nowhere.json", folder.path]);
    expect(run).toMatchObject({ status: 1, stdout: "" });
    expect(run.stderr.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/nowhere\.json: there is no such file/),
      expect.stringMatching(/it is a folder/),
    ]);
  });

  test("the same file twice is the same trail, each event once", async () => {
    const path = fixture("alice-opens-rdp");
    const [once, twice] = await Promise.all([
      runHere(["trail", "--json", "--from", path]),
      runHere(["trail", "--json", "--from", path, path]),
    ]);
    expect(twice).toEqual(once);
    const asked = await runHere(["ask", "status", "--from", path, path]);
    expect(asked.stdout).toContain("Known: 4 openings, 3 of them standing, and 3 requests.");
  });

  test("forms may be mixed, and each event counts once", async () => {
    const half = Math.floor(ROWS.length / 2);
    const run = await runHere([
      "trail",
      "--json",
      "--from",
      folder.file("mixed-1.json", JSON.stringify(ROWS.slice(0, half + 5))),
      folder.file("mixed-2.jsonl", LINES),
      folder.file("mixed-3.json.gz", gzipSync(JSON.stringify({ value: ROWS.slice(half) }))),
      folder.file("mixed-4.json", JSON.stringify(ROWS[3], null, 2)),
    ]);
    expect(openingsOf(run)).toEqual(WHOLE);
    expect(run).toMatchObject({ status: 0, stderr: "" });
  });

  test("the blobs of a storage account are read one by one, wherever they lie", async () => {
    const hours = ["h=02", "h=09", "h=14"].map((hour, index) => {
      const path = join(folder.path, "insights-activity-logs", "y=2026", "m=11", "d=23", hour);
      mkdirSync(path, { recursive: true });
      const rows = ROWS.filter((_, at) => at % 3 === index).map((row) => JSON.stringify(row));
      const name = join("insights-activity-logs", "y=2026", "m=11", "d=23", hour, "PT1H.json");
      return folder.file(name, `${rows.join("\r\n")}\r\n`);
    });
    const run = await runHere(["trail", "--json", "--from", ...hours]);
    expect(openingsOf(run)).toEqual(WHOLE);
    expect(run).toMatchObject({ status: 0, stderr: "" });
  });
});

function zip(text: string): Buffer {
  return gzipSync(text);
}
