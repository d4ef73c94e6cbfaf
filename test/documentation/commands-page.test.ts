import { expect, test } from "vitest";
import { COMMAND_FORMS } from "../../src/ask/chat-command.ts";
import { QUESTION_FORMS } from "../../src/ask/question-catalogue.ts";
import { FINDING_CODES } from "../../src/domain/finding.ts";
import { runHere } from "../acceptance/program.ts";
import { codes, page, tableRows } from "./pages.ts";

const PAGE = await page("docs/commands.md");
const FIRST_CELLS = tableRows(PAGE).flatMap(([first = ""]) => codes(first));

test("the page tells every command that the program has", async () => {
  const { stdout } = await runHere(["--help"]);
  const [, list = ""] = stdout.split("Commands:\n");
  const names = [...list.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = ""]) => name);
  expect(names).toContain("serve");
  const told = FIRST_CELLS.filter((code) => code.startsWith("doorbell "));
  const missing = names.filter(
    (name) => name !== "help" && !told.some((code) => code.startsWith(`doorbell ${name}`)),
  );
  expect(missing).toEqual([]);
});

test.each(["demo", "trail", "manifest"])(
  "the page tells every option of doorbell %s",
  async (command) => {
    const { stdout } = await runHere([command, "--help"]);
    const options = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(
      ([, name = ""]) => name,
    );
    expect(options.length).toBeGreaterThan(2);
    expect(options.filter((name) => name !== "--help" && !PAGE.includes(`\`${name}`))).toEqual([]);
  },
);

test("the page tells every form of question and of channel command", () => {
  const forms = [...QUESTION_FORMS, ...COMMAND_FORMS].map(({ example }) => example);
  expect(forms.filter((form) => !FIRST_CELLS.includes(form))).toEqual([]);
});

test("the page tells what every finding means", () => {
  expect(FINDING_CODES.filter((code) => !FIRST_CELLS.includes(code))).toEqual([]);
});
