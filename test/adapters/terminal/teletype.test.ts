import { PassThrough } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import * as fc from "fast-check";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Teletype } from "../../../adapters/terminal/teletype.ts";
import type { TeletypeOptions } from "../../../adapters/terminal/teletype.ts";
import { Screen } from "./screen.ts";

const UP = "\u001B[A";
const LEFT = "\u001B[D";
const HOME = "\u001B[H";
const PROMPT = "doorbell> ";

/** A terminal with somebody at its keyboard. */
interface Sitting {
  readonly screen: Screen;
  readonly terminal: Teletype;
  /** Questions as they were handed over. */
  readonly asked: string[];
  readonly typed: string[];
  /** Keys, as the terminal sends them. */
  readonly press: (keys: string) => Promise<void>;
  /** Lets the question that is being answered end. */
  readonly answer: () => void;
  readonly ended: Promise<void>;
}

async function sit(
  change: Partial<TeletypeOptions> & { readonly columns?: number; readonly slow?: boolean } = {},
): Promise<Sitting> {
  const input = new PassThrough();
  const screen = new Screen(change.columns ?? 40);
  const typed: string[] = [];
  const terminal = new Teletype({
    input,
    output: screen,
    interactive: true,
    dumb: false,
    complete: () => [[], ""],
    history: [],
    onTyped: (line) => {
      typed.push(line);
    },
    ...change,
  });
  const asked: string[] = [];
  let answer: () => void = () => {};
  const ended = (async () => {
    for await (const text of terminal.questions()) {
      asked.push(text);
      if (change.slow === true) {
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
      }
    }
  })();
  onTestFinished(() => {
    terminal.close();
    answer();
  });
  await turn();
  return {
    screen,
    terminal,
    asked,
    typed,
    press: async (keys) => {
      input.write(keys);
      await turn();
      await turn();
    },
    answer: () => {
      answer();
    },
    ended,
  };
}

