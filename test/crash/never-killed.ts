import { join } from "node:path";
import { openStore } from "../../src/app/open-store.ts";
import type { StoreConfiguration } from "../../src/config/configuration.ts";
import type { Instant } from "../../src/domain/instant.ts";
import { SECOND } from "../../src/domain/instant.ts";
import { SYSTEM_CLOCK } from "../../src/system-clock.ts";
import { DoomedProgram } from "./doomed-program.ts";
import type { Ground } from "./ground.ts";
import { trailDifferences } from "./verdict.ts";

const MOST_LOOKS = 30;

/**
 * In what a program that reads the same log in one go, and is never killed, differs from what really
 * happened: what the log itself does not tell.
 */
export async function untoldByLog(
  ground: Ground,
  shownFrom: Instant,
): Promise<ReadonlySet<string>> {
  const own: StoreConfiguration = { kind: "sqlite", path: join(ground.folder, "never-killed.db") };
  const { path } = await ground.configure("never-killed", own);
  const program = new DoomedProgram(ground, path, { step: null, count: 1 });
  try {
    await program.says(/Doorbell serves\./);
    const store = await openStore(own, ground.clock);
    try {
      let lines: readonly string[] = [];
      let before = "";
      for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
        lines = await trailDifferences(store, ground.sandbox.truth(), shownFrom);
        const now = lines.join("\n");
        if (looks > 3 && now === before) {
          break;
        }
        before = now;
        await SYSTEM_CLOCK.sleep(2 * SECOND);
      }
      return new Set(lines);
    } finally {
      await store.close();
    }
  } finally {
    await program.kill();
  }
}
