import { PassThrough, Readable } from "node:stream";
import { text as readAll } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { runQuestionLoop } from "../../../adapters/terminal/index.ts";
import type { QuestionLoop } from "../../../adapters/terminal/index.ts";
import { completions } from "../../../adapters/terminal/completion.ts";
import { ask } from "../../../src/ask/ask.ts";
import { knowledge, opening, trail } from "../../ask/trail-builder.ts";

const KNOWN = knowledge(trail([opening()]));
const NAMES = {
  forms: ["who opened port 3389 on vm-x", "what is open", "what never closed"],
  vms: () => ["vm-x", "vm-y", "db-1"],
};

async function talk(input: string, change: Partial<QuestionLoop> = {}): Promise<string> {
  const output = new PassThrough();
  const said = readAll(output);
  await runQuestionLoop({
    input: Readable.from([input]),
    output,
    interactive: false,
    dumb: false,
    answer: (text, previous) => ask(text, previous, KNOWN),
    render: () => ({ width: 200, zone: "UTC", colour: "none", hyperlinks: false }),
    ...NAMES,
    ...change,
  });
  output.end();
  return said;
}

describe("questions on a pipe", () => {
  test("are answered one by one below the question, without a prompt", async () => {
    const said = await talk("who opened rdp on vm-x\n\nstatus\n");
    expect(said).toMatch(
      /^> who opened rdp on vm-x\nalice@contoso.com opened RDP[\s\S]*\n\n> status\nKnown: 1 opening/,
    );
    expect(said).not.toContain("doorbell>");
  });

  test("need no line feed at the end", async () => {
    expect(await talk("status")).toContain("Known: 1 opening");
  });

  test.each(["exit", "QUIT"])("end at %s", async (word) => {
    expect(await talk(`${word}\nstatus\n`)).toBe("");
  });

  test("follow up on the question before, also past one that failed", async () => {
    const said = await talk("who opened rdp on vm-x\nblah\nand yesterday?\n");
    expect(said).toContain("Searched: between 2026-11-23 00:00 UTC and 2026-11-24 00:00 UTC.");
  });

  test("wait while one is being answered", async () => {
    const order: string[] = [];
    await talk("status\nhelp\n", {
      answer: async (text, previous) => {
        order.push(`begin ${text}`);
        await Promise.resolve();
        order.push(`end ${text}`);
        return ask(text, previous, KNOWN);
      },
    });
    expect(order).toEqual(["begin status", "end status", "begin help", "end help"]);
  });
});

test("a person at a terminal gets a prompt", async () => {
  expect(await talk("status\nexit\n", { interactive: true })).toContain("doorbell> ");
});

describe("tab completion", () => {
  test("proposes questions by their beginning", async () => {
    expect(await completions("what", NAMES)).toEqual([
      ["what is open", "what never closed"],
      "what",
    ]);
  });

  test("proposes the names of VMs for the last word", async () => {
    expect(await completions("who has access to VM", NAMES)).toEqual([["vm-x", "vm-y"], "VM"]);
  });

  test("waits for names that the store has to look up", async () => {
    const vms = (): Promise<readonly string[]> => Promise.resolve(["vm-z"]);
    expect(await completions("history of v", { ...NAMES, vms })).toEqual([["vm-z"], "v"]);
  });

  test("proposes no name that could steer the terminal", async () => {
    const vms = (): readonly string[] => ["vm-\u001B[2J", "vm-\u202Ex", "vm-ok"];
    expect(await completions("history of vm", { ...NAMES, vms })).toEqual([["vm-ok"], "vm"]);
  });

  test("proposes nothing after a space", async () => {
    expect(await completions("who has access to ", NAMES)).toEqual([[], ""]);
  });
});
