import { expect, test } from "vitest";
import { JIT_INITIATE, POLICY_ID, VM_ID, apiForm, rowContent } from "../azure/row-forms.ts";
import type { RowContent } from "../azure/row-forms.ts";
import { eventsOf, trailOf } from "./tenant-feed.ts";

function requestRow(resource: string, status: RowContent["status"], second: number) {
  return apiForm(
    rowContent({
      operation: JIT_INITIATE,
      resource,
      status,
      eventDataId: `${resource} ${status}`,
      correlationId: resource,
      time: `2026-11-23T14:02:${second}.0000000Z`,
    }),
  );
}

test("rows on the policy and on the VM by one person within a minute are one request", () => {
  const rows = [requestRow(POLICY_ID, "Accepted", 10), requestRow(VM_ID, "Succeeded", 12)];
  expect(trailOf([eventsOf(rows)]).requests).toMatchObject([{ outcome: "accepted" }]);
});

test("a refused request takes no rows of a granted one", () => {
  const rows = [requestRow(POLICY_ID, "Failed", 10), requestRow(VM_ID, "Succeeded", 12)];
  const { requests } = trailOf([eventsOf(rows)]);
  expect(requests.map(({ outcome }) => outcome)).toEqual(["denied", "accepted"]);
});
