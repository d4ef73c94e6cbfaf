import { setFlagsFromString } from "node:v8";

// An export is read in small pieces that are soon forgotten: a young generation that never grows keeps
// 50 MB less at the same speed, and is too small for several threads to clean up.
setFlagsFromString("--semi-space-growth-factor=1");
setFlagsFromString("--no-parallel-scavenge");
const { runCommandLine } = await import("./command-line.ts");

process.exitCode = await runCommandLine({
  arguments: process.argv.slice(2),
  environment: process.env,
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  now: () => Date.now(),
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
});
