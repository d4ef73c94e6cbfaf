import { describe, expect, test } from "vitest";
import { ask } from "../../src/ask/ask.ts";
import { FINDING_CODES } from "../../src/domain/finding.ts";
import { answer, answerOf, summaryOf } from "./answering.ts";
import {
  ALICE,
  at,
  attribution,
  BOB,
  candidate,
  finding,
  knowledge,
  OPEN,
  opening,
  request,
  resource,
  rule,
  trail,
} from "./trail-builder.ts";

describe("one opening", () => {
  test("is told in full, the person first and the reach of the log last", () => {
    expect(answerOf("who opened rdp on vm-x", opening())).toMatchInlineSnapshot(`
      "alice@contoso.com opened RDP (3389) on vm-x to 203.0.113.7 at 2026-11-23 14:02 UTC, until 16:02 UTC; closed on
      time, at 16:02 UTC.

      lets in:     203.0.113.7
      asked from:  198.51.100.7
      why:         INC-4411 disk full
      VM:          vm-x, resource group rg-a
      rule:        SecurityCenter-JITRule-1170687618-8C18BF8921F041989344B4F1E3A0C370 in nsg-x, resource group rg-a
      verdict:     certain: no other request or writer in the log could have made this rule
      opening:     o-000000000001

      Why this verdict
      - For: The rule's description names vm-x.
      - For: No other request fits.

      Ask on:
        show o-000000000001
        history of vm-x

      Read: 240 rows of the Activity Log, from 2026-11-01 00:00 UTC to 2026-11-24 08:00 UTC; later rows may exist
      and are not here. Searched: everything read.
      "
    `);
  });

  test("leads with the person in the summary for notifications", () => {
    expect(summaryOf("who opened rdp on vm-x", opening())).toBe(
      "alice@contoso.com opened RDP (3389) on vm-x to 203.0.113.7 at 2026-11-23 14:02 UTC, until 16:02 UTC; closed on time, at 16:02 UTC.",
    );
  });
});

describe("verdicts", () => {
  test("certain names the person", () => {
    expect(answerOf("who opened rdp on vm-x", opening())).toContain(
      "certain: no other request or writer in the log could have made this rule",
    );
  });

  test("likely says so and lists who else it may have been", () => {
    const likely = opening({
      attribution: attribution({
        verdict: "likely",
        candidates: [candidate(ALICE, "r-1"), candidate(BOB, "r-2")],
      }),
    });
    const text = answerOf("who opened rdp on vm-x", likely);
    expect(text).toMatch(/^alice@contoso.com most likely opened RDP \(3389\) on vm-x/);
    expect(text).toContain("Who it may have been");
    expect(text).toContain("bob@contoso.com, asked at 2026-11-23 14:01 UTC (r-2).");
  });

  test("ambiguous names everybody and picks nobody", () => {
    const ambiguous = opening({
      attribution: attribution({
        verdict: "ambiguous",
        actor: null,
        candidates: [candidate(ALICE, "r-1"), candidate(BOB, "r-2")],
      }),
    });
    expect(summaryOf("who opened rdp on vm-x", ambiguous)).toMatch(
      /^Either alice@contoso.com or bob@contoso.com opened RDP/,
    );
  });

  test("unattributed says that the log names nobody", () => {
    const nobody = opening({
      attribution: attribution({
        verdict: "unattributed",
        actor: null,
        candidates: [],
        reasons: [],
      }),
      findings: [finding("no-request", "warning", "The log holds no request for this rule.")],
    });
    const text = answerOf("who opened rdp on vm-x", nobody);
    expect(text).toMatch(/^Somebody whom the log does not name opened RDP/);
    expect(text).toContain("Warning: The log holds no request for this rule.");
  });

  test("a direct rule is told as one without JIT", () => {
    const direct = opening({
      kind: "direct",
      promisedEnd: null,
      ...OPEN,
      attribution: attribution({ actor: BOB }),
    });
    const text = answerOf("who opened rdp on vm-x", direct);
    expect(text).toMatch(/^bob@contoso.com, without JIT, opened RDP/);
    expect(text).toContain("certain: the log names who wrote this rule");
    expect(text).toContain("written from:");
  });
});

describe("findings", () => {
  test.each(FINDING_CODES)("%s is told with its severity as a word", (code) => {
    const found = opening({ findings: [finding(code, "critical", `Something about ${code}.`)] });
    const { message } = ask("who opened rdp on vm-x", null, knowledge(trail([found])));
    expect(message.severity).toBe("critical");
    expect(answerOf("who opened rdp on vm-x", found)).toContain(
      `Critical: Something about ${code}.`,
    );
  });
});

