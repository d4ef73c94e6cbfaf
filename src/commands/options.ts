/** What every command that reads exports was told. */
export interface CommonOptions {
  readonly from: readonly string[];
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

function commonOptions(parsed: ParsedOptions): CommonOptions {
  const from: unknown = parsed["from"];
  return {
    from: Array.isArray(from) ? from.filter((path) => typeof path === "string") : [],
    zone: text(parsed["zone"]),
    workingHours: text(parsed["workingHours"]),
    verbose: parsed["verbose"] === true,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
