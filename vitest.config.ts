import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/property-seed.ts"],
    // A guard against hanging, not a measure: a property runs 1,500 tenants, on machines that others use too.
    testTimeout: 300_000,
    hookTimeout: 120_000,
    // Many tests wait for servers, clocks and databases more than they compute.
    maxWorkers: Math.max(4, availableParallelism()),
    reporters: ["default"],
  },
});
