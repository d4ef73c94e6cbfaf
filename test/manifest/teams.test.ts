import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { inflateSync } from "node:zlib";
import draft04 from "ajv-draft-04";
import addFormats from "ajv-formats";
import { unzipSync } from "fflate";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { COMMAND_FORMS } from "../../src/ask/chat-command.ts";
import { QUESTION_FORMS } from "../../src/ask/question-catalogue.ts";
import { teamsPackage } from "../../src/commands/teams-package.ts";
import { teamsManifest } from "../../src/config/teams-manifest.ts";
import { TempFolder } from "../acceptance/exports.ts";
import { runProcess } from "../acceptance/program.ts";
import type { Run } from "../acceptance/program.ts";

const require = createRequire(import.meta.url);
const FOLDER = new URL("../../manifest/", import.meta.url);
const TEMPLATE = await readFile(new URL("teams/manifest.json", FOLDER), "utf8");
const APP = "11111111-2222-3333-4444-555555555555";
const BOT = { appId: APP, publicUrl: "https://doorbell.example:8443/api/messages" };

const manifestSchema = z.looseObject({
  version: z.string(),
  bots: z.tuple([
    z.looseObject({
      commandLists: z.array(
        z.object({
          scopes: z.array(z.string()),
          commands: z.array(z.object({ title: z.string(), description: z.string() })),
        }),
      ),
    }),
  ]),
});

/** Checks against the schema that Microsoft publishes for this version, which lies in its own package. */
const validate = await (async () => {
  const shipped = require.resolve("@microsoft/app-manifest");
  const path = `json-schemas/teams/v1.30/MicrosoftTeams.schema.json`;
  const text = await readFile(new URL(path, `file://${shipped}`), "utf8");
  const schema = z.record(z.string(), z.json()).parse(JSON.parse(text));
  const ajv = new draft04.default({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv.compile(schema);
})();

function filledIn(): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).parse(JSON.parse(teamsManifest(TEMPLATE, BOT, "1.0.1")));
}

describe("the manifest of the Teams app", () => {
  test.each([
    ["as it comes", JSON.parse(TEMPLATE)],
    ["filled in", filledIn()],
  ])("is valid by the schema of its version, %s", (_, manifest: unknown) => {
    validate(manifest);
    expect(validate.errors ?? []).toEqual([]);
  });

  test.each([
    ["an unknown key", { nonsense: true }],
    ["a bot that is no GUID", { id: "doorbell" }],
    ["a scope that Teams does not know", { bots: [{ botId: APP, scopes: ["world"] }] }],
  ])("would not be valid with %s", (_, change) => {
    expect(validate({ ...filledIn(), ...change })).toBe(false);
  });

  test("names the bot, its version and the public host, without its path", () => {
    expect(filledIn()).toMatchObject({
      $schema:
        "https://developer.microsoft.com/en-us/json-schemas/teams/v1.30/MicrosoftTeams.schema.json",
      manifestVersion: "1.30",
      version: "1.0.1",
      id: APP,
      developer: { websiteUrl: "https://doorbell.example:8443" },
      bots: [{ botId: APP, scopes: ["team", "personal", "groupChat"] }],
      composeExtensions: [{ botId: APP }],
      validDomains: ["doorbell.example:8443"],
    });
  });

  test("proposes commands that Doorbell understands as they stand, at most 12 in each place", () => {
    const known = new Set([...QUESTION_FORMS, ...COMMAND_FORMS].map(({ example }) => example));
    const { commandLists } = manifestSchema.parse(filledIn()).bots[0];
    expect(commandLists.flatMap(({ scopes }) => scopes).toSorted()).toEqual([
      "groupChat",
      "personal",
      "team",
    ]);
    for (const { commands } of commandLists) {
      expect(commands.length).toBeLessThanOrEqual(12);
      expect(commands.map(({ title }) => title).filter((title) => !known.has(title))).toEqual([]);
      expect(new Set(commands.map(({ title }) => title)).size).toBe(commands.length);
    }
  });

  test.each([
    [{ ...BOT, appId: null }, "teams.app-id"],
    [{ ...BOT, publicUrl: null }, "teams.http.public-url"],
  ])("cannot be made of %j: %s is asked for", (bot, key) => {
    expect(() => teamsManifest(TEMPLATE, bot, "1.0.0")).toThrow(key);
  });
});

describe("the icons", () => {
  test("the colour icon is a full square of 192 pixels", async () => {
    const { width, height, pixels } = await readPng("color.png");
    expect([width, height]).toEqual([192, 192]);
    expect(pixels.every(([, , , alpha]) => alpha === 255)).toBe(true);
    expect(new Set(pixels.map(String)).size).toBeGreaterThan(2);
  });

  test("the outline icon is white on nothing, of 32 pixels", async () => {
    const { width, height, pixels } = await readPng("outline.png");
    expect([width, height]).toEqual([32, 32]);
    const seen = pixels.filter(([, , , alpha]) => alpha > 0);
    expect(seen.length).toBeGreaterThan(100);
    expect(seen.every(([...colour]) => String(colour.slice(0, 3)) === "255,255,255")).toBe(true);
    expect(seen.length).toBeLessThan(pixels.length / 2);
  });
});

