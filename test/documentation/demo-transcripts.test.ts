import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runProcess } from "../acceptance/program.ts";
import { page, ROOT } from "./pages.ts";

// A demo tells of now, so its transcripts are compared without times, and where the story goes on
// while a machine is slow, by their form.
const BLOCKS = [...(await page("README.md")).matchAll(/```text\n([\s\S]*?)```/g)].map(
  ([, text = ""]) => text,
);
/** Rows take up to 20 minutes of the tenant's time: two seconds at this speed. */
const SPEED = 600;
const QUESTION = "who opened port 3389 on vm-x";
const RING = /^ring \d\d:\d\d UTC (n-[0-9a-z]{12})(?:, (?:warning|critical))?:$/gm;
const UPDATE = /^update \d\d:\d\d UTC (n-[0-9a-z]{12})(?:, (?:warning|critical))?:$/gm;
const LABEL = /^([a-z][a-z ]*):  +\S/gm;

// A configuration of whoever runs the tests would be served in place of the demo.
const home = mkdtempSync(join(tmpdir(), "doorbell-docs-"));
afterAll(() => {
  rmSync(home, { recursive: true });
});

/** The block that begins with the command. */
function block(command: string): string {
  const found = BLOCKS.find((text) => text.startsWith(`$ ${command}`)) ?? "";
  expect(found).not.toBe("");
  return found.slice(found.indexOf("\n") + 1);
}

/** What was found in the first pair of brackets, each time. */
function all(text: string, form: RegExp): readonly string[] {
  return [...text.matchAll(form)].map(([, found = ""]) => found);
}

/** Of an answer what no time changes: the first sentence, the rows without their times, the choices. */
function lasting(answer: string): readonly string[] {
  const [first = "", ...rest] = answer.trim().split("\n");
  // A row has two spaces behind its time; running text may begin a line with one too, late in the day.
  const kept = rest.filter((line) =>
    /^(?:Critical|\d{4}-\d\d-\d\d \d\d:\d\d {2}| {2}(?:show|history) )/.test(line),
  );
  return [first, ...kept.map((line) => line.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, "then"))];
}

test("npm start -- demo --once answers what the README shows", async () => {
  const shown = block(`npm start -- demo --once "${QUESTION}"`);
  // However long this machine takes, the tenant's story does not go on meanwhile.
  const run = await runProcess(["demo", "--once", QUESTION, "--speed", "1"]);
  expect(run).toMatchObject({ status: 0, stderr: "" });
  expect(lasting(shown).length).toBeGreaterThan(6);
  expect(lasting(run.stdout)).toEqual(lasting(shown));
});

test("npm start introduces itself as the README shows", async () => {
  const [shown = "", answer = ""] = block("npm ci && npm start").split("doorbell> ");
  const withoutPort = (text: string): string => text.replace(/127\.0\.0\.1:\d+/, "127.0.0.1");
  const run = await runProcess([], {
    input: "",
    environment: { HOME: home, XDG_CONFIG_HOME: home },
  });
  expect(run.status).toBe(0);
  expect(withoutPort(run.stdout).trim()).toBe(withoutPort(shown).trim());
  expect(answer.split("\n")[0]).toBe(QUESTION);
  const shownOnce = block(`npm start -- demo --once "${QUESTION}"`);
  expect(lasting(answer.slice(QUESTION.length))).toEqual(lasting(shownOnce));
});

test("who asks at the front desk as the README shows gets its answer, and it rings and is updated", async () => {
  const [command = "", reply = ""] =
    BLOCKS.find((text) => text.startsWith("$ curl"))?.split("\n") ?? [];
  const query = /\/open\?[^"]+/.exec(command)?.[0] ?? "";
  const notification = BLOCKS.find((text) => text.startsWith("ring ")) ?? "";
  const child = spawn(process.execPath, ["bin/doorbell.js", "demo", "--speed", String(SPEED)], {
    cwd: ROOT,
    env: { TZ: "UTC", HOME: home },
  });
  const ended = once(child, "close");
  let said = "";
  let asked: Promise<string> | null = null;
  for await (const chunk of child.stdout.setEncoding("utf8")) {
    said += String(chunk);
    const desk = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
    if (asked === null && desk !== undefined) {
      asked = fetch(`${desk}${query}`, { method: "POST" }).then(async (response) =>
        response.text(),
      );
    }
    const rung = new Set(all(said, RING));
    const isOver =
      all(said, UPDATE).some((key) => rung.has(key)) && said.includes("SSH (22) on vm-jump");
    if (isOver) {
      child.stdin.end();
    }
  }
  await ended;
  expect(child.exitCode).toBe(0);
  expect((await asked)?.trim()).toBe(reply);
  const [key = ""] = all(notification, RING);
  expect(key).not.toBe("");
  expect(new Set(all(notification, UPDATE))).toEqual(new Set([key]));
  const labels = new Set(all(said, LABEL));
  expect(all(notification, LABEL).filter((label) => !labels.has(label))).toEqual([]);
});
