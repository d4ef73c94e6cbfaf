import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/property-seed.ts"],
    // A guard against hanging, not a measure: a property runs 1,500 tenants, on machines that others use too.
    testTimeout: 300_000,
    reporters: ["default"],
  },
});