describe("doorbell manifest teams", () => {
  const TEAMS = `
teams:
  app-id: ${APP}
  tenant: 66666666-7777-8888-9999-000000000000
  credential: { kind: managed-identity }
  http: { public-url: https://doorbell.example/api/messages }
  channels: all
`;

  function program(configuration: string): (words: string, zone?: string) => Promise<Run> {
    const folder = new TempFolder();
    onTestFinished(() => {
      folder.remove();
    });
    folder.file("doorbell.yaml", configuration);
    return async (words, zone = "UTC") =>
      runProcess(["manifest", ...words.split(" ")], { cwd: folder.path, zone });
  }

  test("writes a package with the manifest and the icons, and says where", async () => {
    const folder = new TempFolder();
    onTestFinished(() => {
      folder.remove();
    });
    folder.file("doorbell.yaml", TEAMS);
    const run = await runProcess(["manifest", "teams"], { cwd: folder.path });
    expect(run).toEqual({ status: 0, stdout: "Wrote doorbell-teams.zip.\n", stderr: "" });
    const files = unzipSync(await readFile(`${folder.path}/doorbell-teams.zip`));
    expect(Object.keys(files)).toEqual(["manifest.json", "color.png", "outline.png"]);
    const manifest: unknown = JSON.parse(new TextDecoder().decode(files["manifest.json"]));
    expect(validate(manifest)).toBe(true);
    expect(manifest).toMatchObject({ id: APP, version: "1.0.0" });
    const color = await readFile(new URL("teams/color.png", FOLDER));
    expect(color.equals(files["color.png"] ?? new Uint8Array())).toBe(true);
  });

  test("writes the same bytes wherever it is run", async () => {
    const run = program(TEAMS);
    const [here, there] = await Promise.all([
      run("teams --out -"),
      run("teams --out -", "Pacific/Kiritimati"),
    ]);
    expect(here.stdout).toBe(there.stdout);
    expect(here.stdout.startsWith("PK")).toBe(true);
  });

  test("has one set of bytes for one manifest", async () => {
    const [one, other] = [await teamsPackage("{}", FOLDER), await teamsPackage("{}", FOLDER)];
    expect(Buffer.from(one).equals(other)).toBe(true);
  });

  test.each([
    ["{}", "teams", 1, "Teams is not configured"],
    [TEAMS, "teams --out no/such/folder.zip", 1, "--out no/such/folder.zip"],
    [TEAMS, "teams --app-version new", 2, "three numbers, such as 1.0.1"],
    [TEAMS, "slack --app-version 1.0.1", 2, "only the app of Teams has a version"],
    [TEAMS.replace(/^ {2}http.*$/m, ""), "teams", 1, "teams.http.public-url"],
  ])("with %j, %s ends with %i: %s", async (configuration, words, status, said) => {
    const run = await program(configuration)(words);
    expect(run).toMatchObject({ status, stdout: "" });
    expect(run.stderr).toContain(said);
  });
});

type Pixel = readonly [number, number, number, number];

interface Png {
  readonly width: number;
  readonly height: number;
  readonly pixels: readonly Pixel[];
}

/** Reads a PNG of 8 bits a channel with transparency, without interlacing, as resvg writes them. */
async function readPng(name: string): Promise<Png> {
  const bytes = await readFile(new URL(`teams/${name}`, FOLDER));
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  expect([...bytes.subarray(24, 26)]).toEqual([8, 6]);
  const data: Buffer[] = [];
  for (let at = 8; at < bytes.length; at += bytes.readUInt32BE(at) + 12) {
    if (bytes.toString("latin1", at + 4, at + 8) === "IDAT") {
      data.push(bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)));
    }
  }
  const raw = inflateSync(Buffer.concat(data));
  const stride = width * 4;
  const rows: number[][] = [];
  for (let y = 0; y < height; y += 1) {
    const start = y * (stride + 1);
    const above = rows.at(-1) ?? Array.from({ length: stride }, () => 0);
    const row: number[] = [];
    for (let x = 0; x < stride; x += 1) {
      const [left, up, corner] = [row[x - 4] ?? 0, above[x] ?? 0, x < 4 ? 0 : (above[x - 4] ?? 0)];
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][raw[start] ?? 0] ?? 0;
      row.push(((raw[start + 1 + x] ?? 0) + guess) & 255);
    }
    rows.push(row);
  }
  const pixels = rows.flatMap((row) =>
    Array.from({ length: width }, (_, x): Pixel => [
      row[x * 4] ?? 0,
      row[x * 4 + 1] ?? 0,
      row[x * 4 + 2] ?? 0,
      row[x * 4 + 3] ?? 0,
    ]),
  );
  return { width, height, pixels };
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(left + up - corner - value));
  return (a ?? 0) <= (b ?? 0) && (a ?? 0) <= (c ?? 0) ? left : (b ?? 0) <= (c ?? 0) ? up : corner;
}