describe("several openings", () => {
  const openings = Array.from({ length: 25 }, (_, index) =>
    opening({
      id: `o-${String(index).padStart(12, "0")}`,
      openedAt: at("2026-11-10T10:00Z") + index * 3_600_000,
      attribution: attribution({ actor: index % 5 === 0 ? BOB : ALICE }),
    }),
  );

  test("are counted by person, the latest told, the others in a table", () => {
    expect(answerOf("who opened rdp on vm-x", ...openings.slice(0, 3))).toMatchInlineSnapshot(`
      "alice@contoso.com (2), bob@contoso.com (1): 3 openings of RDP (3389) on vm-x.

      Latest: alice@contoso.com opened RDP (3389) on vm-x to 203.0.113.7 at 2026-11-10 12:00 UTC, until 2026-11-23
      16:02 UTC; closed on time, at 2026-11-23 16:02 UTC.

      opened            ended             who                VM    port  from         opening
      2026-11-10 12:00  2026-11-23 16:02  alice@contoso.com  vm-x  3389  203.0.113.7  o-000000000002
      2026-11-10 11:00  2026-11-23 16:02  alice@contoso.com  vm-x  3389  203.0.113.7  o-000000000001
      2026-11-10 10:00  2026-11-23 16:02  bob@contoso.com    vm-x  3389  203.0.113.7  o-000000000000

      Ask on:
        show o-000000000002
        show o-000000000001
        show o-000000000000
        history of vm-x

      Read: 240 rows of the Activity Log, from 2026-11-01 00:00 UTC to 2026-11-24 08:00 UTC; later rows may exist
      and are not here. Searched: everything read.
      "
    `);
  });

  test("beyond twenty are counted, with how to narrow", () => {
    expect(answerOf("who opened rdp on vm-x", ...openings)).toContain(
      "and 5 more; narrow with a VM, a port or a time.",
    );
  });

  test("the newest comes first", () => {
    expect(summaryOf("who opened rdp on vm-x", ...openings)).toBe(
      "alice@contoso.com (20), bob@contoso.com (5): 25 openings of RDP (3389) on vm-x.",
    );
    expect(answerOf("who opened rdp on vm-x", ...openings)).toContain(
      "Latest: alice@contoso.com opened RDP (3389) on vm-x to 203.0.113.7 at 2026-11-11 10:00 UTC",
    );
  });
});

