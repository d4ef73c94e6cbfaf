import { isoUtc } from "../domain/instant.ts";
import { jsonLine } from "../domain/json-line.ts";
import type { Clock, Log, LogLevel } from "../ports.ts";

const ORDER: readonly LogLevel[] = ["error", "warning", "info", "debug"];

/**
 * A log of one JSON object per line: `time` (ISO 8601, UTC), `level`, `message` and the fields. Text
 * cannot break out of its line.
 *
 * @param least the least important level that is written.
 */
export function logLines(write: (line: string) => void, least: LogLevel, clock: Clock): Log {
  return (level, message, fields = {}) => {
    if (ORDER.indexOf(level) <= ORDER.indexOf(least)) {
      const time = isoUtc(clock.now());
      write(`${jsonLine({ ...fields, time, level, message })}\n`);
    }
  };
}
