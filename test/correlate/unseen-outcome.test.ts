import { describe, expect, test } from "vitest";
import type { Trail } from "../../src/domain/trail.ts";
import { apiForm, nsgBody, rowContent, wireRule } from "../azure/row-forms.ts";
import type { RowContent } from "../azure/row-forms.ts";
import { eventsOf, trailOf } from "./tenant-feed.ts";

/** A write of the whole NSG by one person, as one row. */
function write(
  person: string,
  time: string,
  status: RowContent["status"],
  rules: readonly string[],
): Record<string, unknown> {
  const row = apiForm(
    rowContent({
      eventDataId: `${person} ${time} ${status}`,
      correlationId: `${person} ${time}`,
      time: `2026-11-23T${time}:00.0000000Z`,
      status,
      properties: { requestbody: nsgBody(...rules.map((name) => wireRule(name))) },
    }),
  );
  return { ...row, caller: `${person}@contoso.com`, claims: {} };
}

function trail(...rows: readonly Record<string, unknown>[]): Trail {
  return trailOf([eventsOf(rows)]);
}

describe("a write whose outcome is not in the log", () => {
  test("removed nothing for sure: what stands afterwards may have stood all along", () => {
    const { openings } = trail(
      write("dave", "08:00", "Succeeded", []),
      write("alice", "09:00", "Succeeded", ["open-rdp"]),
      write("bob", "10:00", "Started", []),
      write("carol", "11:00", "Succeeded", ["open-rdp"]),
    );
    expect(openings).toHaveLength(1);
    expect(openings[0]).toMatchObject({
      openedAt: Date.parse("2026-11-23T09:00:00Z"),
      closedAt: null,
      attribution: { verdict: "certain", actor: { name: "alice@contoso.com" } },
    });
  });

  test("does not tell that a rule was absent", () => {
    const { openings } = trail(
      write("bob", "10:00", "Started", []),
      write("carol", "11:00", "Succeeded", ["open-rdp"]),
    );
    expect(openings).toMatchObject([
      { openedAtExact: false, attribution: { verdict: "unattributed", actor: null } },
    ]);
  });

  test("shares its rule with whoever wrote the same rule next", () => {
    const { openings } = trail(
      write("dave", "08:00", "Succeeded", []),
      write("alice", "09:00", "Started", ["open-rdp"]),
      write("bob", "10:00", "Succeeded", ["open-rdp"]),
    );
    expect(openings).toMatchObject([
      { openedAtExact: false, attribution: { verdict: "ambiguous", actor: null } },
    ]);
    const names = openings[0]?.attribution.candidates.map(({ actor }) => actor?.name);
    expect(names).toEqual(["alice@contoso.com", "bob@contoso.com"]);
  });
});

describe("writes that overlap", () => {
  test("a row without a beginning may tell of the time before the removal", () => {
    const { openings } = trail(
      write("dave", "08:00", "Started", []),
      write("dave", "08:00", "Succeeded", []),
      write("alice", "09:00", "Started", ["open-rdp"]),
      write("alice", "09:00", "Succeeded", ["open-rdp"]),
      write("bob", "10:00", "Started", []),
      write("bob", "10:00", "Succeeded", []),
      write("carol", "10:01", "Succeeded", ["open-rdp"]),
    );
    expect(openings).toHaveLength(1);
    expect(openings[0]).toMatchObject({ closedAt: null, mayHaveClosed: true });
  });
});
