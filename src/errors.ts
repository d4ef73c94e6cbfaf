/**
 * The coded error kinds of Doorbell. A message is written for the person who must act: it names what
 * was wrong and what to change. The original failure travels in `cause`.
 */
export type ErrorCode =
  /** The command line or a question's options cannot be understood; exit status 2. */
  | "usage"
  /** A file cannot be opened or read. */
  | "unreadable-file"
  /** A file is readable but holds nothing that is an Activity Log export. */
  | "not-an-export"
  /** A file ends in the middle; what it held up to there was used. */
  | "truncated-file";

/** An error that a person can act on; `code` drives decisions, never the message's text. */
export class DoorbellError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = "DoorbellError";
    this.code = code;
  }
}
