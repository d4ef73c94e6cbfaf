import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { z } from "zod";
import { INTERFACES, JIT_POLICIES, MACHINES, NSGS } from "../../src/azure/arm-listing.ts";
import { logPurpose } from "../../src/azure/monitor-log-reader.ts";

const PAGE = await readFile(
  fileURLToPath(new URL("../../docs/permissions.md", import.meta.url)),
  "utf8",
);
const role = z.object({ Actions: z.array(z.string()), NotActions: z.array(z.never()) });

/** What the program needs, as its own faults name it. */
const NEEDED = [logPurpose("", ""), NSGS, JIT_POLICIES, INTERFACES, MACHINES].map(
  ({ action }) => action,
);

/** Whether an action of a role, which may hold `*`, covers another. */
function covers(action: string, needed: string): boolean {
  const [start = "", ...rest] = action.toLowerCase().split("*");
  const wanted = needed.toLowerCase();
  return rest.length === 0
    ? wanted === start
    : wanted.startsWith(start) && wanted.endsWith(rest.at(-1) ?? "");
}

test("the role on the page grants what is needed, and nothing else", () => {
  const json = /```json\n([\s\S]*?)```/.exec(PAGE)?.[1] ?? "";
  const { Actions } = role.parse(JSON.parse(json));
  const documented = [...NEEDED, "Microsoft.Insights/eventtypes/values/read"];
  expect(documented.filter((needed) => !Actions.some((action) => covers(action, needed)))).toEqual(
    [],
  );
  expect(Actions.filter((action) => !NEEDED.some((needed) => covers(action, needed)))).toEqual([]);
  expect(Actions.every((action) => action.endsWith("/read"))).toBe(true);
});

test("the page names every permission as refusals name it", () => {
  expect(NEEDED.filter((needed) => !PAGE.includes(`\`${needed}\``))).toEqual([]);
});
