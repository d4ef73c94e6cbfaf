import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DatabaseStore } from "../../src/store/database-store.ts";
import { STEPS, STORE_CALL_NAMES } from "./steps.ts";

const PORTS = readFileSync(new URL("../../src/ports.ts", import.meta.url), "utf8");

/** The methods of an interface of `src/ports.ts`, as its text has them. */
function methodsOf(port: string): readonly string[] {
  const [, body = ""] =
    new RegExp(`export interface ${port} \\{\\n([^]*?)\\n\\}`).exec(PORTS) ?? [];
  return [...body.matchAll(/^ {2}(\w+)\??\(/gm)].map(([, name = ""]) => name);
}

describe("the steps at which the crash suite kills", () => {
  test.each(["TrailWriter", "OutboxStore", "LeaseStore"])("every method of %s is one", (port) => {
    const methods = methodsOf(port);
    expect(methods.length).toBeGreaterThan(3);
    for (const method of methods) {
      expect(STEPS).toContain(`before ${method}`);
      expect(STEPS).toContain(`after ${method}`);
    }
  });

  test("each is a method of the store that the program uses", () => {
    for (const call of STORE_CALL_NAMES) {
      expect(DatabaseStore.prototype).toHaveProperty(call);
    }
  });
});
