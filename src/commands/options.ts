import { DoorbellError } from "../errors.ts";

/** What every command that reads exports was told. */
export interface CommonOptions {
  readonly from: readonly string[];
  readonly config?: string | undefined;
  readonly zone?: string | undefined;
  readonly workingHours?: string | undefined;
  readonly verbose: boolean;
}

/** What `doorbell trail` was told. */
export interface TrailOptions extends CommonOptions {
  readonly vm?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly open: boolean;
  readonly json: boolean;
  readonly csv: boolean;
}

/** What `doorbell timeline` was told. */
export interface TimelineOptions extends CommonOptions {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** The file to write: it ends in `.svg` or `.png`. */
  readonly out: string;
}

/** What `doorbell ask` was told. */
export interface AskOptions extends CommonOptions {
  readonly json: boolean;
}

/** What every command that needs the configuration was told. */
export interface ServiceOptions {
  readonly config?: string | undefined;
}

/** In what form `doorbell audit` prints. */
export const AUDIT_FORMATS = ["text", "json", "csv", "ndjson"] as const;

export type AuditFormat = (typeof AUDIT_FORMATS)[number];

/** What `doorbell audit` was told. */
export interface AuditOptions extends ServiceOptions {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly user?: string | undefined;
  readonly channel?: string | undefined;
  readonly outcome?: string | undefined;
  readonly format?: string | undefined;
  readonly zone?: string | undefined;
}

/** What `doorbell evidence` was told. */
export interface EvidenceOptions extends ServiceOptions {
  /** What could not be understood, instead of what was named. */
  readonly quarantined: boolean;
}

/** What `doorbell manifest` was told. */
export interface ManifestOptions extends ServiceOptions {
  /** The file to write; `-` is standard output. */
  readonly out?: string | undefined;
  /** The version that the Teams app gets. */
  readonly appVersion?: string | undefined;
}

/** What `doorbell store copy` was told. */
export interface StoreCopyOptions extends ServiceOptions {
  readonly to: string;
}

/** What `doorbell demo` was told. */
export interface DemoOptions {
  readonly speed: number;
  readonly seed: number;
  readonly once?: string | undefined;
  readonly zone?: string | undefined;
}

/** The values of the option parser, which has checked them against the options that it was given. */
export type ParsedOptions = Readonly<Record<string, unknown>>;

/** Options of `doorbell trail`, as the option parser gives them. */
export function trailOptions(parsed: ParsedOptions): TrailOptions {
  return {
    ...commonOptions(parsed),
    vm: text(parsed["vm"]),
    since: text(parsed["since"]),
    until: text(parsed["until"]),
    open: parsed["open"] === true,
    json: parsed["json"] === true,
    csv: parsed["csv"] === true,
  };
}

/** Options of `doorbell timeline`, as the option parser gives them. */
export function timelineOptions(parsed: ParsedOptions): TimelineOptions {
  return {
    ...commonOptions(parsed),
    since: text(parsed["since"]),
    until: text(parsed["until"]),
    out: text(parsed["out"]) ?? "",
  };
}

/** Options of `doorbell ask`, as the option parser gives them. */
export function askOptions(parsed: ParsedOptions): AskOptions {
  return { ...commonOptions(parsed), json: parsed["json"] === true };
}

/** Options of `serve`, `import` and `doctor`, as the option parser gives them. */
export function serviceOptions(parsed: ParsedOptions): ServiceOptions {
  return { config: text(parsed["config"]) };
}

/** Options of `doorbell audit`, as the option parser gives them. */
export function auditOptions(parsed: ParsedOptions): AuditOptions {
  return {
    ...serviceOptions(parsed),
    since: text(parsed["since"]),
    until: text(parsed["until"]),
    user: text(parsed["user"]),
    channel: text(parsed["channel"]),
    outcome: text(parsed["outcome"]),
    format: text(parsed["format"]),
    zone: text(parsed["zone"]),
  };
}

/** Options of `doorbell evidence`, as the option parser gives them. */
export function evidenceOptions(parsed: ParsedOptions): EvidenceOptions {
  return { ...serviceOptions(parsed), quarantined: parsed["quarantined"] === true };
}

/** Options of `doorbell manifest`, as the option parser gives them. */
export function manifestOptions(parsed: ParsedOptions): ManifestOptions {
  return {
    ...serviceOptions(parsed),
    out: text(parsed["out"]),
    appVersion: text(parsed["appVersion"]),
  };
}

/** Options of `doorbell store copy`, as the option parser gives them. */
export function storeCopyOptions(parsed: ParsedOptions): StoreCopyOptions {
  return { ...serviceOptions(parsed), to: text(parsed["to"]) ?? "" };
}

/** Options of `doorbell demo`, as the option parser gives them. */
export function demoOptions(parsed: ParsedOptions): DemoOptions {
  return {
    speed: count(parsed["speed"], "speed", { preset: 60, least: 1, most: 100_000 }),
    seed: count(parsed["seed"], "seed", { preset: 1, least: 0, most: 4_294_967_295 }),
    once: text(parsed["once"]),
    zone: text(parsed["zone"]),
  };
}

/** @throws DoorbellError `usage` when the option is no whole number between the bounds. */
function count(
  value: unknown,
  name: string,
  bounds: { readonly preset: number; readonly least: number; readonly most: number },
): number {
  const { preset, least, most } = bounds;
  if (value === undefined) {
    return preset;
  }
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) {
    return number;
  }
  const given = typeof value === "string" ? value : "";
  throw new DoorbellError(
    "usage",
    `--${name} ${given}: use a whole number from ${least} to ${most}.`,
  );
}

function commonOptions(parsed: ParsedOptions): CommonOptions {
  const from: unknown = parsed["from"];
  return {
    from: Array.isArray(from) ? from.filter((path) => typeof path === "string") : [],
    config: text(parsed["config"]),
    zone: text(parsed["zone"]),
    workingHours: text(parsed["workingHours"]),
    verbose: parsed["verbose"] === true,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
