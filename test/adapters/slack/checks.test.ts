import { expect, test } from "vitest";
import { checkSlack } from "../../../adapters/slack/index.ts";
import type { SlackCheck } from "../../../adapters/slack/index.ts";
import { SCOPES } from "../../../adapters/slack/scopes.ts";
import { sitting } from "./slack-sitting.ts";
import type { Sitting } from "./slack-sitting.ts";

async function checksOf(at: Sitting): Promise<readonly SlackCheck[]> {
  const checks: SlackCheck[] = [];
  for await (const check of checkSlack(at.settings, () => undefined)) {
    checks.push(check);
  }
  return checks;
}

test("tokens that Slack takes pass, and it is told whose they are", async () => {
  const checks = await checksOf(await sitting({ starts: false }));
  expect(checks.map(({ result }) => result)).toEqual(["passed", "passed"]);
  expect(checks[0]?.what).toContain("https://contoso.slack.com/ (T0CONTOSO)");
});

test("a missing scope limits Doorbell, and it is told in which way", async () => {
  const scopes = SCOPES.filter((scope) => !["channels:history", "im:history"].includes(scope));
  const checks = await checksOf(await sitting({ starts: false, fake: { scopes } }));
  expect(checks.filter(({ result }) => result === "limited")).toMatchObject([
    { what: "Slack: scope channels:history" },
    { what: "Slack: scope im:history" },
  ]);
  expect(checks[1]?.advice).toContain("posts whose answer was lost");
});

test("the scope of user groups is asked for only where some are named", async () => {
  const at = await sitting({ starts: false, settings: { groups: ["S0123456789"] } });
  const limited = (await checksOf(at)).filter(({ result }) => result === "limited");
  expect(limited).toMatchObject([{ what: "Slack: scope usergroups:read" }]);
  expect(limited[0]?.advice).toContain("the members of `slack.groups` are not answered");
});

test("tokens that Slack refuses fail, each with what to do", async () => {
  const at = await sitting({ starts: false });
  at.slack.tokens.revokeTeam(at.slack.workspace.team);
  const checks = await checksOf(at);
  expect(checks.map(({ result }) => result)).toEqual(["failed", "failed"]);
  expect(checks[0]?.advice).toContain("slack.bot-token");
  expect(checks[1]?.advice).toContain("slack.app-token");
});

test("Slack that is away fails the checks in words", async () => {
  const at = await sitting({ starts: false });
  at.slack.goAway();
  const [check] = await checksOf(at);
  expect(check).toMatchObject({ result: "failed" });
  expect(check?.advice).toContain("cannot be reached");
});
