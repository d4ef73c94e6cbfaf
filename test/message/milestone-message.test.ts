import { describe, expect, test } from "vitest";
import type { Milestone } from "../../src/domain/notification.ts";
import { milestoneMessage } from "../../src/message/milestone-message.ts";
import { at, attribution, BOB, finding, OPEN, opening } from "../ask/trail-builder.ts";
import { messageText } from "../fakes/message-text.ts";

function textOf(milestone: Milestone, change: Parameters<typeof opening>[0]): string | null {
  const built = milestoneMessage(milestone, [opening(change)]);
  return built === null ? null : `${built.severity}\n${messageText(built)}`;
}

const LATE = finding("open-past-end", "critical", "The rule still stands, more than 10 min late.");

describe("a milestone in a thread", () => {
  test("closed", () => {
    const change = {
      closing: "closed-early",
      closedAt: at("2026-11-23T15:00Z"),
      closedBy: "bob@contoso.com",
    } as const;
    expect(textOf("closed", change)).toBe(
      "info\nRDP (3389) on vm-x closed early, at 15:00 UTC by bob@contoso.com.\nClosing a rule does not cut standing sessions: whoever connected before may still be on.",
    );
  });

  test("open past its end", () => {
    expect(textOf("open-past-end", { ...OPEN, findings: [LATE] })).toBe(
      "critical\nRDP (3389) on vm-x: The rule still stands, more than 10 min late.",
    );
  });

  test("graver, with the findings that make it so", () => {
    const findings = [
      finding("out-of-hours", "info", "Opened outside working hours."),
      finding("any-source", "critical", "Open to any source address."),
    ];
    expect(textOf("severity-raised", { ...OPEN, findings })).toBe(
      "critical\nGraver now: RDP (3389) on vm-x: Open to any source address.",
    );
  });

  test("the person, with why and how sure that is", () => {
    expect(textOf("person-known", { attribution: attribution({ actor: BOB }) })).toBe(
      "info\nNow known: bob@contoso.com opened RDP (3389) on vm-x.\nasked from: 198.51.100.7\nwhy: INC-4411 disk full\nverdict: certain: no other request or writer in the log could have made this rule",
    );
  });

  test("of several openings is one word that lists them, without those to which it does not apply", () => {
    const built = milestoneMessage("closed", [
      opening(),
      opening({ id: "o-2", port: { from: 22, to: 22 } }),
      opening({ id: "o-3", ...OPEN }),
    ]);
    expect(built === null ? null : messageText(built)).toBe(
      "2 of these have ended:\n- RDP (3389) on vm-x closed on time, at 16:02 UTC.\n- SSH (22) on vm-x closed on time, at 16:02 UTC.\nClosing a rule does not cut standing sessions: whoever connected before may still be on.",
    );
  });

  test("of very many openings stays short", () => {
    const many = Array.from({ length: 25 }, (_, index) => opening({ id: `o-${index}` }));
    const built = milestoneMessage("closed", many);
    expect(built?.summary).toBe("25 of these have ended:");
    expect(built === null ? null : messageText(built)).toContain("and 15 more.");
  });

  test.each<[Milestone, Parameters<typeof opening>[0]]>([
    ["closed", OPEN],
    ["open-past-end", {}],
    ["severity-raised", {}],
    ["person-known", { attribution: attribution({ verdict: "ambiguous", actor: null }) }],
  ])("%s is not said when it is no longer so", (milestone, change) => {
    expect(textOf(milestone, change)).toBeNull();
  });
});
