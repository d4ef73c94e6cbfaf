import { MINUTE, SECOND } from "../../src/domain/instant.ts";
import { Random } from "../../src/sandbox/random.ts";
import { DoomedProgram } from "./doomed-program.ts";
import { Ground } from "./ground.ts";
import type { BugName } from "./planted-bugs.ts";
import { SHOWN, settled, sqliteIn } from "./series.ts";
import type { Verdict } from "./verdict.ts";

const SPEED = 20;
/** Longer than a claim lasts. */
const NAP = 4 * MINUTE;
/** In real time: what is doubled is told at once, what is lost when a program without a bug would be long done. */
const PATIENCE = { doubled: 60 * SECOND, lost: 15 * SECOND } as const;

/** Each bug, and what the verdict has to say of it. */
const EXPECTED: readonly (readonly [BugName, keyof typeof PATIENCE, RegExp])[] = [
  ["blind-find", "doubled", /C0CONTOSO/],
  ["unnoted-post", "doubled", /C0CONTOSO/],
  ["forgotten-outcome", "lost", /[1-9]\d* (?:posting|unknown)/],
  ["lost-delivery", "lost", /JITRule.* in /],
];

/**
 * Plants one bug after another in the program, and tells of each whether the verdict finds it.
 *
 * @returns whether all were found.
 */
export async function sabotage(say: (line: string) => void): Promise<boolean> {
  let missed = 0;
  for (const [bug, kind, said] of EXPECTED) {
    const verdict = await verdictWith(bug, PATIENCE[kind]);
    const found = verdict[kind].find((line) => said.test(line));
    say(found === undefined ? `! ${bug} was not found` : `${bug} was found, ${kind}: ${found}`);
    missed += found === undefined ? 1 : 0;
  }
  return missed === 0;
}

/** A program posts, dies before it reads the answer, and is started again. */
async function verdictWith(bug: BugName, patience: number): Promise<Verdict> {
  const ground = await Ground.start(new Random(5), SPEED, sqliteIn);
  const programs: DoomedProgram[] = [];
  const start = async (step: string | null): Promise<DoomedProgram> => {
    const { path } = await ground.configure("only");
    const program = new DoomedProgram(ground, path, { step, count: 1, bug });
    programs.push(program);
    await program.says(/Doorbell serves\./);
    return program;
  };
  try {
    ground.clock.moveOn(SHOWN);
    const shownFrom = ground.clock.now();
    // The tenant has a story of its own: it may die of that before it serves.
    const doomed = await start("after chat.postMessage");
    const ringsFrom = ground.clock.now();
    await ground.open();
    await doomed.end();
    ground.clock.moveOn(NAP);
    await start(null);
    return await settled(ground, { ringsFrom, shownFrom }, () => undefined, patience);
  } finally {
    await Promise.all(programs.map(async (program) => program.kill()));
    await ground.stop();
  }
}
