import type { ServerResponse } from "node:http";

/** What the bot asks of the fake, named as the SDK names it. */
export type Operation =
  | "createConversation"
  | "sendToConversation"
  | "replyToActivity"
  | "updateActivity"
  | "deleteActivity"
  | "getConversationMembers"
  | "getConversationPagedMembers"
  | "getConversationMember"
  | "getTeamDetails"
  | "getTeamChannels"
  | "token"
  | "openIdMetadata"
  | "unknown";

/** What goes wrong with a call. */
export type Fault =
  /** The connection breaks before Teams has done anything. */
  | { readonly kind: "drop-before" }
  /** Teams does it, and the connection breaks before the answer arrives. */
  | { readonly kind: "drop-after" }
  /** Teams does it and answers HTTP 500. */
  | { readonly kind: "http-500-after" }
  /** A gateway answers, in HTML, and Teams has done nothing: 502, 503, 504. */
  | { readonly kind: "http-error"; readonly status: number }
  /** Teams does it and never answers, until the caller gives up. */
  | { readonly kind: "stall-after" }
  | { readonly kind: "stall-before" }
  | { readonly kind: "rate-limited"; readonly seconds: number }
  /** A refusal, such as 403 `BotNotInConversationRoster` or 412 `PreconditionFailed`. */
  | { readonly kind: "error"; readonly status: number; readonly code: string };

/** The calls by which a message is posted. */
export const POSTS: readonly Operation[] = [
  "createConversation",
  "sendToConversation",
  "replyToActivity",
];

/** Faults planned for coming calls, each for one call. */
export class PlannedFaults {
  readonly #planned: { readonly operations: readonly Operation[]; readonly fault: Fault }[] = [];

  /** The next calls of the operation go wrong, one for each fault. */
  plan(operation: Operation, ...faults: readonly Fault[]): void {
    this.#planned.push(...faults.map((fault) => ({ operations: [operation], fault })));
  }

  /** The next call of any of the operations goes wrong, and only that one. */
  planOnce(operations: readonly Operation[], fault: Fault): void {
    this.#planned.push({ operations, fault });
  }

  /** Nothing more goes wrong. */
  clear(): void {
    this.#planned.length = 0;
  }

  next(operation: Operation): Fault | null {
    const at = this.#planned.findIndex(({ operations }) => operations.includes(operation));
    return at < 0 ? null : (this.#planned.splice(at, 1)[0]?.fault ?? null);
  }
}

/** Lets the call fail before anything is done; true when it is over with that. */
export function failsBefore(fault: Fault, response: ServerResponse): boolean {
  switch (fault.kind) {
    case "drop-before":
      response.socket?.destroy();
      return true;
    case "stall-before":
      return true;
    case "http-error":
      response.writeHead(fault.status, { "content-type": "text/html" });
      response.end("<html>Something is wrong.</html>");
      return true;
    default:
      return false;
  }
}

/** The same after it was carried out. */
export function failsAfter(fault: Fault, response: ServerResponse): boolean {
  switch (fault.kind) {
    case "drop-after":
      response.socket?.destroy();
      return true;
    case "stall-after":
      return true;
    case "http-500-after":
      response.writeHead(500, { "content-type": "text/html" });
      response.end("<html>Server error.</html>");
      return true;
    default:
      return false;
  }
}
