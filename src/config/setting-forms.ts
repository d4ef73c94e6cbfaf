import { z } from "zod";
import { DAY, HOUR, MINUTE, SECOND } from "../domain/instant.ts";
import type { Duration } from "../domain/instant.ts";

const UNITS: { readonly [unit: string]: Duration } = {
  s: SECOND,
  m: MINUTE,
  h: HOUR,
  d: DAY,
  w: 7 * DAY,
};
/** Without flags, which a JSON Schema cannot carry. */
const GUID = /^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;
const TENANT =
  /^(?:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|(?:[0-9A-Za-z-]+\.)+[A-Za-z]{2,})$/;

/** What a text must be, said when it is something else. */
function form(title: string, pattern: RegExp, wrong: string): z.ZodString {
  return z.string({ error: wrong }).regex(pattern, { error: wrong }).meta({ title });
}

/** The length of time that `1m`, `30s`, `90d` stand for, in ms; null for anything else. */
export function parseDuration(text: string): Duration | null {
  const match = /^(\d{1,6})([smhdw])$/.exec(text);
  const unit = UNITS[match?.[2] ?? ""];
  return match === null || unit === undefined ? null : Number(match[1]) * unit;
}

/** A length of time between two others, which are written in the same form. */
export function durationSetting(least: string, most: string) {
  const bounds = [parseDuration(least) ?? 0, parseDuration(most) ?? Infinity] as const;
  const outside = `must be from ${least} to ${most}`;
  return form(
    "length of time",
    /^\d{1,6}[smhdw]$/,
    "must be a length of time: a number with s, m, h, d or w behind it",
  )
    .refine(
      (text) => {
        const duration = parseDuration(text);
        // What is no length of time at all is told by its form.
        return duration === null || (bounds[0] <= duration && duration <= bounds[1]);
      },
      { error: outside },
    )
    .transform((text) => parseDuration(text) ?? 0)
    .meta({ title: `length of time, ${least} to ${most}` });
}

/** A GUID, which comes out lower-cased. */
export function guidSetting() {
  return form("GUID", GUID, "must be a GUID").transform((text) => text.toLowerCase());
}

/** An Entra tenant: its GUID or one of its domains; lower-cased. */
export function tenantSetting() {
  return form(
    "GUID or domain",
    TENANT,
    "must be the tenant's ID, a GUID, or one of its domains",
  ).transform((text) => text.toLowerCase());
}

/** A host name, with a port where that is not the usual one, which comes out lower-cased. */
export function hostSetting() {
  return form(
    "host name",
    /^[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*(?::\d{1,5})?$/,
    "must be a host name, without sb:// before it",
  ).transform((text) => text.toLowerCase());
}

/** A text that is not empty. */
export function textSetting(title: string) {
  const wrong = "must be a text that is not empty";
  return z.string({ error: wrong }).trim().min(1, { error: wrong }).meta({ title });
}

/** `on` or `off`, also as `true` and `false`. */
export function switchSetting() {
  return z
    .union([z.enum(["on", "off"]), z.boolean()], { error: "must be on or off" })
    .transform((value) => value === "on" || value === true)
    .meta({ title: "`on` or `off`" });
}

/** The address of a service: HTTPS, because tokens travel there. No slash at the end comes out. */
export function urlSetting() {
  return z
    .url({ protocol: /^https$/, error: "must be an https: URL" })
    .transform((text) => text.replace(/\/+$/, ""))
    .meta({ title: "URL" });
}

/** An IANA time zone. */
export function zoneSetting() {
  return z
    .string({ error: "must be a time zone" })
    .refine(isZone, { error: "is not a time zone: use a name such as Europe/Berlin" })
    .meta({ title: "time zone" });
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** How many events. */
export function eventCountSetting() {
  const wrong = "must be a whole number from 1000 to 100000000";
  return z
    .int({ error: wrong })
    .min(1000, { error: wrong })
    .max(100_000_000, { error: wrong })
    .meta({ title: "whole number from 1000" });
}

/** A port to listen on. */
export function portSetting(wrong = "must be a port from 1 to 65535") {
  return z
    .int({ error: wrong })
    .min(1, { error: wrong })
    .max(65_535, { error: wrong })
    .meta({ title: "port" });
}
