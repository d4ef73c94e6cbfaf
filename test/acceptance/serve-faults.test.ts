import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { expectNoCrash } from "./program.ts";
import { openingsOf } from "./trail-rows.ts";
import { WatchedTenant } from "./watched-tenant.ts";

describe("a start that cannot be", () => {
  test("a configuration with faults: all at once, each on a line of its own, exit 1", async () => {
    const tenant = await WatchedTenant.start();
    tenant.folder.file(
      "doorbell.yaml",
      `azure:
  poll: often
  tenants:
    - id: contoso.onmicrosoft.com
      credential: { kind: client-secret, client-id: me, client-secret: { env: NOWHERE } }
      subscriptions: []
store: { kind: oracle }
retention: 1d
colour: blue
http: { port: 99999 }
`,
    );
    for (const words of [[], ["serve"], ["ask", "what is open"], ["trail"], ["doctor"]]) {
      const run = await tenant.run(words);
      expect(run).toMatchObject({ status: 1, stdout: "" });
      const [title, ...faults] = run.stderr.trimEnd().split("\n");
      expect(title).toBe("The configuration has 8 faults:");
      expect(
        faults.map((line) => /^doorbell\.yaml:\d+:\d+: ([\w.[\]-]+): .{10}/.exec(line)?.[1]),
      ).toEqual([
        "azure.poll",
        "azure.tenants[0].credential.client-id",
        "azure.tenants[0].credential.client-secret",
        "azure.tenants[0].subscriptions",
        "store.kind",
        "retention",
        "colour",
        "http.port",
      ]);
    }
  });

  test("a configuration that is named but not there is told of", async () => {
    const tenant = await WatchedTenant.start();
    const run = await tenant.run(["serve", "--config", "elsewhere.yaml"]);
    expect(run).toMatchObject({ status: 1, stdout: "" });
    expect(run.stderr).toMatch(/^The configuration elsewhere\.yaml cannot be read: .*\n$/);
  });

  test("a port in use: one line that names http.port, exit 1, and the store is left in order", async () => {
    const tenant = await WatchedTenant.start();
    const first = tenant.serve();
    await first.until("stderr", /Doorbell serves\./);
    const run = await tenant.run(["serve"]);
    expect(run.status).toBe(1);
    expect(run.stderr.trimEnd().split("\n").at(-1)).toBe(
      `Another program listens on 127.0.0.1:${tenant.healthPort}: choose another http.port, or off.`,
    );
    expectNoCrash(run);
    expect((await first.end("SIGTERM")).status).toBe(0);
  });

  test.each([
    ["newer", "insert into schema_migration values (99, 'the future')", /newer Doorbell/],
    ["of another program", "pragma application_id = 7", /belongs to another program/],
  ])("a database that is %s: one line that names store.path, exit 1", async (_, change, said) => {
    const tenant = await WatchedTenant.start();
    await tenant.run(["trail"]);
    const database = new DatabaseSync(tenant.database);
    database.exec(change);
    database.close();
    for (const words of [["serve"], ["ask", "what is open"], ["trail"]]) {
      const run = await tenant.run(words);
      expect(run.status).toBe(1);
      const last = run.stderr.trimEnd().split("\n").at(-1);
      expect(last).toMatch(said);
      expect(last).toContain("store.path");
      expectNoCrash(run);
    }
  });
});

describe("what Azure refuses while Doorbell serves is told in the log, on the health page and in answers", () => {
  const unknown = "0123abcd-0123-4123-8123-0123456789ab";
  const log = "Microsoft.Insights/eventtypes/management/values/read";
  test.each([
    ["a missing permission", { refuse: log }, new RegExp(`its identity lacks ${log}`)],
    [
      "a wrong secret",
      { secret: "wrong" },
      /azure\.tenants\[0\]\.credential\.client-secret is wrong/,
    ],
    [
      "an unknown Azure subscription",
      { subscriptions: [unknown] },
      /There is no Azure subscription 0123abcd/,
    ],
  ])("%s", async (_, how, said) => {
    const tenant = await WatchedTenant.start("subscriptions" in how ? how : {});
    if ("refuse" in how) {
      tenant.sandbox.refuse(how.refuse);
    }
    const program = tenant.serve({
      environment: "secret" in how ? { SANDBOX_SECRET: how.secret } : {},
    });
    await program.until("stderr", said);
    const { status, text } = await tenant.health();
    expect(status).toBe(503);
    expect(text).toMatch(said);
    const asked = await tenant.run(["ask", "status"]);
    expect(asked.status).toBe(0);
    const [watched = ""] =
      "subscriptions" in how ? how.subscriptions : tenant.sandbox.subscriptions;
    expect(asked.stdout.replaceAll("\n", " ")).toContain(
      `Warning: Azure subscription ${watched} has not been read yet.`,
    );
    expect(asked.stdout).not.toContain("All 0 feeds");
    const run = await program.end("SIGTERM");
    expect(run.status).toBe(0);
    expectNoCrash(run);
    expect(run.stderr.match(new RegExp(said, "g"))?.length).toBeLessThanOrEqual(3);
  });
});

test("A database that is locked for a while delays what is stored and loses nothing", async () => {
  const tenant = await WatchedTenant.start({
    more: "notifications:\n  - channel: { platform: terminal, channel: main }\n",
  });
  const program = tenant.serve();
  await program.until("stderr", /Doorbell serves\./);
  const other = new DatabaseSync(tenant.database);
  other.exec("begin immediate");
  await tenant.open("vm=vm-x&port=22&as=carol");
  await program.until("stderr", /is locked by another program: stop that program/);
  expect((await tenant.health()).status).toBe(503);
  other.exec("rollback");
  other.close();
  await program.until("stdout", /carol@contoso\.com opened SSH \(22\) on vm-x/);
  const run = await program.end("SIGTERM");
  expect(run.status).toBe(0);
  expectNoCrash(run);
});

test("A disk that takes no more is told of, and once it does nothing is missing", async () => {
  const tenant = await WatchedTenant.start();
  await tenant.run(["trail"]);
  const full = tenant.serve({ fileLimit: 400 });
  await full.until(
    "stderr",
    /(?:No space is left for|The disk fails to read or write) the database/,
  );
  expect((await tenant.health()).status).toBe(503);
  const stopped = await full.end("SIGTERM");
  expect(stopped.status).toBe(0);
  expectNoCrash(stopped);

  const roomy = tenant.serve();
  const file = tenant.folder.file("log.json", await tenant.log(8));
  const wanted = openingsOf(await tenant.run(["trail", "--json", "--from", file]));
  let known: readonly string[] = [];
  for (let looks = 0; looks < 30 && known.length < wanted.length; looks += 1) {
    known = openingsOf(await tenant.run(["trail", "--json"]));
  }
  expect(known.toSorted()).toEqual(wanted.toSorted());
  expect((await roomy.end("SIGTERM")).status).toBe(0);
});
