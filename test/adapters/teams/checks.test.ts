import { expect, test } from "vitest";
import { checkTeams } from "../../../adapters/teams/index.ts";
import type { TeamsCheck, TeamsSettings } from "../../../adapters/teams/index.ts";
import { DoorbellError } from "../../../src/errors.ts";
import { freePort, sitting } from "./teams-sitting.ts";

async function checked(
  settings: TeamsSettings,
  accessToken: () => Promise<string> = () => Promise.resolve("token"),
): Promise<readonly TeamsCheck[]> {
  const checks: TeamsCheck[] = [];
  for await (const check of checkTeams(settings, accessToken, () => undefined)) {
    checks.push(check);
  }
  return checks;
}

function resultsOf(checks: readonly TeamsCheck[]): readonly string[] {
  return checks.map(({ result }) => result);
}

test("all that Teams needs passes where it is there", async () => {
  const { settings } = await sitting({ starts: false });
  const checks = await checked({ ...settings, publicUrl: "https://doorbell.example/api/messages" });
  expect(resultsOf(checks)).toEqual(["passed", "passed", "passed", "passed"]);
  expect(checks.at(-1)?.what).toContain("not tried");
});

test("without a public address it is told what that costs", async () => {
  const { settings } = await sitting({ starts: false });
  const last = (await checked(settings)).at(-1);
  expect(last).toMatchObject({ result: "limited" });
  expect(last?.advice).toContain("teams.http.public-url");
});

test("a credential that is refused is told with its advice", async () => {
  const { settings } = await sitting({ starts: false });
  const refused = new DoorbellError("credentials", "The client secret has expired: make another.");
  const [first] = await checked(settings, () => Promise.reject(refused));
  expect(first).toMatchObject({
    result: "failed",
    advice: "The client secret has expired: make another.",
  });
});

test("development without authentication is told of", async () => {
  const { settings } = await sitting({ starts: false });
  const [first] = await checked({ ...settings, appId: null });
  expect(first).toMatchObject({ result: "limited" });
});

test("keys of another cloud, of nobody, or that are away fail", async () => {
  const { settings, teams } = await sitting({ starts: false });
  const { cloud } = settings;
  const results = [];
  for (const differs of [
    { issuer: "https://api.botframework.us" },
    { openIdMetadataUrl: `${teams.origin}/v1/.well-known/keys` },
    { openIdMetadataUrl: teams.emulatorMetadataUrl },
    { openIdMetadataUrl: `http://127.0.0.1:${await freePort()}/` },
  ]) {
    const [, keys] = await checked({ ...settings, cloud: { ...cloud, ...differs } });
    results.push(keys);
  }
  expect(results.map((keys) => keys?.result)).toEqual(["failed", "failed", "failed", "failed"]);
  expect(results[0]?.advice).toContain("teams.cloud");
  expect(results[3]?.advice).toContain("cannot be reached");
});

test("a Bot Connector that is away fails", async () => {
  const { settings } = await sitting({ starts: false });
  const serviceUrl = `http://127.0.0.1:${await freePort()}/`;
  const [, , connector] = await checked({
    ...settings,
    cloud: { ...settings.cloud, serviceUrl },
  });
  expect(connector).toMatchObject({ result: "failed" });
  expect(connector?.advice).toContain("cannot be reached");
});
