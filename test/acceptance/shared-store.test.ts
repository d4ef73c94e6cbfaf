import { expect, test } from "vitest";
import { trailLines } from "./trail-rows.ts";
import { WatchedTenant } from "./watched-tenant.ts";

test("What is imported while Doorbell serves stays as it was imported, whatever Doorbell stores afterwards", async () => {
  const tenant = await WatchedTenant.start({
    backfill: "0",
    more: "notifications:\n  - channel: { platform: terminal, channel: main }\n",
  });
  const program = tenant.serve();
  await program.until("stderr", /Doorbell serves\./);
  const poor = await past(tenant);
  const file = tenant.folder.file("week.json", await tenant.log(8));
  expect((await tenant.run(["import", file])).status).toBe(0);
  const rich = await past(tenant);
  expect(rich.length).toBeGreaterThan(poor.length);

  // Whatever Doorbell concludes from now on, it concludes from everything.
  await tenant.open("vm=vm-x&port=22&as=carol");
  await program.until("stdout", /carol@contoso\.com opened SSH \(22\) on vm-x/);
  expect(program.stdout.match(/^ring /gm)).toHaveLength(1);
  expect(await past(tenant)).toEqual(rich);
  expect((await program.end("SIGTERM")).status).toBe(0);
  const again = tenant.serve();
  await again.until("stderr", /Doorbell serves\./);
  await tenant.run(["trail"]);
  expect(await past(tenant)).toEqual(rich);
  expect((await again.end("SIGTERM")).stdout).not.toMatch(/^ring /m);
});

/** What is known of the openings before carol's, but for what witnesses confirm as they are read. */
async function past(tenant: WatchedTenant): Promise<readonly string[]> {
  const lines = trailLines(await tenant.run(["trail", "--json"]));
  return lines
    .filter(({ actor }) => actor !== "carol@contoso.com")
    .map((line) => JSON.stringify({ ...line, events: [], reasons: [], candidates: [] }));
}