describe("text that is printed while somebody types", () => {
  test("stands above the line, which stays as it is", async () => {
    const { screen, terminal, press } = await sit();
    await press("who opened");
    await terminal.print("ring\n");
    expect(screen.lines).toEqual(["ring", `${PROMPT}who opened`]);
    expect(screen.cursor).toEqual({ row: 1, column: 20 });
  });

  test("leaves the cursor where it is within the line", async () => {
    const { screen, terminal, press, asked } = await sit();
    await press(`who opned${LEFT.repeat(3)}`);
    await terminal.print("ring\n");
    expect(screen.cursor).toEqual({ row: 1, column: 16 });
    await press("e\r");
    expect(asked).toEqual(["who opened"]);
  });

  test.each([
    ["at its end", ""],
    ["in its first row", HOME],
    ["in its middle", LEFT.repeat(30)],
  ])("keeps a line of several rows whole, with the cursor %s", async (_, keys) => {
    const { screen, terminal, press } = await sit({ columns: 20 });
    const line = "0123456789".repeat(6);
    await press(line + keys);
    const before = screen.lines;
    const { row, column } = screen.cursor;
    await terminal.print("one\ntwo\n");
    expect(screen.lines).toEqual(["one", "two", ...before]);
    expect(screen.cursor).toEqual({ row: row + 2, column });
  });

  test("stands there plainly when nothing is being typed", async () => {
    const { screen, terminal } = await sit();
    await terminal.print("one\n");
    await terminal.print("two\n");
    expect(screen.lines).toEqual(["one", "two", PROMPT.trimEnd()]);
  });

  test("also while a question is being answered, above what is typed ahead", async () => {
    const { screen, terminal, press, answer, asked } = await sit({ slow: true });
    await press("first\r");
    await terminal.print("ring\n");
    await press("second");
    await terminal.print("ring again\n");
    expect(screen.lines).toEqual([`${PROMPT}first`, "ring", "ring again", "second"]);
    answer();
    await turn();
    await turn();
    expect(screen.lines.at(-1)).toBe(`${PROMPT}second`);
    await press("\r");
    expect(asked).toEqual(["first", "second"]);
  });

  test("does not need a cursor that moves", async () => {
    vi.stubEnv("TERM", "dumb");
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const { screen, terminal, press } = await sit({ dumb: true });
    await press("who");
    await terminal.print("ring\n");
    expect(screen.lines.slice(-2)).toEqual(["ring", `${PROMPT}who`]);
  });

  test("and in any order with keys and other widths loses nothing", async () => {
    const key = fc.constantFrom(
      "a",
      "b ",
      "字",
      "e\u0301",
      LEFT,
      HOME,
      "\u007F",
      "\u0005",
      "x".repeat(30),
    );
    const step = fc.oneof(
      { weight: 5, arbitrary: key.map((keys) => ({ kind: "press" as const, keys })) },
      { weight: 2, arbitrary: fc.constant({ kind: "print" as const }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 25 }),
        fc.integer({ min: 12, max: 60 }),
        async (steps, columns) => {
          const { screen, terminal, press } = await sit({ columns });
          let printed = 0;
          for (const one of steps) {
            if (one.kind === "press") {
              await press(one.keys);
            } else {
              printed += 1;
              await terminal.print(`ring ${printed}\n`);
            }
          }
          await press("\u0005");
          const rings = Array.from({ length: printed }, (_, index) => `ring ${index + 1}`);
          expect(screen.lines.slice(0, printed)).toEqual(rings);
          const rest = screen.lines.slice(printed).join("");
          expect(rest.startsWith(PROMPT.trimEnd())).toBe(true);
          expect(rest).not.toContain("ring");
          expect(screen.effects).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("fits a window that became narrower", async () => {
    const { screen, terminal, press, asked } = await sit({ columns: 60 });
    await press("who opened rdp");
    screen.resize(20);
    await terminal.print("ring\n");
    expect(screen.lines).toEqual(["ring", "doorbell> who opened", " rdp"]);
    await press("\r");
    expect(asked).toEqual(["who opened rdp"]);
  });
});

describe("keys", () => {
  test("Ctrl-D leaves, and the shell's prompt gets a line of its own", async () => {
    const { screen, press, ended } = await sit();
    await press("\u0004");
    await ended;
    expect(screen.cursor.column).toBe(0);
  });

  test("Ctrl-C takes back what was typed, and leaves where nothing was", async () => {
    const { screen, press, ended, asked } = await sit();
    await press("who opened\u0003");
    expect(screen.text).toBe(PROMPT.trimEnd());
    await press("what is open\r");
    await press("\u0003");
    await ended;
    expect(asked).toEqual(["what is open"]);
  });

  test("Ctrl-C leaves while a question is being answered", async () => {
    const { press, answer, ended, asked } = await sit({ slow: true });
    await press("what is open\r");
    await press("\u0003");
    answer();
    await ended;
    expect(asked).toEqual(["what is open"]);
  });

  test("arrow up brings back lines of this run and of earlier ones", async () => {
    const { press, asked, typed } = await sit({ history: ["newer", "older"] });
    await press(`${UP}${UP}\r`);
    await press(`${UP}\r`);
    await press(`${UP}${UP}\r`);
    expect(asked).toEqual(["older", "older", "newer"]);
    expect(typed).toEqual(asked);
  });

  test("tab completes, also when the names have to be looked up", async () => {
    const { press, asked } = await sit({
      complete: async (line) => {
        await turn();
        return [["vm-x"], line.slice(-2)];
      },
    });
    await press("history of vm\t");
    await turn();
    await press("\r");
    expect(asked).toEqual(["history of vm-x"]);
  });

  test("tab does nothing when the names cannot be had, or come too late", async () => {
    let fail: (error: Error) => void = () => {};
    const { press, asked, terminal, ended } = await sit({
      complete: () =>
        new Promise((_, reject) => {
          fail = reject;
        }),
    });
    await press("a\t");
    fail(new Error("The store is away."));
    await turn();
    await press("b\r");
    expect(asked).toEqual(["ab"]);
    await press("c\t");
    terminal.close();
    fail(new Error("The store is away."));
    await ended;
  });

  test("several lines pasted at once are asked one after the other", async () => {
    const { press, asked } = await sit();
    await press("one\rtwo\n\n  three  \r");
    await turn();
    expect(asked).toEqual(["one", "two", "three"]);
  });

  test("escape sequences that are pasted reach neither the screen nor a question", async () => {
    const { screen, press, asked } = await sit();
    await press("a\u001B]0;title\u0007b\u001B[2Jc\r");
    expect(screen.effects).toEqual([]);
    expect(asked.join("")).not.toContain("\u001B");
  });
});

describe("where the output goes away", () => {
  test("printing fails, and the questions end", async () => {
    const { screen, terminal, ended } = await sit();
    screen.destroy(new Error("EIO"));
    await ended;
    await expect(terminal.print("ring\n")).rejects.toThrow("EIO");
  });
});
