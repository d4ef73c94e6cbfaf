import { join } from "node:path";
import { openStore } from "../../src/app/open-store.ts";
import type { StoreConfiguration } from "../../src/config/configuration.ts";
import type { Instant } from "../../src/domain/instant.ts";
import { MINUTE } from "../../src/domain/instant.ts";
import { Random } from "../../src/sandbox/random.ts";
import { SYSTEM_CLOCK } from "../../src/system-clock.ts";
import { DoomedProgram } from "./doomed-program.ts";
import { Ground } from "./ground.ts";
import { calm, standing, stir } from "./chat-weather.ts";
import { untoldByLog } from "./never-killed.ts";
import { isAfterNews, isAmongReplicas, isWhenStopping } from "./steps.ts";
import type { Tally } from "./tally.ts";
import { judge } from "./verdict.ts";
import type { Verdict } from "./verdict.ts";

/** How many times as fast as real time a story goes. */
const SPEED = 10;
/** By then the log has shown every NSG once. */
export const SHOWN = 11 * MINUTE;
/** Longer than a claim lasts. */
const NAP = 4 * MINUTE;
/** Any moment lies within so many real ms from a program's start. */
const MOMENT = 4000;
/** Who has not come by its step in so many real ms is killed wherever it is. */
const LONGEST_LIFE = 8000;
/** The same where it has to lose an answer first, or something has to end. */
const LONGEST_SLOW_LIFE = 20_000;
const MOST_OPENINGS = 3;
/** Real ms for everything to be there in the end: a guard against hanging, not a measure. */
const PATIENCE = 60_000;
const LOOK = 250;
const TELL = 15_000;
/** How often a port may be snatched away at a start. */
const MOST_ATTEMPTS = 5;
const MOST_TOLD = 1000;

/** A run of rounds on one store. */
export interface SeriesPlan {
  readonly name: string;
  readonly seed: number;
  readonly rounds: number;
  /** How many programs share the store. */
  readonly replicas: number;
  readonly storeIn: (folder: string) => StoreConfiguration;
  readonly onRound: (line: string) => void;
}

/**
 * Starts programs, lets people open ports and Slack misbehave, kills a program in each round and starts it
 * again; then lets them finish, and counts.
 */
export async function runSeries(plan: SeriesPlan, tally: Tally): Promise<void> {
  const random = new Random(plan.seed);
  const ground = await Ground.start(random, SPEED, plan.storeIn);
  const crowd = new Crowd(ground);
  try {
    ground.clock.moveOn(SHOWN);
    const shownFrom = ground.clock.now();
    for (let replica = 0; replica < plan.replicas; replica += 1) {
      await crowd.start(replica, null, 1);
    }
    await crowd.allServe();
    const ringsFrom = ground.clock.now();
    await ground.open();
    for (let round = 1; round <= plan.rounds; round += 1) {
      const died = await playRound(crowd, random, tally, plan.replicas);
      plan.onRound(`${plan.name} ${round}/${plan.rounds}: ${died}`);
    }
    calm(ground);
    await crowd.allServe();
    const from = ground.clock.now();
    const verdict = await settled(ground, { ringsFrom, shownFrom }, (line) => {
      plan.onRound(`${plan.name} waits for ${line}`);
    });
    const recovery = ground.clock.now() - from;
    const ends = await crowd.stop();
    tally.judged(
      { ...verdict, wrong: [...verdict.wrong, ...crowd.complaints, ...ends] },
      plan.name,
      recovery,
    );
  } finally {
    await crowd.killAll();
    await ground.stop();
  }
}

/** One kill: at a step if the program comes by, else at any moment. */
async function playRound(
  crowd: Crowd,
  random: Random,
  tally: Tally,
  replicas: number,
): Promise<string> {
  const { ground } = crowd;
  const victim = random.int(0, replicas - 1);
  const step = tally.nextStep(replicas);
  const joins = step !== null && isAmongReplicas(step);
  const needsNews = step !== null && isAfterNews(step);
  await (joins ? crowd.killAll() : crowd.end(victim));
  if (replicas === 1 && (needsNews || random.chance(0.5))) {
    ground.clock.moveOn(NAP);
  }
  stir(ground, random, step);
  const count = joins || needsNews || random.chance(0.7) ? 1 : random.int(2, 3);
  const program = await crowd.start(victim, step, count);
  for (let openings = random.int(1, MOST_OPENINGS); openings > 0; openings -= 1) {
    await ground.open();
  }
  await program.says(joins ? /Doorbell serves\./ : /Doorbell starts\./);
  if (joins) {
    // What it took all for itself it has to share now.
    await crowd.startOthers(victim);
  }
  const stops = step !== null && isWhenStopping(step);
  const longest =
    needsNews || step?.endsWith("conversations.history") === true
      ? LONGEST_SLOW_LIFE
      : LONGEST_LIFE;
  let died = await program.dies(step === null || stops ? random.int(0, MOMENT) : longest);
  if (!died && stops) {
    program.signal("SIGTERM");
    died = await program.dies(LONGEST_LIFE);
  }
  if (!died) {
    await program.kill();
  }
  const how = await program.end();
  const byStep = died && how === "SIGKILL" ? step : null;
  if (died && how !== "SIGKILL" && !stops && !/is taken|http\.port/.test(program.stderr)) {
    crowd.complaints.push(`it ended by itself with ${how}: ${program.stderr.slice(-2000)}`);
  }
  tally.killed(step, byStep !== null);
  return byStep ?? (step === null ? "at any moment" : `at any moment, not ${step}`);
}