describe("the other questions", () => {
  test("who has access tells of standing openings, late ends and sessions", () => {
    const open = opening({ id: "o-000000000002", ...OPEN, promisedEnd: at("2026-11-24T12:00Z") });
    const late = opening({ closedAt: at("2026-11-24T07:30Z") });
    const said = answerOf("who has access to vm-x", open, late);
    expect(said).toMatch(/^alice@contoso.com opened RDP/);
    expect(said).toContain("Closed lately: sessions may stand");
    expect(said).toContain("Closing a rule does not cut standing sessions");
  });

  test("what was open at a time knows what stood then", () => {
    expect(summaryOf("what was open on vm-x at 15:00 on 2026-11-23", opening())).toContain(
      "alice@",
    );
    expect(summaryOf("what was open on vm-x at 17:00 on 2026-11-23", opening())).toMatch(
      /^The log/,
    );
  });

  test("what is open to any source leaves narrow ones out", () => {
    const wide = opening({ id: "o-000000000002", ...OPEN, rule: rule({ sources: ["internet"] }) });
    expect(summaryOf("what is open to any source", opening(OPEN), wide)).toContain("to any source");
  });

  test.each(["alice", "alice@contoso.com", "ALICE", ALICE.objectId ?? ""])(
    "what did %s open finds the person",
    (person) => {
      expect(summaryOf(`what did "${person}" open`, opening())).toMatch(
        /^alice@contoso.com opened/,
      );
    },
  );

  test("a person that fits nothing gets the nearest", () => {
    expect(answerOf("what did alcie open", opening())).toContain(
      "what did alice@contoso.com open on any vm",
    );
  });

  test("an address is found as asker and as source", () => {
    expect(summaryOf("what did 198.51.100.7 open", opening())).toMatch(/^alice/);
    expect(summaryOf("what did 203.0.113.7 open", opening())).toMatch(/^alice/);
  });

  test("explain rule goes from a part of the name to the person and the events", () => {
    const said = answerOf("explain rule jitrule-1170687618", opening());
    expect(said).toMatch(/^alice@contoso.com opened RDP/);
    expect(said).toContain("What it is traced to");
    expect(said).toContain("Events behind it (2)\n  e-1\n  e-2\n");
  });

  test("explain rule with a part of several names shows them all", () => {
    const other = opening({
      id: "o-000000000002",
      rule: rule({ name: "SecurityCenter-JITRule-2" }),
    });
    expect(answerOf("explain rule SecurityCenter", opening(), other)).toContain(
      "2 rules fit SecurityCenter.",
    );
  });

  test("show tells one opening with its evidence", () => {
    expect(answerOf("show o-000000000001", opening())).toContain("Events behind it (2)");
    expect(answerOf("show o-000000000009", opening())).toContain(
      "Did you mean:\n  show o-000000000001",
    );
  });

  test("show with the beginning of several offers them", () => {
    const other = opening({ id: "o-000000000002" });
    expect(answerOf("show o-0000", opening(), other)).toContain("2 openings begin with o-0000.");
  });

  test("requests denied tells who, what, when and why", () => {
    const known = knowledge(trail([], [request()]));
    expect(ask("requests denied", null, known).message.summary).toBe(
      "bob@contoso.com asked for 22 on vm-x at 2026-11-23 09:00 UTC from 198.51.100.9: denied (Forbidden) [r-000000000009].",
    );
  });

  test("a request that was refused for one VM only is among the denied", () => {
    const [target] = request().targets;
    const partly = request({
      outcome: "accepted",
      denialReason: null,
      targets:
        target === undefined
          ? []
          : [target, { ...target, vm: resource("vm", "vm-y"), denied: false }],
    });
    const known = knowledge(trail([], [partly]));
    expect(ask("requests denied on vm-x", null, known).message.summary).toContain(
      "22 on vm-x (denied)",
    );
    expect(ask("requests denied on vm-y", null, known).message.summary).toMatch(/^The log/);
  });

  test("history tells openings and requests", () => {
    const said = answer("history of vm-x", knowledge(trail([opening()], [request()])));
    expect(said).toMatch(/^alice@contoso.com opened RDP/);
    expect(said).toContain("Requests\n- bob@contoso.com asked for 22 on vm-x");
  });

  test("what never closed has no opening that ends later", () => {
    const past = opening({ id: "o-000000000002", ...OPEN });
    const later = opening({ id: "o-000000000003", ...OPEN, promisedEnd: at("2026-11-24T12:00Z") });
    expect(answerOf("what never closed", opening(), past, later)).toContain("o-000000000002");
    expect(answerOf("what never closed", opening(), past, later)).not.toContain("o-000000000003");
  });

  test("what closes within a time counts from the log's end", () => {
    const later = opening({ ...OPEN, promisedEnd: at("2026-11-24T12:00Z") });
    expect(summaryOf("what closes within 8h", later)).toMatch(/^alice/);
    expect(summaryOf("what closes within 3h", later)).toContain("within 3 h of the log's end");
  });

  test("status counts", () => {
    const known = knowledge(trail([opening(), opening({ id: "o-2", ...OPEN })], [request()]));
    expect(answer("status", known)).toMatchInlineSnapshot(`
      "Known: 2 openings, 1 of them standing, and 1 request.

      verdicts:        2 certain, 0 likely, 0 ambiguous, 0 unattributed
      denied:          1 of 1 request
      VMs:             1
      rows read:       240
      not understood:  0

      Read: 240 rows of the Activity Log, from 2026-11-01 00:00 UTC to 2026-11-24 08:00 UTC; later rows may exist
      and are not here. Searched: everything read.
      "
    `);
  });

  test("help shows the forms, and a topic alone", () => {
    expect(answerOf("help")).toContain(
      "- who opened port 3389 on vm-x: the person behind an opening",
    );
    expect(answerOf("help times")).toContain("between 02:00 and 04:00");
    expect(answerOf("help people")).not.toContain("requests denied");
  });

  test("a text that is no question is answered with what was meant", () => {
    expect(answerOf("who opned rdp on vm-x", opening())).toMatchInlineSnapshot(`
      "Warning: I expected “opened” or “has access to” in place of “opned”.

        who opned rdp on vm-x
            ^^^^^

      Did you mean:
        who opened rdp on vm-x
      "
    `);
  });
});

test("an answer to one who lives elsewhere has local times with UTC beside", () => {
  const known = knowledge(trail([opening()]), { zone: "America/New_York" });
  expect(answer("who opened rdp on vm-x", known)).toContain(
    "at 2026-11-23 09:02 (14:02 UTC), until 11:02 (16:02\nUTC); closed on time, at 11:02 (16:02 UTC).",
  );
});
