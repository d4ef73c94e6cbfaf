/** Something that an on-call responder must know about an opening. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: "info" | "warning" | "critical";
  /** One sentence without markup; may quote hostile text from the log. */
  readonly text: string;
}

/** The kinds of finding, in the order in which they are told. */
export const FINDING_CODES = [
  /** Any address on the internet may connect. */
  "any-source",
  /** The rule bears a JIT name but somebody other than the provider wrote it. */
  "jit-name-by-other",
  /** The provider wrote the rule, and no request is known. */
  "no-request",
  /** The rule stands although its promised end has passed. */
  "open-past-end",
  /** The same rule had been removed and was written again by somebody else. */
  "resurrected",
  /** Somebody removed the rule before its promised end. */
  "closed-early",
  /** The NSG itself shows what the log, read beyond that time, does not. */
  "witnesses-disagree",
  /** Who wrote the rule is not proven by the log. */
  "writer-unproven",
  /** First opening of this VM by this person, with enough history to say so. */
  "first-time",
  /** This person never used this source before, with enough history to say so. */
  "new-source",
  /** Opened outside working hours. */
  "out-of-hours",
  /** Known only in part: a body was cut off or an outcome was not seen. */
  "partial",
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];
