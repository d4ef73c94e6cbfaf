import { expect, test } from "vitest";
import { parseQuestion } from "../../src/ask/parse-question.ts";
import { questionsAbout } from "../../src/ask/questions-about.ts";

const NAMES = {
  vms: ["vm-x", "VM-Y", "db.prod_1"].map((name) => ({ name, id: null })),
  people: [],
};
const RULE = "MicrosoftDefenderForCloud-JITRule_-1234567890_0A1B2C";

const TEXTS: readonly (readonly [string, readonly string[]])[] = [
  ["", []],
  ["Nothing is named here.", []],
  ["Somebody is on vm-x.", ["who has access to vm-x"]],
  ["vm-y, VM-X and vm-x again", ["who has access to VM-Y", "who has access to vm-x"]],
  ["not vm-x1 nor myvm-x", []],
  ["(db.prod_1)", ["who has access to db.prod_1"]],
  [`${RULE} on vm-x`, [`explain rule ${RULE}`, "who has access to vm-x"]],
  ["/virtualMachines/vm-x/", ["who has access to vm-x"]],
];

test.each(TEXTS)("what a text names is asked about: %s", (text, questions) => {
  expect(questionsAbout(text, NAMES)).toEqual(questions);
});

test("every such question is understood", () => {
  const context = {
    now: Date.UTC(2026, 10, 23),
    zone: "UTC",
    names: { vms: NAMES.vms.map(({ name }) => name), people: [] },
    previous: null,
  };
  for (const question of questionsAbout(`vm-x ${RULE} db.prod_1`, NAMES)) {
    expect(parseQuestion(question, context).ok).toBe(true);
  }
});
