import { afterAll, describe, expect, test } from "vitest";
import { ALICE, EVE, PROVIDER, at, jitAllow, jitDeny, machine } from "../fixtures/cast.ts";
import { Story } from "../fixtures/story.ts";
import { apiForm, nsgBody, rowContent, wireRule } from "../azure/row-forms.ts";
import { TempFolder, ruleWrite } from "./exports.ts";
import { expectNoCrash, runHere, runProcess } from "./program.ts";
import { trailLines } from "./trail-rows.ts";

const folder = new TempFolder();
afterAll(() => {
  folder.remove();
});

/** Text that tries to steer a terminal, to begin a line, to call a channel, and to run in a spreadsheet. */
const HOSTILE =
  '=HYPERLINK("http://evil")\u001B[2J\u001B]8;;http://evil\u0007\u009B31m\r\nalice@contoso.com opened everything\u2028<!channel> @everyone\u202Egnp.exe\u2066\u200B\u0000';

/** Characters that steer, hide or reorder. */
const UNSAFE = /[^\P{Cc}\n]|[\p{Cf}\u2028\u2029]/u;

const VM = machine("rg-prod", "vm-x", "10.0.0.4");
const DENY = jitDeny(VM, ["3389"], "1_0123456789ABCDEF0123456789ABCDEF");

function hostileStory(): string {
  const story = new Story(66);
  const nsg = story.nsg("rg-prod", "nsg-x");
  const mallory = { ...EVE, caller: HOSTILE, upn: HOSTILE, displayName: HOSTILE };
  story.writeNsg(at(23, "08:00:00"), nsg, [DENY], PROVIDER);
  story.request(at(23, "09:00:00"), {
    vm: VM,
    by: ALICE,
    port: 3389,
    source: "203.0.113.7",
    end: at(23, "10:00:00"),
    justification: HOSTILE,
  });
  const allow = jitAllow(VM, "3389", "203.0.113.7", "7-0123456789ABCDEF0123456789ABCDEF");
  story.writeNsg(at(23, "09:00:30"), nsg, [allow, DENY], PROVIDER);
  story.request(
    at(23, "12:00:00"),
    {
      vm: VM,
      by: mallory,
      port: 22,
      source: "192.0.2.1",
      end: at(23, "13:00:00"),
      justification: HOSTILE,
    },
    true,
  );
  const odd = { destinationPortRange: "22", sourceAddressPrefix: "*", description: HOSTILE };
  const write = (time: string, ...rules: readonly unknown[]): Record<string, unknown> =>
    apiForm(
      rowContent({
        eventDataId: time,
        time,
        upn: HOSTILE,
        properties: { responseBody: nsgBody(...rules) },
      }),
    );
  const rows = [
    write("2026-11-23T08:00:00.0000000Z"),
    write("2026-11-23T11:00:00.0000000Z", wireRule(HOSTILE, odd)),
  ];
  return `${story.text()}\n${JSON.stringify(rows)}`;
}

const PATH = folder.file("hostile.json", hostileStory());

describe("hostile text from the log", () => {
  test.each([
    [["trail"]],
    [["ask", "who opened anything"]],
    [["ask", "who opened rdp on vm-x"]],
    [["ask", "history of vm-x"]],
    [["ask", "requests denied"]],
    [["ask", "what is open to any source"]],
    [["ask", "explain rule HYPERLINK"]],
    [["ask", "what did everyone open"]],
  ])("%j shows it as text within its line, and steers nothing", async (words) => {
    for (const COLUMNS of ["25", "80", "400"]) {
      const run = await runHere([...words, "--from", PATH], { environment: { COLUMNS } });
      expect(run.status).toBe(0);
      expect(run.stdout).not.toMatch(UNSAFE);
      expect(run.stdout).not.toBe("");
    }
    const wide = await runHere([...words, "--from", PATH], { environment: { COLUMNS: "400" } });
    expect(wide.stdout).not.toMatch(/^(alice@contoso\.com opened everything|<!channel>)/m);
  });

  test("the JSON forms hold no raw control or formatting character", async () => {
    const trail = await runHere(["trail", "--json", "--from", PATH]);
    const asked = await runHere(["ask", "history of vm-x", "--json", "--from", PATH]);
    expect(trail.stdout).not.toMatch(UNSAFE);
    expect(asked.stdout).not.toMatch(UNSAFE);
    const lines = trailLines(trail);
    expect(lines.map(({ port }) => port)).toEqual(["3389", "22"]);
    expect(lines[0]?.justification).toContain("alice@contoso.com opened everything");
    expect(lines[0]?.justification).toContain("\u202Egnp.exe");
    expect(lines[1]?.rule).toBe(HOSTILE);
  });

  test("no CSV cell begins a formula, and every opening is one line", async () => {
    const { stdout } = await runHere(["trail", "--csv", "--from", PATH]);
    const lines = stdout.split("\r\n");
    expect(lines).toHaveLength(4);
    expect(lines.join("")).not.toMatch(UNSAFE);
    const cells = lines.flatMap((line) => line.match(/"(?:[^"]|"")*"|[^,]+/g) ?? []);
    expect(cells.filter((cell) => cell.includes("HYPERLINK")).length).toBeGreaterThan(1);
    expect(cells.filter((cell) => /^"?[\s\p{C}]*[=+\-@]/u.test(cell))).toEqual([]);
  });

  test("standard error holds it too: reasons, file names, options and questions", async () => {
    const bad = ruleWrite({ row: { resource: `nsg${HOSTILE}`, time: "2026-11-23T03:12:45Z" } });
    const path = folder.file("bad\u001B[2J\nrow.json", JSON.stringify([bad, ruleWrite()]));
    const runs = await Promise.all([
      runProcess(["trail", "--from", path, "--verbose"]),
      runProcess(["trail", "--from", "no\u001B[31m\nsuch\u202Efile"]),
      runHere(["trail", "--from", PATH, "--vm", "x\u001B[31m\u202E"]),
      runHere(["trail", "--from", PATH, "--zone", "x\u001B[31m\u202E"]),
      runHere(["trail", "--from", PATH, "--since", "x\u001B[31m\u202E"]),
      runHere(["ask", "who\u001B[31m\nopend\u202E rdp", "--from", PATH]),
      runHere(["no\u001B[31m\u202Esuch"]),
      runHere(["trail", "--no\u001B[31m\u202Esuch"]),
      runHere(["trail", "no\u001B[31m\u202Esuch"]),
    ]);
    for (const run of runs) {
      expect(run.stderr).not.toBe("");
      expect(run.stderr).not.toMatch(UNSAFE);
      expectNoCrash(run);
    }
    expect(runs.map(({ status }) => status)).toEqual([0, 1, 2, 2, 2, 2, 2, 2, 2]);
    expect(runs[0]?.stderr.trimEnd().split("\n")).toHaveLength(2);
  });

  test("a question on a pipe is echoed as one safe line", async () => {
    const { stdout } = await runHere([], { input: "who\u001B[31m opened\u202E rdp\n" });
    expect(stdout).toMatch(/^> who\uFFFD\[31m opened\uFFFD rdp$/m);
    expect(stdout).not.toMatch(UNSAFE);
  });
});
