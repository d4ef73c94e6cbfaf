import { describe, expect, test } from "vitest";
import { ask } from "../../src/ask/ask.ts";
import { answer, answerOf, summaryOf } from "./answering.ts";
import {
  at,
  attribution,
  BOB,
  knowledge,
  OPEN,
  opening,
  resource,
  rule,
  trail,
} from "./trail-builder.ts";

const GUARD = { nsg: resource("nsg", "nsg-x"), vmName: "vm-x", vm: resource("vm", "vm-x") };

describe("nothing found", () => {
  test("is a statement about the log and never about the world", () => {
    expect(answerOf("who opened ssh on vm-x between 2026-11-22 and 2026-11-23", opening()))
      .toMatchInlineSnapshot(`
      "The log, which reaches to 2026-11-24 08:00 UTC, shows no opening of SSH (22) on vm-x between 2026-11-22 00:00
      UTC and 2026-11-24 00:00 UTC.

      Ask wider:
        who opened port 22 on vm-x
        who opened anything on vm-x between 2026-11-22T00:00Z and 2026-11-24T00:00Z

      Read: 240 rows of the Activity Log, from 2026-11-01 00:00 UTC to 2026-11-24 08:00 UTC; later rows may exist
      and are not here. Searched: between 2026-11-22 00:00 UTC and 2026-11-24 00:00 UTC.
      "
    `);
  });

  test.each([
    "who opened 22 on vm-x",
    "who has access to vm-x",
    "what is open",
    "what is open to any source",
    "what did bob open",
    "what did 192.0.2.1 open",
    "explain rule nothing-like-it",
    "requests denied",
    "show o-zzzz",
    "what never closed",
    "what closes within 8h",
    "who opened rdp on other-vm",
  ])("%s: nobody is never said", (text) => {
    const said = answerOf(text, opening());
    expect(said).toContain("The log, which reaches to 2026-11-24 08:00 UTC,");
    expect(said).not.toMatch(/\bnobody\b|\bno one\b|\bnone\b/i);
  });

  test("the nearest opening outside the time is told", () => {
    expect(answerOf("who opened rdp on vm-x on 2026-11-20", opening())).toContain(
      "Nearest outside that time: alice@contoso.com opened RDP (3389) on vm-x",
    );
  });

  test("a period after the log's end is told to be unknown", () => {
    const known = knowledge(trail([opening()]), { now: at("2026-12-24T09:30Z") });
    expect(answer("who opened rdp on vm-x yesterday", known)).toContain(
      "Warning: The log ends before this period, at 2026-11-24 08:00 UTC: nothing is known of it.",
    );
  });

  test("a period before the log's beginning is told to be unknown", () => {
    expect(answerOf("who opened rdp on vm-x in june", opening())).toContain(
      "Warning: The log begins after this period, at 2026-11-01 00:00 UTC: nothing is known of it.",
    );
  });

  test("gaps and rows that were not understood are told", () => {
    const known = knowledge(trail([]), {
      coverage: { gaps: ["b.json ends in the middle"], quarantined: 3 },
    });
    const said = answer("what is open", known);
    expect(said).toContain(
      "The log, which reaches to 2026-11-24 08:00 UTC and was read with gaps,",
    );
    expect(said).toContain("Warning: b.json ends in the middle");
    expect(said).toContain(
      "Warning: 3 rows or parts of rows could not be understood and may hold more.",
    );
  });

  test("without a single row nothing can be said", () => {
    const known = knowledge(trail([]), { coverage: { from: null, to: null, events: 0 } });
    expect(answer("what is open", known)).toContain(
      "Warning: No relevant Activity Log rows were read, so nothing can be said.",
    );
  });

  test("a rule first seen later may have been opened then", () => {
    const later = opening({ openedAtExact: false, ...OPEN, promisedEnd: null });
    expect(answerOf("who opened rdp on vm-x on 2026-11-20", later)).toContain(
      "First seen later, and perhaps opened then",
    );
  });

  test("an opening that stood then is told beside", () => {
    expect(answerOf("who opened rdp on vm-x at 15:00 on 2026-11-23", opening())).toContain(
      "Opened earlier and standing then",
    );
  });
});

describe("which VM", () => {
  test("a name that fits nothing gets the nearest names", () => {
    expect(answerOf("who opened rdp on vm-xx", opening())).toContain(
      "Did you mean:\n  who opened port 3389 on vm-x\n",
    );
  });

  test("a name of several VMs gets a choice with their resource IDs", () => {
    const other = opening({ id: "o-000000000002", vm: resource("vm", "VM-X", "rg-b") });
    const said = answerOf("who opened rdp on vm-x yesterday", opening(), other);
    expect(said).toContain("vm-x is the name of 2 VMs. Which one?");
    expect(said).toContain(
      `who opened port 3389 on ${resource("vm", "VM-X", "rg-b").text} between 2026-11-23T00:00Z and 2026-11-24T00:00Z`,
    );
  });

  test("a resource ID in any casing means one of them", () => {
    const other = opening({ id: "o-000000000002", vm: resource("vm", "vm-x", "rg-b") });
    const id = resource("vm", "VM-X", "RG-B").text;
    const { message } = ask(`who opened rdp on ${id}`, null, knowledge(trail([opening(), other])));
    expect(message.nodes.find((node) => node.kind === "choices")?.commands).toContain(
      "show o-000000000002",
    );
  });

  test("a wildcard means all that fit", () => {
    const other = opening({ id: "o-000000000002", vm: resource("vm", "vm-y"), vmName: "vm-y" });
    const third = opening({ id: "o-000000000003", vm: resource("vm", "db-1"), vmName: "db-1" });
    expect(summaryOf("who opened anything on vm-*", opening(), other, third)).toBe(
      "alice@contoso.com (2): 2 openings of any port on vm-*.",
    );
    expect(summaryOf("who opened anything on *-1", opening(), other, third)).toContain("on db-1");
  });

  test("an opening that only names its VM belongs to that name", () => {
    expect(summaryOf("who opened rdp on vm-x", opening({ vm: null }))).toContain("on vm-x");
  });

  test("a VM with no opening of its own is told of the rules of its NSG", () => {
    const wide = opening({ kind: "direct", vm: null, vmName: null, ...OPEN, promisedEnd: null });
    const known = knowledge(trail([wide], [], [GUARD]));
    expect(ask("who has access to vm-x", null, known).message.summary).toBe(
      "alice@contoso.com (1): 1 opening in an NSG that guards vm-x.",
    );
    expect(answer("who has access to vm-x", known)).toContain(
      "shows no standing opening of any port on vm-x.",
    );
  });

  test("a direct rule in the NSG that guards the VM is told beside", () => {
    const wide = opening({
      id: "o-000000000002",
      kind: "direct",
      vm: null,
      vmName: null,
      ...OPEN,
      promisedEnd: null,
      rule: rule({ name: "allow-rdp", sources: ["*"] }),
      attribution: attribution({ actor: BOB }),
    });
    const said = answer("who has access to vm-x", knowledge(trail([opening(), wide], [], [GUARD])));
    expect(said.replaceAll(/\s+/g, " ")).toContain(
      "also: rule allow-rdp in NSG nsg-x, which guards vm-x. bob@contoso.com, without JIT, opened RDP (3389) in NSG nsg-x to any source",
    );
  });
});
