import { expect, test } from "vitest";
import { answerJson } from "../../src/ask/answer-json.ts";
import type { Question } from "../../src/domain/question.ts";
import { at, knowledge, opening, request, resource, rule, trail } from "./trail-builder.ts";

const ASKED: Question = {
  kind: "who-opened",
  ports: [{ from: 3389, to: 3389 }],
  vm: { kind: "name", name: "vm-x" },
  anySource: false,
  period: { from: at("2026-11-23T00:00Z"), to: null },
};

test("the question, the openings in the trail's form, the verdicts and the coverage", () => {
  expect(answerJson(ASKED, knowledge(trail([opening()])))).toMatchObject({
    question: {
      kind: "who-opened",
      text: "who opened port 3389 on vm-x since 2026-11-23T00:00Z",
      from: "2026-11-23T00:00:00.000Z",
      to: null,
    },
    asOf: "2026-11-24T08:00:00.000Z",
    match: "openings",
    openings: [{ id: "o-000000000001", actor: "alice@contoso.com", verdict: "certain" }],
    guarding: [],
    undated: [],
    requests: [],
    verdicts: { certain: 1, likely: 0, ambiguous: 0, unattributed: 0 },
    coverage: { from: "2026-11-01T00:00:00.000Z", to: "2026-11-24T08:00:00.000Z", events: 240 },
  });
});

test("a name of several VMs gives their resource IDs and no opening", () => {
  const other = opening({ id: "o-000000000002", vm: resource("vm", "vm-x", "rg-b") });
  const said = answerJson(ASKED, knowledge(trail([opening(), other])));
  expect(said.match).toBe("several");
  expect(said.vms).toEqual([resource("vm", "vm-x").text, resource("vm", "vm-x", "rg-b").text]);
  expect(said.openings).toEqual([]);
});

test("a name that fits nothing gives the nearest", () => {
  const said = answerJson(
    { kind: "who-has-access", vm: { kind: "name", name: "vm-z" } },
    knowledge(trail([opening()])),
  );
  expect(said).toMatchObject({ match: "none", nearest: ["vm-x"], openings: [] });
});

test("a rule's openings", () => {
  const said = answerJson(
    { kind: "explain-rule", rule: "allow-rdp" },
    knowledge(trail([opening(), opening({ id: "o-2", rule: rule({ name: "Allow-RDP" }) })])),
  );
  expect(said.openings.map(({ id }) => id)).toEqual(["o-2"]);
});

test("a guarding rule is among the openings and marked", () => {
  const wide = opening({ id: "o-2", kind: "direct", vm: null, vmName: null });
  const guard = { nsg: resource("nsg", "nsg-x"), vmName: "vm-x", vm: resource("vm", "vm-x") };
  const said = answerJson(ASKED, knowledge(trail([opening(), wide], [], [guard])));
  expect(said.openings.map(({ id }) => id)).toEqual(["o-000000000001", "o-2"]);
  expect(said.guarding).toEqual(["o-2"]);
});

test("denied requests", () => {
  const said = answerJson(
    { kind: "denied-requests", vm: { kind: "any" }, period: null },
    knowledge(trail([], [request()])),
  );
  expect(said.requests).toEqual([
    {
      id: "r-000000000009",
      actor: "bob@contoso.com",
      actorId: "b0b00000-0000-0000-0000-000000000000",
      clientAddress: "198.51.100.9",
      at: "2026-11-23T09:00:00.000Z",
      outcome: "denied",
      denialReason: "Forbidden",
      justification: null,
      targets: [{ vm: resource("vm", "vm-x").text, ports: ["22"], denied: true }],
      events: ["e-9"],
    },
  ]);
});
