import { describe, expect, test } from "vitest";
import type { ClosingReason, Opening, Reason, Verdict } from "../../src/domain/opening.ts";
import { answerOf, summaryOf } from "./answering.ts";
import { at, attribution, OPEN, opening, resource } from "./trail-builder.ts";

describe("what a verdict rests on", () => {
  const better: Reason = { code: "fits-better", weighs: "for", text: "fits better" };
  test.each<[Opening["kind"], Verdict, readonly Reason[], string]>([
    ["jit", "likely", [better], "this request fits clearly better, but another cannot be excluded"],
    ["jit", "likely", [], "no request by anyone else fits, but a proof is missing"],
    ["direct", "likely", [], "one writer, but not whoever made every write that may have been it"],
    ["direct", "ambiguous", [], "several writers, and not whose write made this rule"],
    ["direct", "unattributed", [], "the log does not name who wrote this rule"],
  ])("%s, %s %j: %s", (kind, verdict, reasons, words) => {
    const one = opening({ kind, attribution: attribution({ verdict, reasons }) });
    expect(answerOf("who opened rdp on vm-x", one).replaceAll(/\s+/g, " ")).toContain(words);
  });

  test("a firewall is not called an NSG", () => {
    const one = opening({ vm: null, vmName: null, nsg: resource("firewall", "fw-hub") });
    expect(summaryOf("who opened rdp", one)).toContain("opened RDP (3389) in firewall fw-hub");
  });
});

describe("how an opening ended", () => {
  test.each<[ClosingReason, string]>([
    ["expired", "closed on time, at 16:02 UTC."],
    ["removed-by-provider", "closed by JIT at 16:02 UTC."],
    ["superseded", "replaced at 16:02 UTC by a newer request."],
    ["closed-early", "closed early, at 16:02 UTC by bob@contoso.com."],
    ["removed", "removed at 16:02 UTC by bob@contoso.com."],
    ["changed", "changed at 16:02 UTC by bob@contoso.com, so that it opens this no longer."],
    [
      "container-deleted",
      "gone at 16:02 UTC with its NSG or firewall, deleted by bob@contoso.com.",
    ],
  ])("%s: %s", (closing, words) => {
    expect(
      summaryOf("who opened rdp on vm-x", opening({ closing, closedBy: "bob@contoso.com" })),
    ).toContain(words);
  });

  test("one that the provider removed hours late did not close on time", () => {
    const late = opening({ closing: "expired", closedAt: at("2026-11-23T19:02Z") });
    expect(summaryOf("who opened rdp on vm-x", late)).toContain(
      "closed 3 h past its end, at 19:02 UTC.",
    );
  });

  test("one that stands is open when the log ends, not now", () => {
    const open = opening({ ...OPEN, promisedEnd: at("2026-11-24T12:00Z") });
    expect(summaryOf("who opened rdp on vm-x", open)).toMatch(
      /still open when the log ends, at 2026-11-24 08:00 UTC\.$/,
    );
  });

  test("one whose end has passed since is not said to stand still", () => {
    const open = opening({ ...OPEN, promisedEnd: at("2026-11-24T09:00Z") });
    expect(summaryOf("who opened rdp on vm-x", open)).toMatch(
      /its end has passed since, and whether it closed is not in the log yet\.$/,
    );
  });

  test("one past its end says so", () => {
    expect(summaryOf("who opened rdp on vm-x", opening(OPEN))).toContain("still open past its end");
  });

  test("one whose write has no outcome is only perhaps open", () => {
    const unseen = opening({ ...OPEN, outcomeSeen: false });
    expect(summaryOf("who opened rdp on vm-x", unseen)).toContain(
      "though no row tells whether the write succeeded",
    );
    expect(summaryOf("who has access to vm-x", unseen)).toContain("perhaps open when the log ends");
  });

  test("one that the log only finds standing has no beginning", () => {
    expect(summaryOf("who opened rdp on vm-x", opening({ openedAtExact: false }))).toContain(
      "before 2026-11-23 14:02 UTC, when the log first shows it",
    );
  });

  test("one that ended in one of several writes ended at the latest then", () => {
    expect(summaryOf("who opened rdp on vm-x", opening({ closedAtExact: false }))).toContain(
      "closed on time, at the latest at 16:02 UTC.",
    );
  });

  test("one whose NSG was written without showing its rules is only perhaps open", () => {
    const unsure = opening({ ...OPEN, promisedEnd: null, mayHaveClosed: true });
    expect(summaryOf("who has access to vm-x", unsure)).toContain("perhaps open when the log ends");
  });

  test("a recent end brings the note on sessions, an old one does not", () => {
    const recent = opening({ closedAt: at("2026-11-24T07:00Z") });
    const note = "Closing a rule does not cut standing sessions";
    expect(answerOf("who opened rdp on vm-x", recent)).toContain(note);
    expect(answerOf("who opened rdp on vm-x", opening())).not.toContain(note);
  });
});
