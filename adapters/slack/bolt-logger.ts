import { LogLevel } from "@slack/bolt";
import type { Logger } from "@slack/bolt";
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

/** Takes tokens, response URLs and socket tickets out of a text. */
export function withoutSecrets(text: string): string {
  return text
    .replaceAll(/\b(?:xox[a-z]|xapp|xoxe)[-.][\w.-]+/g, "<token>")
    .replaceAll(/https:\/\/hooks\.slack\.com\/\S+/g, "<response URL>")
    .replaceAll(/([?&](?:ticket|code|state|client_secret)=)[^&\s"']+/g, "$1<secret>");
}

function lineOf(part: unknown): string {
  const text = part instanceof Error ? part.message : String(part);
  return text.replaceAll(/\s+/g, " ").slice(0, MOST_CHARACTERS);
}
