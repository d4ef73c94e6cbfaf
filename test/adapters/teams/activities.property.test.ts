import * as fc from "fast-check";
import { expect, test } from "vitest";
import { lastActivity, sitting } from "./teams-sitting.ts";

const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    { id: "28:bot" },
    [{ id: "28:bot" }],
    [{ type: "mention", text: "<at>", mentioned: { id: "28:bot" } }],
    { action: { verb: "ask", data: { command: "" } } },
    { team: { id: "19:team@thread.tacv2" }, eventType: "teamDeleted", tenant: { id: "x" } },
  ),
);
const fields = fc.record(
  {
    type: fc.oneof(
      fc.constantFrom("message", "invoke", "conversationUpdate", "installationUpdate", "typing"),
      anything,
    ),
    id: anything,
    name: fc.oneof(fc.constantFrom("adaptiveCard/action", "composeExtension/query"), anything),
    from: anything,
    recipient: anything,
    conversation: anything,
    channelData: anything,
    text: anything,
    value: anything,
    entities: anything,
    localTimezone: anything,
    membersAdded: anything,
    membersRemoved: anything,
    action: anything,
  },
  { requiredKeys: [] },
);

test("whatever Teams may send is answered, and nothing breaks", async () => {
  const at = await sitting();
  await at.alice.says(at.ops, "@doorbell what is open");
  await at.said(at.ops);
  const usual = lastActivity(at.teams);
  await fc.assert(
    fc.asyncProperty(fields, async (strange) => {
      const { status } = await at.teams.deliveries.make({ ...usual, ...strange });
      expect([200, 400, 501]).toContain(status);
    }),
    { numRuns: 150 },
  );
  expect(at.log.filter((line) => line.startsWith("error"))).toEqual([]);
  await at.alice.says(at.ops, "@doorbell who opened vm-x");
  await at.teams.tenant.until(() => at.asked.some(({ text }) => text === "who opened vm-x"));
});
