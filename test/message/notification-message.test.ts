import { describe, expect, test } from "vitest";
import type { Opening } from "../../src/domain/opening.ts";
import { notificationMessage } from "../../src/message/notification-message.ts";
import {
  ALICE,
  at,
  attribution,
  BOB,
  candidate,
  finding,
  OPEN,
  opening,
  resource,
  rule,
} from "../ask/trail-builder.ts";
import { messageText } from "../fakes/message-text.ts";

/** An opening of vm-x that stands. */
function standing(change: Partial<Opening> = {}): Opening {
  return opening({ ...OPEN, ...change });
}

const UNATTRIBUTED = attribution({
  verdict: "unattributed",
  actor: null,
  candidates: [],
  reasons: [],
  clientAddress: null,
  justification: null,
});

describe("one opening", () => {
  test("the sentence that matters comes first, then state, facts and the way on", () => {
    expect(messageText(notificationMessage([standing()], []))).toMatchInlineSnapshot(`
      "alice@contoso.com opened RDP (3389) on vm-x to 203.0.113.7 until 16:02 UTC.
      Opened at 2026-11-23 14:02 UTC; open: the log shows no end yet.
      lets in: 203.0.113.7
      asked from: 198.51.100.7
      why: INC-4411 disk full
      VM: vm-x, resource group rg-a
      rule: SecurityCenter-JITRule-1170687618-8C18BF8921F041989344B4F1E3A0C370 in nsg-x, resource group rg-a
      verdict: certain: no other request or writer in the log could have made this rule
      opening: o-000000000001
      Ask on:
      show o-000000000001
      history of vm-x
      timeline of vm-x"
    `);
  });

  test.each<[string, Partial<Opening>, string]>([
    ["certain", {}, "alice@contoso.com opened RDP (3389) on vm-x to 203.0.113.7 until 16:02 UTC."],
    [
      "an end on another day says which",
      { promisedEnd: at("2026-11-24T10:00Z") },
      "alice@contoso.com opened RDP (3389) on vm-x to 203.0.113.7 until 2026-11-24 10:00 UTC.",
    ],
    [
      "no end is promised",
      { promisedEnd: null },
      "alice@contoso.com opened RDP (3389) on vm-x to 203.0.113.7.",
    ],
    [
      "likely",
      { attribution: attribution({ verdict: "likely" }) },
      "alice@contoso.com most likely opened RDP (3389) on vm-x to 203.0.113.7 until 16:02 UTC.",
    ],
    [
      "ambiguous",
      {
        attribution: attribution({
          verdict: "ambiguous",
          actor: null,
          candidates: [candidate(ALICE, "r-1"), candidate(BOB, "r-2")],
        }),
      },
      "Either alice@contoso.com or bob@contoso.com opened RDP (3389) on vm-x to 203.0.113.7 until 16:02 UTC.",
    ],
    [
      "not known yet, and never called nobody",
      { attribution: UNATTRIBUTED },
      "Somebody not known yet opened RDP (3389) on vm-x to 203.0.113.7 until 16:02 UTC.",
    ],
    [
      "without JIT, to the world, in an NSG of no known VM",
      {
        kind: "direct",
        vm: null,
        vmName: null,
        promisedEnd: null,
        rule: rule({ sources: ["*"] }),
        attribution: attribution({ actor: BOB }),
      },
      "bob@contoso.com, without JIT, opened RDP (3389) in NSG nsg-x to any source.",
    ],
  ])("%s", (_, change, summary) => {
    const built = notificationMessage([standing(change)], []);
    expect(built.summary).toBe(summary);
    expect(messageText(built).split("\n")[0]).toBe(summary);
  });

  test.each<[string, Partial<Opening>, string]>([
    ["stands", OPEN, "Opened at 2026-11-23 14:02 UTC; open: the log shows no end yet."],
    [
      "stands past its end",
      { ...OPEN, findings: [finding("open-past-end", "critical", "12 min late.")] },
      "Opened at 2026-11-23 14:02 UTC; still open past its end, 16:02 UTC.",
    ],
    [
      "has an outcome that is not in the log",
      { ...OPEN, outcomeSeen: false },
      "Opened at 2026-11-23 14:02 UTC; whether the write succeeded is not in the log yet.",
    ],
    [
      "may have closed",
      { ...OPEN, mayHaveClosed: true },
      "Opened at 2026-11-23 14:02 UTC; perhaps closed since: a later write does not show its rules.",
    ],
    ["closed on time", {}, "Opened at 2026-11-23 14:02 UTC; closed on time, at 16:02 UTC."],
    [
      "was closed early by somebody",
      { closing: "closed-early", closedBy: "bob@contoso.com", closedAt: at("2026-11-23T15:00Z") },
      "Opened at 2026-11-23 14:02 UTC; closed early, at 15:00 UTC by bob@contoso.com.",
    ],
    [
      "was first seen standing",
      { ...OPEN, openedAtExact: false },
      "Opened before 2026-11-23 14:02 UTC; open: the log shows no end yet.",
    ],
  ])("an opening that %s says so", (_, change, state) => {
    expect(messageText(notificationMessage([opening(change)], [])).split("\n")[1]).toBe(state);
  });

  test("a request that is on its way is told as that", () => {
    const text = messageText(
      notificationMessage(
        [
          standing({
            attribution: UNATTRIBUTED,
            findings: [finding("no-request", "warning", "The log shows no JIT request.")],
          }),
        ],
        [],
      ),
    );
    expect(text).toContain("warning: The request behind it has not arrived yet");
    expect(text).not.toMatch(/\bnobody\b|shows no JIT request/i);
  });

  test("findings stand in their order, and the gravest makes the message's severity", () => {
    const built = notificationMessage(
      [
        standing({
          findings: [
            finding("out-of-hours", "info", "Opened outside working hours."),
            finding("any-source", "critical", "Open to any source address."),
          ],
        }),
      ],
      [],
    );
    expect(built.severity).toBe("critical");
    expect(messageText(built)).toContain(
      "critical: Open to any source address.\ninfo: Opened outside working hours.",
    );
  });

  test("a closed rule is no empty machine, and that is said when it has closed", () => {
    expect(messageText(notificationMessage([opening()], []))).toContain("standing sessions");
    expect(messageText(notificationMessage([standing()], []))).not.toContain("standing sessions");
  });

  test("a VM's name that is no name is quoted in the question about it", () => {
    const odd = standing({ vm: resource("vm", "today") });
    expect(messageText(notificationMessage([odd], []))).toContain('history of "today"');
  });
});

