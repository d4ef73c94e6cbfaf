#!/usr/bin/env node
import { runCommandLine } from "./command-line.ts";

process.exitCode = await runCommandLine({
  arguments: process.argv.slice(2),
  environment: process.env,
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  now: () => Date.now(),
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
});
