import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { TempFolder, fixture, fixtureRows, ruleWrite } from "./exports.ts";
import { expectNoCrash, runHere, runProcess } from "./program.ts";
import { TRAIL_KEYS, openingsOf, trailLines } from "./trail-rows.ts";

const ALICE = fixture("alice-opens-rdp");
const folder = new TempFolder();
afterAll(() => {
  folder.remove();
});

describe("trail --json", () => {
  test("prints one object per line, its keys in the promised order, sorted by time, then ID", async () => {
    const names = ["alice-opens-rdp", "two-people-one-rule", "same-name-two-groups"];
    const run = await runProcess(["trail", "--json", "--from", ...names.map(fixture)]);
    expect(run.status).toBe(0);
    const lines = trailLines(run);
    expect(lines.length).toBeGreaterThan(6);
    for (const line of run.stdout.trimEnd().split("\n")) {
      expect(Object.keys(z.record(z.string(), z.unknown()).parse(JSON.parse(line)))).toEqual(
        TRAIL_KEYS,
      );
    }
    const order = lines.map(({ openedAt, id }) => `${openedAt} ${id}`);
    expect(order).toEqual(order.toSorted());
  });

  test("two openings of one moment are sorted by their ID", async () => {
    const rows = ["b", "a", "c", "d"].map((rule) =>
      ruleWrite({ rule, row: { eventDataId: rule, correlationId: rule } }),
    );
    const path = folder.file("one-moment.json", JSON.stringify(rows));
    const ids = trailLines(await runHere(["trail", "--json", "--from", path])).map(({ id }) => id);
    expect(ids).toHaveLength(4);
    expect(ids).toEqual(ids.toSorted());
  });
});

describe("trail --csv", () => {
  test("has the keys as its header, one line per opening, CRLF ends", async () => {
    const { stdout, status } = await runHere(["trail", "--csv", "--from", ALICE]);
    const lines = stdout.split("\r\n");
    expect(status).toBe(0);
    expect(lines[0]).toBe(TRAIL_KEYS.join(","));
    expect(lines).toHaveLength(6);
    expect(lines[5]).toBe("");
  });
});

describe("the filters of trail", () => {
  const ALL = [
    "null 443 null",
    "dave@contoso.com 5985-5986 null",
    "bob@contoso.com 22 vm-build",
    "alice@contoso.com 3389 vm-x",
  ];
  test.each([
    ["no filter", [], ALL],
    ["--open", ["--open"], ALL.slice(0, 3)],
    ["--vm by name, in any casing", ["--vm", "VM-X"], ALL.slice(3)],
    ["--vm by wildcard", ["--vm", "vm-*"], ALL.slice(2)],
    [
      "--vm by resource ID",
      [
        "--vm",
        "/subscriptions/5C0FFEE0-1234-4abc-8def-0123456789ab/resourceGroups/RG-PROD/providers/Microsoft.Compute/virtualMachines/vm-x",
      ],
      ALL.slice(3),
    ],
    ["--since keeps what was open after it", ["--since", "2026-11-23 18:00"], ALL.slice(0, 3)],
    ["--until keeps what was opened before it", ["--until", "2026-11-23 12:00"], ALL.slice(0, 3)],
    [
      "--since and --until",
      ["--since", "2026-11-23 13:30", "--until", "2026-11-23 14:00"],
      ALL.slice(0, 3),
    ],
    [
      "--until in another zone",
      ["--until", "2026-11-23 12:00", "--zone", "Europe/Berlin"],
      ALL.slice(0, 2),
    ],
  ])("%s", async (_, options, shown) => {
    const run = await runHere(["trail", "--json", "--from", ALICE, ...options]);
    expect(run).toMatchObject({ status: 0, stderr: "" });
    expect(openingsOf(run)).toEqual(shown);
  });
});

