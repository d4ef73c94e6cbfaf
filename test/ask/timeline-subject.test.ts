import { describe, expect, test } from "vitest";
import { chooseTimeline, parseTimelineSubject } from "../../src/ask/timeline-subject.ts";
import type { TimelineSubject } from "../../src/ask/timeline-subject.ts";
import { namesOf } from "../../src/ask/vm-match.ts";
import { parseResourceId } from "../../src/domain/resource-id.ts";
import type { VmFilter } from "../../src/domain/question.ts";
import { at, opening, request, resource, trail } from "./trail-builder.ts";

const NOW = at("2026-11-24T09:30Z");
const ID = "00000000-0000-0000-0000-000000000001";
const ANY: VmFilter = { kind: "any" };
const SINCE = { from: at("2026-11-20T00:00Z"), to: null };

function parse(text: string): ReturnType<typeof parseTimelineSubject> {
  const names = { vms: ["vm-x"], people: [] };
  return parseTimelineSubject(text, { now: NOW, zone: "UTC", names, previous: null });
}

const WORDS: readonly (readonly [string, TimelineSubject])[] = [
  ["", { vm: ANY, subscriptionId: null, period: null }],
  ["vm-x", { vm: { kind: "name", name: "vm-x" }, subscriptionId: null, period: null }],
  ["timeline of vm-x", { vm: { kind: "name", name: "vm-x" }, subscriptionId: null, period: null }],
  ["vm-new", { vm: { kind: "name", name: "vm-new" }, subscriptionId: null, period: null }],
  [
    "vm-* since friday",
    { vm: { kind: "wildcard", pattern: "vm-*" }, subscriptionId: null, period: SINCE },
  ],
  ["since friday", { vm: ANY, subscriptionId: null, period: SINCE }],
  [`subscription ${ID}`, { vm: ANY, subscriptionId: ID, period: null }],
  [
    `of /subscriptions/${ID.toUpperCase()} since friday`,
    { vm: ANY, subscriptionId: ID, period: SINCE },
  ],
  [
    `azure subscription ${ID} vm-x`,
    { vm: { kind: "name", name: "vm-x" }, subscriptionId: ID, period: null },
  ],
];

test.each(WORDS)("“%s” is understood", (words, subject) => {
  expect(parse(words)).toEqual({ ok: true, subject });
});

test.each(["vm-x port 22", "vm-x nonsense", `subscription ${ID} nonsense`, "vm-x vm-y"])(
  "“%s” is refused with a reason",
  (words) => {
    const parsed = parse(words);
    expect(parsed.ok ? "" : parsed.problem.message).not.toBe("");
  },
);

describe("The part of the trail", () => {
  const other = parseResourceId(
    "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/rg-b/providers/Microsoft.Network/networkSecurityGroups/nsg-b",
  );
  const whole = trail(
    [
      opening({ id: "o-x" }),
      opening({ id: "o-y", vm: resource("vm", "vm-y"), vmName: "vm-y" }),
      opening({ id: "o-guard", vm: null, vmName: null }),
      opening({ id: "o-other", vm: null, vmName: null, nsg: other ?? resource("nsg", "nsg-x") }),
    ],
    [request(), request({ id: "r-blank", targets: [] })],
    [{ nsg: resource("nsg", "nsg-x"), vm: resource("vm", "vm-x"), vmName: "vm-x" }],
  );
  const choose = (subject: Partial<TimelineSubject>): string =>
    JSON.stringify(
      ((match) =>
        match.kind === "none"
          ? match.nearest
          : [
              match.title,
              ...match.trail.openings.map(({ id }) => id),
              ...match.trail.requests.map(({ id }) => id),
            ])(
        chooseTimeline(
          { vm: ANY, subscriptionId: null, period: null, ...subject },
          whole,
          namesOf(whole),
          NOW,
        ),
      ),
    );

  const CASES: readonly (readonly [string, Partial<TimelineSubject>, readonly string[]])[] = [
    [
      "is all of it where nothing is said",
      {},
      ["Openings of all VMs", "o-guard", "o-other", "o-x", "o-y", "r-000000000009", "r-blank"],
    ],
    [
      "of a VM has the openings of the NSG that guards it",
      { vm: { kind: "name", name: "vm-x" } },
      ["Openings of vm-x", "o-guard", "o-x", "r-000000000009"],
    ],
    [
      "of an Azure subscription has what lies in it",
      { subscriptionId: "00000000-0000-0000-0000-000000000002" },
      ["Openings in subscription 00000000-0000-0000-0000-000000000002", "o-other"],
    ],
    ["of an unknown VM is the nearest names", { vm: { kind: "name", name: "vm-yy" } }, ["vm-y"]],
  ];
  test.each(CASES)("%s", (_, subject, expected) => {
    expect(choose(subject)).toBe(JSON.stringify(expected));
  });
});
