import { userInfo } from "node:os";
import { setFlagsFromString } from "node:v8";

const { runCommandLine } = await import("./command-line.ts");
const { SYSTEM_CLOCK, SYSTEM_RANDOM } = await import("./system-clock.ts");

// An export is read in small pieces that are soon forgotten. The young generation that loading the modules
// needed is enough for them: one that grows on would keep 50 MB more at the same speed. It is also too
// small for several threads to clean up.
setFlagsFromString("--semi-space-growth-factor=1");
setFlagsFromString("--no-parallel-scavenge");

process.exitCode = await runCommandLine({
  arguments: process.argv.slice(2),
  environment: process.env,
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  clock: SYSTEM_CLOCK,
  random: SYSTEM_RANDOM,
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  user: userName(),
  stopped: () => {
    const stop = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        stop.abort();
      });
    }
    return stop.signal;
  },
});

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // An account without an entry in the system's list, as containers have it.
    return "you";
  }
}
