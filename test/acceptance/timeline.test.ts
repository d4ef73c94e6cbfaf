import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { fixture, TempFolder } from "./exports.ts";
import { expectNoCrash, runHere, runProcess } from "./program.ts";

const folder = new TempFolder();
afterAll(() => {
  folder.remove();
});

const FROM = ["--from", fixture("alice-opens-rdp")];

describe("doorbell timeline", () => {
  test("writes a PNG and says in words what it shows", async () => {
    const out = join(folder.path, "vm-x.png");
    const run = await runProcess(["timeline", "vm-x", ...FROM, "--out", out]);
    expect(run).toMatchObject({ status: 0, stderr: "" });
    expect(run.stdout).toMatch(
      /^Timeline: Openings of vm-x\..*RDP \(3389\) on vm-x: alice@contoso\.com/,
    );
    expect(readFileSync(out).subarray(1, 4).toString("latin1")).toBe("PNG");
  });

  test("writes an SVG in the zone and the period asked for, over an older one", async () => {
    const out = folder.file("all.SVG", "old");
    const words = ["timeline", "since", "2026-11-23T12:00Z", ...FROM, "--zone", "Asia/Kolkata"];
    const run = await runHere([...words, "--until", "2026-11-23T16:00Z", "--out", out]);
    expect(run).toMatchObject({ status: 0, stderr: "" });
    const svg = readFileSync(out, "utf8");
    expect(svg).toMatch(/^<svg .*<\/svg>$/s);
    expect(svg).toContain("2026-11-23 17:30 to 2026-11-23 21:30, Asia/Kolkata (UTC+05:30).");
  });

  test("leaves no half file behind", () => {
    expect(readdirSync(folder.path).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("draws an empty picture of a VM with nothing in the period", async () => {
    const out = join(folder.path, "empty.svg");
    const run = await runHere([
      "timeline",
      "vm-x",
      ...FROM,
      "--out",
      out,
      "--until",
      "2026-11-23T03:00Z",
    ]);
    expect(run.status).toBe(0);
    expect(readFileSync(out, "utf8")).toContain("Nothing was open.");
  });

  const shut = join(folder.path, "shut");
  mkdirSync(shut);
  chmodSync(shut, 0o500);
  // Nothing is shut to root but what the system itself makes up.
  const closed = userInfo().uid === 0 ? "/proc/picture.png" : join(shut, "picture.png");
  mkdirSync(join(folder.path, "folder.png"));
  writeFileSync(join(folder.path, "file"), "");
  const REFUSED: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    ["another ending", ["--out", join(folder.path, "a.pdf")], 2, /end the name in \.png or \.svg/],
    ["no ending", ["--out", join(folder.path, "png")], 2, /end the name in \.png or \.svg/],
    ["standard output", ["--out", "-"], 2, /end the name in \.png or \.svg/],
    ["no file at all", [], 2, /required option '--out <file>' not specified/],
    [
      "a folder that is not there",
      ["--out", join(folder.path, "no", "a.png")],
      1,
      /there is no folder/,
    ],
    ["a file as a folder", ["--out", join(folder.path, "file", "a.png")], 1, /is not a folder/],
    ["a folder as a file", ["--out", join(folder.path, "folder.png")], 1, /that is not a file/],
    ["a place that is shut", ["--out", closed], 1, /no permission|there is no folder/],
    [
      "a name that is too long",
      ["--out", join(folder.path, `${"a".repeat(300)}.png`)],
      1,
      /name is too long/,
    ],
  ];
  test.each(REFUSED)("refuses %s in one clear line", async (_, words, status, complaint) => {
    const run = await runHere(["timeline", "vm-x", ...FROM, ...words]);
    expect(run).toMatchObject({ status, stdout: "" });
    expect(run.stderr).toMatch(complaint);
    expect(run.stderr.trimEnd().split("\n")).toHaveLength(1);
    expectNoCrash(run);
  });

  const OUT = ["--out", join(folder.path, "never.png")];
  const MISTAKEN: readonly (readonly [string, readonly string[], RegExp])[] = [
    [
      "a VM that the log does not know",
      ["vm-xx", ...FROM],
      /no VM of that name in the log\. Did you mean vm-x/,
    ],
    ["words that are no time", ["vm-x", "whenever", ...FROM], /doorbell timeline vm-x whenever: /],
    [
      "a zone that is none",
      ["vm-x", ...FROM, "--zone", "Mars/Base"],
      /--zone Mars\/Base: not a time zone/,
    ],
    ["no export", ["vm-x"], /Nothing to read/],
    [
      "options that leave nothing of the words",
      ["vm-x", "before", "2026-11-20", ...FROM, "--since", "2026-11-23"],
      /leave nothing of the period in words/,
    ],
  ];
  test.each(MISTAKEN)("refuses %s, and writes nothing", async (_, words, complaint) => {
    const run = await runHere(["timeline", ...words, ...OUT]);
    expect(run).toMatchObject({ status: 2, stdout: "" });
    expect(run.stderr).toMatch(complaint);
    expect(readdirSync(folder.path)).not.toContain("never.png");
  });
});
