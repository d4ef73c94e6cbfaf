import { readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { expectNoCrash } from "./program.ts";
import type { Run } from "./program.ts";
import { WatchedTenant } from "./watched-tenant.ts";

/** The checks that did not pass, one line each. */
function complaints({ stdout }: Run): readonly string[] {
  return stdout.split("\n").filter((line) => /^(?:FAILED|limited)/.test(line));
}

describe("doctor", () => {
  test("checks configuration, store and each permission, and all passes", async () => {
    const tenant = await WatchedTenant.start();
    const run = await tenant.run(["doctor"]);
    expect(run).toMatchObject({ status: 0, stderr: "" });
    const [subscription = ""] = tenant.sandbox.subscriptions;
    expect(run.stdout.trimEnd().split("\n")).toEqual([
      "ok       configuration doorbell.yaml",
      `ok       store SQLite in ${tenant.database}`,
      `ok       the Activity Log of Azure subscription ${subscription}`,
      `ok       network security groups of Azure subscription ${subscription}`,
      `ok       JIT policies of Azure subscription ${subscription}`,
      `ok       network interfaces of Azure subscription ${subscription}`,
      `ok       virtual machines of Azure subscription ${subscription}`,
      "Doorbell can do its work.",
    ]);
  });

  test("tells of which day the oldest row of a Log Analytics workspace is", async () => {
    const tenant = await WatchedTenant.start({ logAnalytics: "30d" });
    const run = await tenant.run(["doctor"]);
    expect(run).toMatchObject({ status: 0, stderr: "" });
    const { workspace, subscriptions } = tenant.sandbox;
    expect(run.stdout).toMatch(
      new RegExp(
        `^ok       the Log Analytics workspace ${workspace} of Azure subscription ${subscriptions[0] ?? "-"}: its oldest row is of 20\\d\\d-\\d\\d-\\d\\dT[0-9:.]+Z$`,
        "m",
      ),
    );
    tenant.sandbox.refuse("Microsoft.OperationalInsights/workspaces/query/AzureActivity/read");
    const refused = await tenant.run(["doctor"]);
    expect(refused.status).toBe(0);
    expect(complaints(refused)).toEqual([
      expect.stringMatching(/^limited .*\/AzureActivity\/read there; the roles Log Analytics/),
    ]);
  });

  test.each([
    ["Microsoft.Insights/eventtypes/management/values/read", "FAILED", 1],
    ["Microsoft.Network/networkSecurityGroups/read", "limited", 0],
    ["Microsoft.Security/locations/jitNetworkAccessPolicies/read", "limited", 0],
    ["Microsoft.Network/networkInterfaces/read", "limited", 0],
    ["Microsoft.Compute/virtualMachines/read", "limited", 0],
  ])("names %s when it is missing", async (action, result, status) => {
    const tenant = await WatchedTenant.start();
    tenant.sandbox.refuse(action);
    const run = await tenant.run(["doctor"]);
    expect(run.status).toBe(status);
    expect(complaints(run)).toEqual([expect.stringMatching(new RegExp(`^${result} .*${action}`))]);
    expectNoCrash(run);
  });

  const unknown = "0123abcd-0123-4123-8123-0123456789ab";
  test.each([
    [
      "a wrong secret",
      {},
      { SANDBOX_SECRET: "wrong" },
      /azure\.tenants\[0\]\.credential\.client-secret is wrong/,
    ],
    [
      "an Azure subscription that does not exist",
      { subscriptions: [unknown] },
      {},
      new RegExp(`no Azure subscription ${unknown} .*azure\\.tenants\\[0\\]\\.subscriptions`),
    ],
    [
      "a certificate that nobody trusts",
      {},
      { NODE_EXTRA_CA_CERTS: "" },
      /TLS certificate of 127\.0\.0\.1:\d+ is not accepted.*NODE_EXTRA_CA_CERTS/,
    ],
  ])("names what to change: %s", async (_, changes, environment, said) => {
    const tenant = await WatchedTenant.start(changes);
    const run = await tenant.run(["doctor"], { environment });
    expect(run.status).toBe(1);
    for (const line of complaints(run)) {
      expect(line).toMatch(said);
    }
    expect(complaints(run)).not.toEqual([]);
    expectNoCrash(run);
  });

  test("names the host that cannot be reached", async () => {
    const tenant = await WatchedTenant.start();
    await tenant.sandbox.stop();
    const run = await tenant.run(["doctor"]);
    expect(run.status).toBe(1);
    expect(complaints(run)[0]).toMatch(/127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)/);
    expectNoCrash(run);
  });

  test("says that no Azure subscription is watched", async () => {
    const tenant = await WatchedTenant.start();
    tenant.folder.file("doorbell.yaml", "http: { port: off }\n");
    const run = await tenant.run(["doctor"]);
    expect(run.status).toBe(1);
    expect(complaints(run)).toEqual([expect.stringMatching(/^FAILED .*azure\.tenants/)]);
  });

  test.each([
    ["damaged", /damaged: restore it from a backup/],
    ["of a newer Doorbell", /newer Doorbell/],
    ["of another program", /belongs to another program: set store\.path/],
    ["locked", /locked by another program/],
    ["no database", /not a Doorbell database: set store\.path/],
  ])("says that the store is %s, and checks the rest", async (what, said) => {
    const tenant = await WatchedTenant.start();
    const release = await spoil(tenant, what);
    const run = await tenant.run(["doctor"]);
    release();
    expect(run.status).toBe(1);
    expect(complaints(run)).toEqual([expect.stringMatching(said)]);
    expect(run.stdout).toContain("ok       the Activity Log of Azure subscription");
    expectNoCrash(run);
  });
});

/** Spoils the store; returns what lets go of it. */
async function spoil(tenant: WatchedTenant, how: string): Promise<() => void> {
  if (how === "no database") {
    writeFileSync(tenant.database, "dear diary\n".repeat(100));
    return () => undefined;
  }
  if (how === "of another program") {
    const other = new DatabaseSync(tenant.database);
    other.exec("create table recipe (name text)");
    other.close();
    return () => undefined;
  }
  // A store as Doorbell makes it.
  await tenant.run(["trail"]);
  const database = new DatabaseSync(tenant.database);
  if (how === "locked") {
    database.exec("begin immediate");
    return () => {
      database.close();
    };
  }
  if (how === "of a newer Doorbell") {
    database.exec("insert into schema_migration values (99, 'the future')");
    database.close();
    return () => undefined;
  }
  database.close();
  const content = readFileSync(tenant.database);
  writeFileSync(tenant.database, content.fill(0x5a, 4096));
  return () => undefined;
}