/** The programs of a series. */
class Crowd {
  readonly ground: Ground;
  readonly complaints: string[] = [];
  readonly #programs = new Map<number, DoomedProgram>();

  constructor(ground: Ground) {
    this.ground = ground;
  }

  async start(replica: number, step: string | null, count: number): Promise<DoomedProgram> {
    // With ports of its own each time: on a busy machine, others may have taken those of the last one.
    const { path } = await this.ground.configure(`replica-${replica}`);
    const program = new DoomedProgram(this.ground, path, { step, count });
    this.#programs.set(replica, program);
    return program;
  }

  /** Starts all but one anew. */
  async startOthers(replica: number): Promise<void> {
    for (const other of this.#programs.keys()) {
      if (other !== replica) {
        await this.start(other, null, 1);
      }
    }
  }

  /** It is killed, if it lives. */
  async end(replica: number): Promise<void> {
    const program = this.#programs.get(replica);
    if (program !== undefined && program.isAlive) {
      await program.kill();
    }
  }

  /** Starts whatever is dead, and waits until all serve. */
  async allServe(): Promise<void> {
    for (const [replica, program] of this.#programs) {
      let alive = program.isAlive ? program : await this.start(replica, null, 1);
      for (let attempts = 1; !(await alive.says(/Doorbell serves\./)); attempts += 1) {
        if (attempts >= MOST_ATTEMPTS || !/is taken|http\.port/.test(alive.stderr)) {
          throw new Error(`It does not serve: ${alive.stderr}`);
        }
        alive = await this.start(replica, null, 1);
      }
    }
  }

  /** Stops all in order; tells of those that end otherwise. */
  async stop(): Promise<readonly string[]> {
    const complaints: string[] = [];
    for (const program of this.#programs.values()) {
      program.signal("SIGTERM");
      const how = await program.end();
      if (how !== "0") {
        complaints.push(`it stopped with ${how}: ${program.stderr.slice(-2000)}`);
      }
    }
    return complaints;
  }

  async killAll(): Promise<void> {
    await Promise.all([...this.#programs.keys()].map(async (replica) => this.end(replica)));
  }
}

/**
 * Waits until all is as it should be, or for as long as patience lasts; judges.
 *
 * @param patience in real ms.
 */
export async function settled(
  ground: Ground,
  since: { readonly ringsFrom: Instant; readonly shownFrom: Instant },
  onWaiting: (line: string) => void,
  patience = PATIENCE,
): Promise<Verdict> {
  let toldAt = performance.now();
  let untold: ReadonlySet<string> = new Set();
  const store = await openStore(ground.store, ground.clock);
  try {
    const end = performance.now() + patience;
    for (;;) {
      const verdict = await judge({
        store,
        truth: ground.sandbox.truth(),
        standing: standing(ground),
        channels: ground.refs,
        untold,
        ...since,
      });
      const isRight =
        verdict.lost.length + verdict.wrong.length === 0 &&
        verdict.owed >= ground.asked * ground.refs.length;
      if (isRight || verdict.doubled.length > 0 || performance.now() > end) {
        return verdict;
      }
      if (performance.now() - toldAt > TELL) {
        toldAt = performance.now();
        onWaiting([...verdict.lost, ...verdict.wrong].join("; ").slice(0, MOST_TOLD));
        if (verdict.wrong.length > 0 && untold.size === 0) {
          untold = await untoldByLog(ground, since.shownFrom);
        }
      }
      await SYSTEM_CLOCK.sleep(LOOK);
    }
  } finally {
    await store.close();
  }
}

/** A SQLite in the ground's own folder. */
export function sqliteIn(folder: string): StoreConfiguration {
  return { kind: "sqlite", path: join(folder, "doorbell.db") };
}
