import { expect, test, vi } from "vitest";
import { belongsTo, matchVms } from "../../src/ask/vm-match.ts";
import type { KnownVm } from "../../src/ask/vm-match.ts";
import type { ResourceId } from "../../src/domain/resource-id.ts";
import { openSqliteStore } from "../../src/store/open-sqlite-store.ts";
import { change } from "../contracts/store/changes.ts";
import { StandingClock } from "../contracts/store/ground.ts";
import { conversationsOn } from "./conversations-on.ts";
import { at, opening, resource } from "./trail-builder.ts";

const A = resource("vm", "vm-x", "rg-a");
const B = resource("vm", "VM-X", "rg-b");
const NAME_ALONE: KnownVm = { name: "vm-x", id: null };

function meant(id: ResourceId, vms: readonly KnownVm[]) {
  const match = matchVms({ kind: "resource", id }, { vms, people: [] });
  return match.kind === "found"
    ? [
        belongsTo(match.vms, A, "vm-x"),
        belongsTo(match.vms, B, "VM-X"),
        belongsTo(match.vms, null, "vm-x"),
      ]
    : match.kind;
}

test.each([
  [
    "known beside another of its name",
    A,
    [
      { name: "vm-x", id: A },
      { name: "VM-X", id: B },
    ],
    [true, false, true],
  ],
  ["known beside its name alone", A, [NAME_ALONE, { name: "vm-x", id: A }], [true, false, true]],
  ["known by its name alone", A, [NAME_ALONE], [true, false, true]],
  ["not known, but another of its name", A, [{ name: "VM-X", id: B }], "none"],
] satisfies readonly (readonly [string, ResourceId, readonly KnownVm[], unknown])[])(
  "A VM that is asked for by its resource ID, %s: it alone, and what names no more than its name",
  (_, id, vms, wanted) => {
    expect(meant(id, vms)).toEqual(wanted);
  },
);

test("A name that many VMs bear is asked back about without a look at their openings", async () => {
  const clock = new StandingClock(at("2026-11-24T00:00Z"));
  const store = await openSqliteStore(":memory:", { clock });
  const openings = [A, B].map((vm, index) => opening({ id: `o-${index}`, vm, vmName: vm.name }));
  await store.commit(change({ openings }));
  const read = vi.spyOn(store, "trail");
  const conversations = conversationsOn(store, clock);
  const { message } = await conversations.ask("who opened vm-x", null, "UTC");
  expect(JSON.stringify(message)).toContain("vm-x is the name of 2 VMs. Which one?");
  expect(read).not.toHaveBeenCalled();
  await store.close();
});