describe("a command line that cannot be right is told in a line or two, exit 2", () => {
  const from = ["--from", ALICE];
  test.each([
    [
      "an unknown command",
      ["trial"],
      /^doorbell trial: no such command\. There are: trail, timeline, ask, demo/,
    ],
    ["an unknown option", ["trail", "--jsn"], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
    [
      "--json and --csv",
      ["trail", "--json", "--csv", ...from],
      /'--json' cannot be used with.*--csv/,
    ],
    ["no file behind --from", ["trail", "--from"], /'--from <file\.\.\.>' argument missing/],
    ["a file without --from", ["trail", "export.json"], /name exports with --from, such as/],
    ["no question", ["ask", ...from], /missing required argument 'question'/],
    ["an empty question", ["ask", "", ...from], /Ask a question, such as: who opened rdp/],
    ["no export", ["ask", "what is open"], /Nothing to read: name an Activity Log export/],
    [
      "a zone that is none",
      ["trail", ...from, "--zone", "Mars"],
      /--zone Mars: not a time zone\. Use/,
    ],
    [
      "--since never",
      ["trail", ...from, "--since", "never"],
      /--since never: not a time\. Use a time/,
    ],
    [
      "--until 25:00",
      ["trail", ...from, "--until", "25:00"],
      /--until 25:00: not a time\. Use a time/,
    ],
    [
      "--until before --since",
      ["trail", ...from, "--since", "2026-11-23", "--until", "2026-11-20"],
      /--until lies before --since: no opening can fit/,
    ],
    ["--vm with a slash", ["trail", ...from, "--vm", "a/b"], /--vm a\/b: not a VM\. Give a name/],
    ["--vm of no VM", ["trail", ...from, "--vm", "vmx"], /no VM of that name.*Did you mean vm-x\?/],
    [
      "working hours that are none",
      ["trail", ...from, "--working-hours", "nine to five"],
      /--working-hours nine to five: use days and hours such as/,
    ],
  ])("%s", async (_, words, said) => {
    const run = await runHere(words);
    expect(run).toMatchObject({ status: 2, stdout: "" });
    expect(run.stderr).toMatch(said);
    expect(run.stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
  });
});

describe("help", () => {
  test.each([
    [["--help"], /Usage: doorbell.*trail.*ask/s],
    [["help"], /Usage: doorbell/],
    [["trail", "--help"], /Usage: doorbell trail.*--from.*--csv.*Examples:/s],
    [["help", "ask"], /Usage: doorbell ask.*<question/s],
    [["--version"], /^\d+\.\d+\.\d+\n$/],
    [["ask", "help"], /- who opened port 3389 on vm-x: the person behind an opening/],
    [["ask", "help", "times"], /^Help: times\n- yesterday/],
  ])("%j is printed on stdout, exit 0, without an export", async (words, text) => {
    const run = await runHere(words);
    expect(run).toMatchObject({ status: 0, stderr: "" });
    expect(run.stdout).toMatch(text);
  });
});

describe("ask", () => {
  test("words without quotes are one question", async () => {
    const run = await runHere(["ask", "who", "opened", "rdp", "on", "vm-x", "--from", ALICE]);
    expect(run.status).toBe(0);
    expect(run.stdout).toMatch(/^alice@contoso\.com opened RDP \(3389\) on vm-x/);
  });

  test("a question that is not understood: on stderr, with what was probably meant, exit 2", async () => {
    for (const json of [[], ["--json"]]) {
      const run = await runHere(["ask", "who oppened rdp on vm-x", "--from", ALICE, ...json]);
      expect(run).toMatchObject({ status: 2, stdout: "" });
      expect(run.stderr).toBe(
        [
          "Warning: I expected “opened” or “has access to” in place of “oppened”.",
          "",
          "  who oppened rdp on vm-x",
          "      ^^^^^^^",
          "",
          "Did you mean:",
          "  who opened rdp on vm-x",
          "",
        ].join("\n"),
      );
    }
  });

  test.each(["why is rdp open on vm-x", "open ports", "who did it"])(
    "%s: where no word can be mended, whole questions are proposed",
    async (question) => {
      const run = await runHere(["ask", question, "--from", ALICE]);
      expect(run.status).toBe(2);
      expect(run.stderr).toMatch(/Did you mean:\n {2}\w+/);
    },
  );

  test("--json prints one object with the question, the openings and the coverage", async () => {
    const run = await runProcess(["ask", "who opened rdp on vm-x", "--from", ALICE, "--json"]);
    expect(run).toMatchObject({ status: 0, stderr: "" });
    expect(run.stdout.trimEnd()).not.toContain("\n");
    expect(JSON.parse(run.stdout)).toMatchObject({
      question: { kind: "who-opened", text: "who opened port 3389 on vm-x" },
      match: "openings",
      openings: [{ actor: "alice@contoso.com", port: "3389", verdict: "certain" }],
      coverage: { events: 48, quarantined: 0, gaps: [] },
    });
  });

  test("a clock that is behind the log is told, and hides nothing that stands", async () => {
    const rows = JSON.stringify(fixtureRows("alice-opens-rdp"));
    const path = folder.file("late.json", rows.replaceAll("2026-11-23", "2027-11-23"));
    const run = await runHere(["ask", "who opened ssh", "--from", path]);
    expect(run.status).toBe(0);
    expect(run.stdout).toContain("still open past its end when the log ends, at 2027-11-23 18:38");
    expect(run.stderr).toMatch(
      /^The newest row, of 2027-11-23T18:38:\S+Z, is later than this machine's clock, 2026-11-30T03:12:00\.000Z: .*\n$/,
    );
  });
});

describe("the table", () => {
  test("keeps names whole at 100 columns, names the zone once, and has no two blank lines", async () => {
    const run = await runHere(["trail", "--from", ALICE, "--zone", "Europe/Berlin"]);
    expect(run.stdout).toMatch(/dave@contoso\.com.*alice@contoso\.com/s);
    expect(run.stdout.match(/Times are in Europe\/Berlin/g)).toHaveLength(1);
    expect(run.stdout).not.toContain("\n\n\n");
    expect(run.stdout.endsWith("not here. Searched: everything read.\n")).toBe(true);
    expect(Math.max(...run.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test("says which period was searched, and where the log does not reach", async () => {
    const options = ["--since", "2026-11-20", "--until", "2026-11-23 12:00"];
    const run = await runHere(["trail", "--from", ALICE, ...options]);
    expect(run.stdout).toContain(
      "Searched: between 2026-11-20 00:00 UTC and 2026-11-23 12:00 UTC.",
    );
    expect(run.stdout).toContain("The log begins within this period, at 2026-11-23 02:00 UTC");
  });

  test("tells apart VMs of one name by their resource groups", async () => {
    const from = ["--from", fixture("same-name-two-groups")];
    const wide = { environment: { COLUMNS: "140" } };
    const [trail, asked] = await Promise.all([
      runHere(["trail", ...from], wide),
      runHere(["ask", "who opened rdp", ...from], wide),
    ]);
    for (const { stdout } of [trail, asked]) {
      expect(stdout).toMatch(/bob@contoso\.com +vm-x \(rg-test\) +3389/);
      expect(stdout).toMatch(/alice@contoso\.com +vm-x \(rg-prod\) +3389/);
    }
  });
});

describe("colours", () => {
  test.each([
    ["none on a pipe", {}, false],
    ["where FORCE_COLOR asks for them", { FORCE_COLOR: "1" }, true],
    ["none with FORCE_COLOR=0", { FORCE_COLOR: "0" }, false],
    ["none with NO_COLOR", { NO_COLOR: "1" }, false],
  ])("%s", async (_, environment, isColoured) => {
    const run = await runHere(["trail", "--from", ALICE], { environment });
    expect(run.stdout.includes("\u001B[")).toBe(isColoured);
    expect(run.stdout).toContain("alice@contoso.com");
  });
});

describe("a reader that goes away", () => {
  test.each([
    ["the JSON form", ["trail", "--json"]],
    ["the table", ["trail"]],
  ])("ends the program in silence, exit 0: %s", async (_, words) => {
    const run = await runProcess([...words, "--from", ALICE], { closesOutput: true });
    expect(run).toMatchObject({ status: 0, stderr: "" });
  });

  test("ends the question loop, however many questions are left", async () => {
    const run = await runProcess([], { input: "help\n".repeat(500), closesOutput: true });
    expect(run).toMatchObject({ status: 0, stderr: "" });
  });
});

describe("doorbell without a command where nothing is configured", () => {
  test("says so, echoes each question above its answer, follows up, and leaves at exit", async () => {
    const run = await runProcess([], {
      input: "who opened rdp on vm-x\nand ssh?\nwho knows\nexit\nstatus\n",
      zone: "Europe/Berlin",
    });
    expect(run).toMatchObject({ status: 0, stderr: "" });
    expectNoCrash(run);
    expect(run.stdout).toMatch(
      /^Doorbell: who opened that port\?\nThere is no configuration, so this/,
    );
    const [, ...answers] = run.stdout.split(/^> /m);
    expect(answers).toHaveLength(3);
    expect(answers[0]).toMatch(/^who opened rdp on vm-x\n\w+@contoso\.com .*3389/);
    expect(answers[1]).toMatch(/^and ssh\?\n[^]*vm-x/);
    expect(answers[2]).toMatch(/^who knows\nWarning: I expected/);
    expect(run.stdout).not.toContain("\n\n\n");
    expect(run.stdout).not.toContain("doorbell> ");
  });

  test("without any question it introduces itself and leaves", async () => {
    const run = await runProcess([]);
    expect(run).toMatchObject({ status: 0, stderr: "" });
    expect(run.stdout).toMatch(
      /To open a port yourself, in another terminal:\n {2}curl -X POST "http/,
    );
  });
});
