import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AUDIT_OUTCOMES } from "../../../src/domain/audit.ts";
import type { AuditEntry, AuditQuery } from "../../../src/domain/audit.ts";
import { all, channel } from "./changes.ts";
import { storeOn } from "./ground.ts";
import type { Ground } from "./ground.ts";

/** Every entry. */
export const WHOLE_AUDIT: AuditQuery = {
  from: null,
  to: null,
  user: null,
  channel: null,
  outcome: null,
};

/** An entry of the audit: alice asked something in `#ops`. */
export function auditEntry(id: string, parts: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id,
    at: 100,
    kind: "question",
    channel: channel(),
    user: { id: "U1", name: "Alice Adams" },
    text: "what is open",
    outcome: "answered",
    reason: null,
    vms: [],
    openings: null,
    took: 1,
    ...parts,
  };
}

/** What is kept of who asked what. */
export function auditContract(ground: Ground): void {
  describe("the audit", () => {
    test("Entries come back whole, oldest first; the same ID replaces.", async () => {
      const { store } = await storeOn(ground);
      const [second, first] = [
        auditEntry("a-2", { at: 200, outcome: "unfinished", took: null }),
        auditEntry("a-1", { vms: ["vm-x"], openings: 3, took: 0, text: "\0 \ud83d <!here>" }),
      ];
      await store.audit(second);
      await store.audit(first);
      expect(await all(store.audited(WHOLE_AUDIT))).toEqual([first, second]);
      const done = { ...second, outcome: "failed", reason: "store", took: 7 } as const;
      await store.audit(done);
      expect(await all(store.audited(WHOLE_AUDIT))).toEqual([first, done]);
      expect(await all(store.audited({ ...WHOLE_AUDIT, outcome: "unfinished" }))).toEqual([]);
    });

    test.each<[string, Partial<AuditQuery>, readonly string[]]>([
      ["from an instant on", { from: 200 }, ["a-2", "a-3"]],
      ["before an instant", { to: 200 }, ["a-1"]],
      ["by the person's ID", { user: "U2" }, ["a-2"]],
      ["by a part of the name, in any casing", { user: "BROWN" }, ["a-2"]],
      ["by a name with capitals beyond ASCII", { user: "\u00e4rger" }, ["a-3"]],
      ["% is no wildcard", { user: "%" }, []],
      ["by half an ID", { user: "U" }, []],
      ["by channel", { channel: "other" }, ["a-3"]],
      ["by outcome", { outcome: "refused" }, ["a-3"]],
      ["by all of it", { outcome: "refused", user: "bob" }, []],
    ])("Entries are found %s.", async (_, query, ids) => {
      const { store } = await storeOn(ground);
      await store.audit(auditEntry("a-1"));
      await store.audit(auditEntry("a-2", { at: 200, user: { id: "U2", name: "Bob Brown" } }));
      await store.audit(
        auditEntry("a-3", {
          at: 300,
          channel: channel("other"),
          user: { id: "X3", name: "\u00c4RGER" },
          outcome: "refused",
          reason: "guest",
        }),
      );
      const found = await all(store.audited({ ...WHOLE_AUDIT, ...query }));
      expect(found.map(({ id }) => id)).toEqual(ids);
    });

    test("More entries than a page come once each, also those of one moment.", async () => {
      const { store } = await storeOn(ground);
      const ids = Array.from({ length: 1001 }, (_, index) => `a-${String(index).padStart(4, "0")}`);
      await Promise.all(ids.toReversed().map((id) => store.audit(auditEntry(id))));
      expect((await all(store.audited(WHOLE_AUDIT))).map(({ id }) => id)).toEqual(ids);
    });

    test("What is older is forgotten.", async () => {
      const { store } = await storeOn(ground);
      await store.audit(auditEntry("a-1", { at: 99 }));
      await store.audit(auditEntry("a-2", { at: 100 }));
      await store.forgetAudited(100);
      expect(await all(store.audited(WHOLE_AUDIT))).toMatchObject([{ id: "a-2" }]);
    });

    test("Whatever people are called and type is kept as it was.", async () => {
      const { store } = await storeOn(ground);
      const text = fc.string({ unit: "binary", maxLength: 40 });
      let count = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.record({ id: text, name: text }),
          text,
          fc.constantFrom(...AUDIT_OUTCOMES),
          async (user, typed, outcome) => {
            count += 1;
            const at = 1_000 + count;
            const entry = auditEntry(`a-${count}`, { at, user, text: typed, outcome });
            await store.audit(entry);
            const query = { ...WHOLE_AUDIT, from: at, user: user.id, outcome };
            expect(await all(store.audited(query))).toEqual([entry]);
          },
        ),
        { numRuns: 50 },
      );
    });
  });
}
