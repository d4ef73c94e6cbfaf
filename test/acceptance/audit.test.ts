import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { startFakeSlack } from "../fakes/slack/fake-slack.ts";
import { freePort } from "../adapters/slack/slack-sitting.ts";
import { shownText } from "../fakes/slack/reading.ts";
import { expectNoCrash } from "./program.ts";
import { WatchedTenant } from "./watched-tenant.ts";

const rowSchema = z.strictObject({
  id: z.string().regex(/^a-[0-9a-z]{12}$/),
  at: z.iso.datetime(),
  platform: z.string(),
  workspace: z.string(),
  channel: z.string(),
  userId: z.string(),
  user: z.string(),
  kind: z.enum(["question", "action", "home", "search"]),
  text: z.string(),
  outcome: z.string(),
  reason: z.string().nullable(),
  vms: z.array(z.string()),
  openings: z.number().nullable(),
  tookMs: z.number().nullable(),
});

test("a refused stranger, a flood and a question at the command line stand in the audit, in each form", async () => {
  const slack = await startFakeSlack({ rateLimits: false });
  onTestFinished(async () => slack.stop());
  const person = (name: string, team: string) =>
    slack.person(slack.workspace.addUser({ name, team, realName: name }));
  const { team } = slack.workspace;
  const [alice, bob, eve] = [
    person("alice", team),
    person("bob", team),
    person("=eve", "T0OTHERS"),
  ];
  const ops = slack.workspace.addChannel({ name: "ops" });
  const port = await freePort();
  slack.deliveries.requestUrl = `http://127.0.0.1:${port}/slack/events`;
  const tenant = await WatchedTenant.start({
    more: `
slack:
  bot-token: { file: bot-token }
  http: { signing-secret: { file: signing-secret }, port: ${port} }
  channels: [${ops.id}]
  api-url: ${slack.apiUrl}
`,
  });
  tenant.folder.file("bot-token", slack.botToken);
  tenant.folder.file("signing-secret", slack.signingSecret);
  const serve = tenant.serve();
  await serve.until("stderr", /Doorbell serves\./);

  const hears = async (who: typeof alice, pattern: RegExp): Promise<unknown> =>
    slack.workspace.until(() => who.sees(ops).find((one) => pattern.test(shownText(one, "UTC"))));
  await eve.types(ops, "/jit what is open to any source");
  await hears(eve, /people of its own organisation only/);
  await Promise.all(Array.from({ length: 14 }, () => alice.types(ops, "/jit help")));
  await hears(alice, /Slow down: .* Ask again in 20 s/);
  await bob.types(ops, "/jit who has access to vm-x");
  await hears(bob, /vm-x/);
  expect((await tenant.run(["ask", "what is open"])).status).toBe(0);

  const audit = async (...words: readonly string[]) => {
    const run = await tenant.run(["audit", ...words]);
    expectNoCrash(run);
    expect(run).toMatchObject({ status: 0, stderr: "" });
    return run.stdout;
  };
  const rows = async (...words: readonly string[]) =>
    z.array(rowSchema).parse(JSON.parse(await audit("--format", "json", ...words)));
  const [refused, flood, answered, before, all, lines, csv, table, nobody] = await Promise.all([
    rows("--outcome", "refused"),
    rows("--user", alice.user.id),
    rows("--user", "BOB", "--channel", ops.id, "--since", "1h"),
    rows("--until", "1h"),
    rows(),
    audit("--format", "ndjson"),
    audit("--format", "csv", "--outcome", "refused"),
    audit("--outcome", "refused"),
    audit("--user", "nobody"),
  ]);
  expect(refused).toMatchObject([
    {
      platform: "slack",
      workspace: team,
      channel: ops.id,
      userId: eve.user.id,
      user: "=eve",
      kind: "question",
      text: "what is open to any source",
      outcome: "refused",
      reason: "foreign",
      vms: [],
    },
  ]);
  const count = (wanted: string): number =>
    flood.filter(({ outcome }) => outcome === wanted).length;
  expect(flood).toHaveLength(14);
  // One more may be taken for each 6 s that a slow machine needs.
  expect(count("answered")).toBeGreaterThanOrEqual(10);
  expect(count("slowed")).toBe(14 - count("answered"));
  expect(count("slowed")).toBeGreaterThan(0);
  expect(answered).toMatchObject([{ outcome: "answered", vms: ["vm-x"] }]);
  expect(before).toEqual([]);
  expect(all.filter(({ platform }) => platform === "command-line")).toMatchObject([
    { text: "what is open", outcome: "answered" },
  ]);
  expect(all.map(({ at }) => at)).toEqual(all.map(({ at }) => at).toSorted());

  const parsed = lines.trimEnd().split("\n");
  expect(parsed.map((line) => rowSchema.parse(JSON.parse(line)))).toEqual(all);
  const [head, first] = csv.split("\r\n");
  expect(head).toBe(Object.keys(rowSchema.shape).join(","));
  expect(first).toContain(",'=eve,question,what is open to any source,refused,foreign,,,0");
  expect(table).toMatch(/when \(UTC\) +who +where +outcome[^]*=eve +slack C\w+ +refused: foreign/);
  expect(nobody).toBe("Nobody asked anything that fits.\n");

  const run = await serve.end("SIGTERM");
  expect(run.status).toBe(0);
  expectNoCrash(run);
});

test.each([
  [["--format", "xml"], "--format xml: use one of text, json, csv, ndjson."],
  [["--outcome", "lost"], "--outcome lost: use one of answered, refused,"],
  [["--since", "never"], "--since never: not a time."],
  [["--zone", "Mars"], "--zone Mars: not a time zone."],
])("audit %j is told in a line, exit 2", async (words, said) => {
  const tenant = await WatchedTenant.start();
  const run = await tenant.run(["audit", ...words]);
  expect(run).toMatchObject({ status: 2, stdout: "" });
  expect(run.stderr).toContain(said);
});
