import { expect, test } from "vitest";
import { z } from "zod";
import { expectNoCrash } from "./program.ts";
import { trailLines } from "./trail-rows.ts";
import { WatchedTenant } from "./watched-tenant.ts";

const RINGS = `notifications:
  - channel: { platform: terminal, channel: main }
`;

const LOG_LINE = z.looseObject({
  time: z.iso.datetime(),
  level: z.enum(["error", "warning", "info", "debug"]),
  message: z.string().min(1),
});

/** A notification that rings, of the person on port 22 of vm-x. */
const ringOf = (person: string): RegExp =>
  new RegExp(`^ring .* n-[0-9a-z]{12}.*:\\n${person}@\\S+ opened SSH \\(22\\) on vm-x`, "gm");

test("A tenant is served: its openings ring with the person, the health page says so, every command works beside it, and SIGTERM ends it", async () => {
  const tenant = await WatchedTenant.start({ more: RINGS });
  const program = tenant.serve();
  await program.until("stderr", /Doorbell serves\./);
  await tenant.open("vm=vm-x&port=22&as=carol&why=ticket");
  await program.until("stdout", ringOf("carol"));
  // What stood before the first start does not ring.
  expect(program.stdout.match(/^ring /gm)).toHaveLength(1);

  expect(await tenant.health()).toEqual({ status: 200, text: '{"status":"ok","problems":[]}\n' });
  const { status, text } = await tenant.health("/metrics?x=1");
  expect(status).toBe(200);
  expect(text).toMatch(/^doorbell_store_up 1$/m);
  expect(text).toMatch(/^doorbell_deliveries\{state="posted"\} 1$/m);
  expect((await tenant.health("//")).status).toBe(404);
  expect((await tenant.health("/")).status).toBe(404);

  const asked = await tenant.run(["ask", "who opened ssh on vm-x in the last 10 minutes"]);
  expect(asked).toMatchObject({ status: 0, stderr: "" });
  expect(asked.stdout).toMatch(/^carol@\S+ opened SSH \(22\) on vm-x/);
  const trail = await tenant.run(["trail", "--json", "--vm", "vm-x", "--open"]);
  expect(trailLines(trail).some(({ actor }) => actor?.startsWith("carol@"))).toBe(true);

  const run = await program.end("SIGTERM");
  expect(run.status).toBe(0);
  expectNoCrash(run);
  const lines = run.stderr
    .trimEnd()
    .split("\n")
    .map((line) => LOG_LINE.parse(JSON.parse(line)));
  expect(lines.map(({ level }) => level)).not.toContain("warning");
  expect(lines.at(-1)?.message).toBe("Doorbell has stopped.");
  expect(run.stderr).not.toContain(tenant.sandbox.clientSecret);
});

test("Killed and started again, it goes on where it was: nothing rings twice, and what opened meanwhile rings", async () => {
  const tenant = await WatchedTenant.start({ more: RINGS });
  const killed = tenant.serve();
  await killed.until("stderr", /Doorbell serves\./);
  await tenant.open("vm=vm-x&port=22&as=carol");
  await killed.until("stdout", ringOf("carol"));
  const before = await tenant.run(["trail", "--json"]);
  await killed.end("SIGKILL");
  await tenant.open("vm=vm-x&port=22&as=dave");

  const program = tenant.serve();
  await program.until("stdout", ringOf("dave"));
  const after = await tenant.run(["trail", "--json"]);
  const ids = new Set(trailLines(after).map(({ id }) => id));
  expect(trailLines(before).filter(({ id }) => !ids.has(id))).toEqual([]);
  const run = await program.end("SIGTERM");
  expect(run.stdout).not.toMatch(ringOf("carol"));
  expect(run.status).toBe(0);
  expectNoCrash(run);
});

test("Asked to stop while it starts, it stops", async () => {
  const tenant = await WatchedTenant.start();
  const program = tenant.serve();
  await program.until("stderr", /Doorbell starts\./);
  const run = await program.end("SIGTERM");
  expect(run.status).toBe(0);
  expectNoCrash(run);
});
