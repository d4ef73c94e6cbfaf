import { describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../src/domain/instant.ts";
import type { Opening } from "../../src/domain/opening.ts";
import type { Period } from "../../src/domain/question.ts";
import { describeTimeline } from "../../src/picture/describe-timeline.ts";
import type { PictureBar, TimelinePicture } from "../../src/picture/timeline.ts";
import {
  ALICE,
  at,
  attribution,
  BOB,
  candidate,
  finding,
  OPEN,
  opening,
  request,
  resource,
  rule,
  trail,
} from "../ask/trail-builder.ts";
import { actor, by, input } from "./pictures.ts";

function bars(picture: TimelinePicture): readonly PictureBar[] {
  return picture.groups.flatMap(({ rows }) => rows.flatMap((row) => row.bars));
}

function onlyBar(change: Partial<Opening>, period: Period | null = null): PictureBar | undefined {
  return bars(describeTimeline(input(trail([opening(change)]), { period })))[0];
}

const DAY_OF_IT: Period = { from: at("2026-11-23T15:00Z"), to: at("2026-11-23T16:00Z") };

describe("A bar", () => {
  const cases: readonly (readonly [
    string,
    Partial<Opening>,
    Period | null,
    Partial<PictureBar>,
  ])[] = [
    [
      "runs from the opening to its closing",
      {},
      null,
      {
        from: at("2026-11-23T14:02Z"),
        to: at("2026-11-23T16:02Z"),
        begin: "exact",
        end: "exact",
        promisedEnd: at("2026-11-23T16:02Z"),
        overstayFrom: null,
        stands: false,
      },
    ],
    [
      "of a standing opening runs to where knowledge ends",
      { ...OPEN, promisedEnd: null },
      null,
      { to: at("2026-11-24T09:20Z"), end: "standing", stands: true, promisedEnd: null },
    ],
    [
      "of what may have closed unseen says so",
      { ...OPEN, mayHaveClosed: true },
      null,
      { end: "unsure" },
    ],
    ["that may have begun before says so", { openedAtExact: false }, null, { begin: "inexact" }],
    ["that closed at the latest then says so", { closedAtExact: false }, null, { end: "inexact" }],
    [
      "goes on outside of the period at both ends",
      {},
      DAY_OF_IT,
      {
        from: at("2026-11-23T15:00Z"),
        to: at("2026-11-23T16:00Z"),
        begin: "before",
        end: "after",
        promisedEnd: null,
      },
    ],
    [
      "is marked from its promise on when it stands longer",
      { ...OPEN, promisedEnd: at("2026-11-23T16:02Z") },
      null,
      { overstayFrom: at("2026-11-23T16:02Z") },
    ],
    [
      "is not marked when the provider was some minutes late",
      { closedAt: at("2026-11-23T16:12Z") },
      null,
      { overstayFrom: null },
    ],
    [
      "keeps the mark of a promise that it does not reach",
      { closedAt: at("2026-11-23T14:30Z"), closing: "closed-early" },
      { from: at("2026-11-23T14:00Z"), to: at("2026-11-23T18:00Z") },
      { to: at("2026-11-23T14:30Z"), promisedEnd: at("2026-11-23T16:02Z") },
    ],
    [
      "is unsure in a time of which nothing is known",
      { ...OPEN },
      { from: at("2026-11-24T10:00Z"), to: at("2026-11-24T12:00Z") },
      {
        begin: "before",
        end: "unsure",
        from: at("2026-11-24T10:00Z"),
        to: at("2026-11-24T10:00Z"),
      },
    ],
    [
      "bears the person's letter and name",
      {},
      null,
      { key: "A", name: "alice@contoso.com", who: 0 },
    ],
    [
      "of somebody likely bears a question mark",
      { attribution: attribution({ verdict: "likely" }) },
      null,
      { key: "A?", name: "most likely alice@contoso.com", who: 0 },
    ],
    [
      "of one of two bears both letters and nobody's colour",
      {
        attribution: attribution({
          verdict: "ambiguous",
          actor: null,
          candidates: [candidate(ALICE, "r-1"), candidate(BOB, "r-2")],
        }),
      },
      null,
      { key: "A/B", name: "alice@contoso.com or bob@contoso.com", who: "nobody" },
    ],
    [
      "of nobody known says that",
      { attribution: attribution({ verdict: "unattributed", actor: null }) },
      null,
      { key: "?", name: "not named in the log", who: "nobody" },
    ],
    [
      "with findings bears the worst and the number of its note",
      {
        findings: [
          finding("first-time", "info", "First."),
          finding("writer-unproven", "warning", "Unproven."),
          finding("any-source", "critical", "Open to any source address."),
        ],
      },
      null,
      { flag: { severity: "critical", note: 1 } },
    ],
    [
      "with nothing but information bears no mark",
      { findings: [finding("first-time", "info", "First.")] },
      null,
      { flag: null },
    ],
  ];
  test.each(cases)("%s", (_, change, period, expected) => {
    expect(onlyBar(change, period)).toMatchObject(expected);
  });

  test.each([
    ["closed before the period", { from: at("2026-11-23T17:00Z"), to: null }],
    ["opened after the period", { from: null, to: at("2026-11-23T14:00Z") }],
  ])("is not drawn for what %s", (_, period) => {
    expect(onlyBar({}, period)).toBeUndefined();
  });
});

describe("Rows", () => {
  test("are grouped by VM and port; what still stands comes first", () => {
    const picture = describeTimeline(
      input(
        trail([
          opening({ id: "o-1", vm: resource("vm", "vm-x") }),
          opening({ id: "o-2", vm: resource("vm", "vm-y"), ...OPEN }),
          opening({ id: "o-3", vm: resource("vm", "vm-x"), port: { from: 22, to: 22 } }),
          opening({ id: "o-4", vm: null, vmName: null, port: { from: 0, to: 65535 } }),
        ]),
      ),
    );
    expect(picture.groups.map(({ name, rows }) => [name, rows.map(({ label }) => label)])).toEqual([
      ["vm-y", ["RDP (3389)"]],
      ["vm-x", ["SSH (22)", "RDP (3389)"]],
      ["NSG nsg-x", ["every port"]],
    ]);
  });

  test("of VMs with one name say the resource groups", () => {
    const picture = describeTimeline(
      input(
        trail([
          opening({ id: "o-1", vm: resource("vm", "vm-x", "rg-a") }),
          opening({ id: "o-2", vm: resource("vm", "vm-x", "rg-b") }),
        ]),
      ),
    );
    expect(picture.groups.map(({ name }) => name)).toEqual(["vm-x (rg-a)", "vm-x (rg-b)"]);
  });

  test("of a VM known by name alone join those of the only VM of that name", () => {
    const picture = describeTimeline(
      input(trail([opening({ id: "o-1" }), opening({ id: "o-2", vm: null, vmName: "VM-X" })])),
    );
    expect(picture.groups.map(({ name, rows }) => [name, rows.length])).toEqual([["vm-x", 1]]);
  });

  test("of a firewall say which port the world sees", () => {
    const picture = describeTimeline(
      input(trail([opening({ rule: rule({ mappedPort: 50_001 }) })])),
    );
    expect(picture.groups[0]?.rows[0]?.label).toBe("RDP (3389), from outside 50001");
  });

  test("stack what overlaps and share a lane where nothing does", () => {
    const picture = describeTimeline(
      input(
        trail([
          opening({
            id: "o-1",
            openedAt: at("2026-11-23T10:00Z"),
            closedAt: at("2026-11-23T12:00Z"),
            promisedEnd: null,
          }),
          opening({
            id: "o-2",
            openedAt: at("2026-11-23T11:00Z"),
            closedAt: at("2026-11-23T13:00Z"),
            promisedEnd: null,
          }),
          opening({
            id: "o-3",
            openedAt: at("2026-11-23T15:00Z"),
            closedAt: at("2026-11-23T16:00Z"),
            promisedEnd: null,
          }),
        ]),
      ),
    );
    const lanes = new Map(bars(picture).map(({ id, lane }) => [id, lane]));
    expect(lanes.get("o-1")).not.toBe(lanes.get("o-2"));
    expect(lanes.get("o-3")).toBe(0);
    expect(picture.groups[0]?.rows[0]?.lanes).toBe(2);
  });

  test("show denied requests of ports that nobody opened", () => {
    const picture = describeTimeline(
      input(
        trail(
          [],
          [
            request(),
            request({ id: "r-2", targets: [] }),
            request({ id: "r-3", outcome: "accepted", targets: [] }),
          ],
        ),
      ),
    );
    expect(picture.groups.map(({ name, rows }) => [name, rows[0]?.label])).toEqual([
      ["VM not told", "port not told"],
      ["vm-x", "SSH (22)"],
    ]);
    expect(picture.totals).toMatchObject({ openings: 0, denied: 2 });
  });
});

describe("Many openings", () => {
  const many = Array.from({ length: 400 }, (_, index) =>
    opening({
      id: `o-${index}`,
      openedAt: at("2026-11-23T00:00Z") + index * MINUTE,
      closedAt: at("2026-11-23T00:00Z") + index * MINUTE + HOUR,
      promisedEnd: null,
    }),
  );

  test("of one port are drawn in six lanes at most, and the rest is counted", () => {
    const picture = describeTimeline(input(trail(many)));
    const row = picture.groups[0]?.rows[0];
    expect(row?.lanes).toBe(6);
    expect(row?.left).toBe(400 - (row?.bars.length ?? 0));
    expect(picture.left).toMatchObject({ openings: row?.left, ports: 0, vms: 0 });
  });

  test("never push out the one that still stands", () => {
    const standing = opening({ id: "o-open", openedAt: at("2026-11-22T00:00Z"), ...OPEN });
    const picture = describeTimeline(input(trail([...many, standing])));
    expect(bars(picture).map(({ id }) => id)).toContain("o-open");
    expect(picture.left.standing).toBe(0);
  });

  test("on many VMs leave rows out, and say how many", () => {
    const vms = Array.from({ length: 300 }, (_, index) =>
      opening({ id: `o-${index}`, vm: resource("vm", `vm-${index}`), vmName: `vm-${index}` }),
    );
    const picture = describeTimeline(input(trail(vms)));
    const drawn = picture.groups.length;
    expect(drawn).toBeGreaterThan(5);
    expect(picture.left).toMatchObject({
      openings: 300 - drawn,
      ports: 300 - drawn,
      vms: 300 - drawn,
    });
  });

  test("by many people give ten of them a letter, and count the others", () => {
    const people = Array.from({ length: 14 }, (_, index) =>
      by(`p${index}@contoso.com`, { id: `o-${index}`, vm: resource("vm", `vm-${index}`) }),
    );
    const picture = describeTimeline(input(trail(people)));
    expect(picture.people.map(({ key }) => key).join("")).toBe("ABCDEFGHIJ");
    expect(picture.otherPeople).toBe(bars(picture).length - 10);
    expect(bars(picture).at(-1)).toMatchObject({ key: "+", who: "other" });
  });

  test("with findings give six of them a note, critical ones first, and count the others", () => {
    const flagged = Array.from({ length: 10 }, (_, index) =>
      opening({
        id: `o-${index}`,
        openedAt: at("2026-11-20T00:00Z") + index * 10 * HOUR,
        closedAt: at("2026-11-20T01:00Z") + index * 10 * HOUR,
        promisedEnd: null,
        findings: [
          finding("any-source", index === 3 ? "critical" : "warning", `Finding ${index}.`),
        ],
      }),
    );
    const picture = describeTimeline(input(trail(flagged)));
    expect(picture.notes.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(picture.notes[0]).toMatchObject({ severity: "critical" });
    expect(picture.notes[0]?.text).toContain("Finding 3.");
    expect(picture.otherNotes).toBe(4);
  });
});

test("Two people of one name are told apart by their object IDs", () => {
  const twin = (id: string): Opening["attribution"] =>
    attribution({ actor: { key: `oid:${id}`, name: "alice", objectId: id, kind: "user" } });
  const picture = describeTimeline(
    input(
      trail([
        opening({ id: "o-1", attribution: twin("11111111-0000-0000-0000-000000000000") }),
        opening({ id: "o-2", attribution: twin("22222222-0000-0000-0000-000000000000") }),
      ]),
    ),
  );
  expect(picture.people.map(({ name }) => name)).toEqual(["alice (11111111)", "alice (22222222)"]);
});

test("A log that went on quietly ends the axis with the last opening, and says so", () => {
  const picture = describeTimeline(input(trail([opening()])));
  expect(picture.quiet).toBe(true);
  expect(picture.axis.to).toBeLessThan(at("2026-11-23T17:00Z"));
});

test("The picture's way to now is told from the end of an export", () => {
  const known = (knownTo: string): string =>
    describeTimeline(input(trail([]), { knownTo: at(knownTo) })).knownIs;
  expect([known("2026-11-24T09:20Z"), known("2026-11-24T08:00Z")]).toEqual(["now", "log-end"]);
});

test("A person behind a denied request has a letter", () => {
  const picture = describeTimeline(input(trail([], [request({ actor: actor("mallory") })])));
  expect(picture.people).toEqual([{ key: "A", name: "mallory" }]);
});