describe("a burst", () => {
  const burst = [
    standing(),
    standing({ id: "o-000000000002", port: { from: 22, to: 22 } }),
    standing({ id: "o-000000000003", vm: resource("vm", "vm-y"), vmName: "vm-y" }),
  ];

  test("is one sentence and a table", () => {
    expect(messageText(notificationMessage(burst, []))).toMatchInlineSnapshot(`
      "alice@contoso.com opened RDP (3389) and SSH (22) on vm-x and vm-y to 203.0.113.7 until 16:02 UTC.
      VM | port | from | opened | until | state | who | opening
      vm-x | 3389 | 203.0.113.7 | 2026-11-23 14:02 UTC | 2026-11-23 16:02 UTC | open | alice@contoso.com | o-000000000001
      vm-x | 22 | 203.0.113.7 | 2026-11-23 14:02 UTC | 2026-11-23 16:02 UTC | open | alice@contoso.com | o-000000000002
      vm-y | 3389 | 203.0.113.7 | 2026-11-23 14:02 UTC | 2026-11-23 16:02 UTC | open | alice@contoso.com | o-000000000003
      asked from: 198.51.100.7
      why: INC-4411 disk full
      verdict: certain: no other request or writer in the log could have made this rule
      Ask on:
      show o-000000000001
      show o-000000000002
      show o-000000000003
      history of vm-x
      history of vm-y
      timeline of vm-x"
    `);
  });

  test("of many ports and VMs counts them", () => {
    const many = Array.from({ length: 30 }, (_, index) =>
      standing({
        id: `o-${index}`,
        port: { from: 8000 + index, to: 8000 + index },
        vm: resource("vm", `vm-${index % 5}`),
        vmName: `vm-${index % 5}`,
      }),
    );
    const built = notificationMessage(many, []);
    expect(built.summary).toBe(
      "alice@contoso.com opened 30 ports on 5 VMs to 203.0.113.7 until 16:02 UTC.",
    );
    expect(messageText(built)).toContain("and 10 more.");
  });

  test("of several people and ends names none of them for all", () => {
    const built = notificationMessage(
      [
        standing(),
        standing({
          id: "o-000000000002",
          promisedEnd: null,
          attribution: attribution({ actor: BOB }),
        }),
      ],
      [],
    );
    expect(built.summary).toBe("Several people opened RDP (3389) on vm-x to 203.0.113.7.");
    expect(messageText(built)).toContain("bob@contoso.com | o-000000000002");
  });

  test("an equal finding is told once, with whose it is", () => {
    const wide = finding("any-source", "critical", "Open to any source address.");
    const night = finding("out-of-hours", "info", "Opened outside working hours.");
    const text = messageText(
      notificationMessage(
        burst.map((one, index) => ({ ...one, findings: index === 1 ? [night, wide] : [night] })),
        [],
      ),
    );
    expect(text).toContain(
      "critical: o-000000000002: Open to any source address.\ninfo: All of them: Opened outside working hours.",
    );
  });

  test("shows how each of it stands", () => {
    const text = messageText(notificationMessage([standing(), opening({ id: "o-2" })], []));
    expect(text).toMatch(/ open \| alice@contoso.com \| o-000000000001/);
    expect(text).toMatch(/closed at 2026-11-23 16:02 UTC \| alice@contoso.com \| o-2/);
  });
});

describe("openings that were taken back", () => {
  test("are told beside those that stand", () => {
    const text = messageText(notificationMessage([standing()], ["o-00000000000g"]));
    expect(text).toContain(
      "info: Taken back: opening o-00000000000g, which later facts show never was.",
    );
    expect(text).toContain("alice@contoso.com opened RDP (3389) on vm-x");
  });

  test("leave a message that says so when nothing else stands", () => {
    expect(messageText(notificationMessage([], ["o-1", "o-2"]))).toBe(
      "Taken back: later facts show that what was told here did not happen.\ninfo: Taken back: 2 openings, o-1, o-2, which later facts show never were.",
    );
  });
});

test("equal openings give equal messages", () => {
  const burst = [standing(), opening({ id: "o-2" })];
  expect(notificationMessage(structuredClone(burst), ["o-3"])).toEqual(
    notificationMessage(burst, ["o-3"]),
  );
});
