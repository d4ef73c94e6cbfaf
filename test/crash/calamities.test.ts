import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { StoreConfiguration } from "../../src/config/configuration.ts";
import { Secret } from "../../src/config/secret.ts";
import { HOUR, MINUTE } from "../../src/domain/instant.ts";
import { Random } from "../../src/sandbox/random.ts";
import { startPostgres } from "../contracts/postgres-server.ts";
import { DoomedProgram } from "./doomed-program.ts";
import type { Doom } from "./doomed-program.ts";
import { Ground } from "./ground.ts";
import { SHOWN, settled, sqliteIn } from "./series.ts";

const SPEED = 20;
const NOWHERE = { step: null, count: 1 };

/** Whether a program that runs can be given more room: by a tool of util-linux, which macOS lacks. */
const GIVES_ROOM = spawnSync("prlimit", ["--version"]).error === undefined;

/** A program that serves a tenant, and how to count what became of it. */
interface Scene {
  readonly ground: Ground;
  readonly program: DoomedProgram;
  /** Stops the program in order, and starts it anew with nothing in its way. */
  readonly restart: () => Promise<void>;
  /**
   * Waits for everything, and tells what is not as it should be: nothing, where all that opened since the
   * start stands in every channel once and the program stops in order when it is told to.
   */
  readonly amiss: () => Promise<readonly string[]>;
  readonly health: () => Promise<string>;
}

async function scene(
  storeIn: (folder: string) => StoreConfiguration,
  doom: (ground: Ground) => Partial<Doom> = () => ({}),
): Promise<Scene> {
  const ground = await Ground.start(new Random(5), SPEED, storeIn);
  onTestFinished(async () => ground.stop());
  ground.clock.moveOn(SHOWN);
  const shownFrom = ground.clock.now();
  const { path, health } = await ground.configure("only");
  const program = new DoomedProgram(ground, path, { ...NOWHERE, ...doom(ground) });
  let latest = program;
  onTestFinished(async () => latest.kill());
  expect(await program.says(/Doorbell serves\./)).toBe(true);
  const ringsFrom = ground.clock.now();
  return {
    ground,
    program,
    restart: async () => {
      program.signal("SIGTERM");
      await program.end();
      latest = new DoomedProgram(ground, path, NOWHERE);
      expect(await latest.says(/Doorbell serves\./)).toBe(true);
    },
    amiss: async () => {
      const verdict = await settled(ground, { ringsFrom, shownFrom }, () => undefined);
      latest.signal("SIGTERM");
      const end = await latest.end();
      return [
        ...verdict.lost,
        ...verdict.doubled,
        ...verdict.wrong,
        ...(verdict.owed > 0 ? [] : ["nothing opened"]),
        ...(verdict.marked === 0 ? [] : ["a message is marked as a repeat"]),
        ...(end === "0" ? [] : [`it ended with ${end}`]),
      ];
    },
    health: async () => (await fetch(`${health}/healthz`)).text(),
  };
}

/** Waits until the health page says that. */
async function healthSays({ health }: Scene, said: RegExp): Promise<void> {
  await expect.poll(health, { timeout: 60_000 }).toMatch(said);
}

test.each([
  ["ahead", HOUR],
  ["behind", -HOUR],
])("A clock that is an hour %s for a while loses and doubles nothing", async (_, by) => {
  const clockOf = (ground: Ground): string => join(ground.folder, "own-clock.json");
  const at = await scene(sqliteIn, (ground) => {
    ground.clock.writeWrong(clockOf(ground), 0);
    return { clockFile: clockOf(ground) };
  });
  const { ground, program } = at;
  const turn = (wrong: number): void => {
    ground.clock.writeWrong(clockOf(ground), wrong);
    program.signal("SIGUSR2");
  };
  await ground.open();
  await ground.clock.sleep(MINUTE);
  // The outcome of the next post is unknown, and is looked for by a clock that was set right meanwhile.
  ground.slack.faults.plan("chat.postMessage", { kind: "drop-after" });
  turn(by);
  await ground.open();
  await ground.clock.sleep(MINUTE);
  turn(0);
  await ground.open();
  expect(await at.amiss()).toEqual([]);
});

const HOW = GIVES_ROOM
  ? "without a restart"
  : "after a restart, since nothing here gives a running program room";

test(`A disk that is full is told of, and everything is there once there is room, ${HOW}`, async () => {
  const at = await scene(sqliteIn, () => ({ fileLimit: 4000 }));
  const { ground, program } = at;
  const full = /(?:No space is left for|The disk fails to read or write) the database/;
  const filled = (async () => {
    while (program.isAlive && !full.test(program.stderr)) {
      await ground.open();
      await ground.clock.sleep(MINUTE);
    }
  })();
  expect(await program.says(full)).toBe(true);
  await filled;
  await healthSays(at, full);
  await ground.open();
  if (GIVES_ROOM) {
    execFileSync("prlimit", ["--pid", String(program.process), "--fsize=unlimited"]);
  } else {
    await at.restart();
  }
  expect(await at.amiss()).toEqual([]);
});

test("A database that is away is told of, and everything is there once it is back, without a restart", async () => {
  const postgres = await startPostgres();
  onTestFinished(async () => postgres.stop());
  const url = new Secret(await postgres.createDatabase("calamity"));
  const at = await scene(() => ({ kind: "postgres", url }));
  const { ground, program } = at;
  await ground.open();
  await postgres.goAway();
  await ground.open();
  await healthSays(at, /The store cannot be read/);
  expect(program.stderr).toMatch(/start the server, or (?:correct|name)/);
  await ground.clock.sleep(MINUTE);
  await ground.open();
  await postgres.comeBack();
  expect(await at.amiss()).toEqual([]);
});
