import { describe, expect, test } from "vitest";
import { commandLabel } from "../../../adapters/chat/command-label.ts";

const VM =
  "/subscriptions/5c0ffee0-1234-4abc-8def-0123456789ab/resourceGroups/rg-prod/providers/Microsoft.Compute/virtualMachines/vm-x";

describe("a question on a button", () => {
  test.each([
    ["show o-7c1f4a90b2de", "show o-7c1f4a90b2de"],
    [`history of ${VM}`, "history of vm-x (rg-prod)"],
    [
      `who opened port 22 on ${VM.toLowerCase()} today`,
      "who opened port 22 on vm-x (rg-prod) today",
    ],
    [`${VM}/extensions/one and ${VM}`, "one (rg-prod) and vm-x (rg-prod)"],
    ["history of /subscriptions/none", "history of /subscriptions/none"],
  ])("%s", (command, label) => {
    expect(commandLabel(command)).toBe(label);
  });
});
