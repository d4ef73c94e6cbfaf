import { LogLevel } from "@slack/bolt";
import type { Logger } from "@slack/bolt";
import { withoutSecrets } from "../../src/domain/without-secrets.ts";
import type { Log } from "../../src/ports.ts";

const MOST_CHARACTERS = 500;

/** A logger for Slack's libraries that hands over warnings and errors, one line each. */
export function boltLogger(log: Log): Logger {
  const hand = (level: "warning" | "error", parts: readonly unknown[]): void => {
    log(level, withoutSecrets(parts.map(lineOf).join(" ")));
  };
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (...parts: unknown[]) => {
      hand("warning", parts);
    },
    error: (...parts: unknown[]) => {
      hand("error", parts);
    },
    setLevel: () => undefined,
    getLevel: () => LogLevel.WARN,
    setName: () => undefined,
  };
}

function lineOf(part: unknown): string {
  const text = part instanceof Error ? part.message : String(part);
  return text.replaceAll(/\s+/g, " ").slice(0, MOST_CHARACTERS);
}
