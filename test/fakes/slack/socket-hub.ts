import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import { z } from "zod";

/** The kinds of envelopes that Socket Mode carries. */
export type EnvelopeType = "events_api" | "slash_commands" | "interactive";

/** What the app sent back for an envelope; `payload` is an answer inside the acknowledgement. */
export interface Acknowledgement {
  readonly payload: unknown;
}

const acknowledgement = z.object({ envelope_id: z.string(), payload: z.unknown().optional() });

/** Slack's side of Socket Mode: WebSockets to the app, with tickets, hello, pings and envelopes. */
export class SocketHub {
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #tickets = new Set<string>();
  readonly #sockets = new Set<WebSocket>();
  readonly #waiting = new Map<string, (acknowledgement: Acknowledgement) => void>();
  /** Connections that were opened so far, and those of them that were greeted. */
  accepted = 0;
  opened = 0;
  /** What the hub does with the next connections: greet them, or leave them without a hello. */
  greets = true;

  /** Connections that stand now. */
  get connected(): number {
    return this.#sockets.size;
  }

  ticket(): string {
    const ticket = randomUUID();
    this.#tickets.add(ticket);
    return ticket;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const ticket = new URL(request.url ?? "/", "http://localhost").searchParams.get("ticket") ?? "";
    if (!this.#tickets.delete(ticket)) {
      socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (websocket) => {
      this.#accept(websocket);
    });
  }

  #accept(websocket: WebSocket): void {
    this.#sockets.add(websocket);
    this.accepted += 1;
    websocket.on("close", () => {
      this.#sockets.delete(websocket);
    });
    websocket.on("message", (data) => {
      const parsed = acknowledgement.safeParse(JSON.parse(textOf(data)));
      if (parsed.success) {
        this.#waiting.get(parsed.data.envelope_id)?.({ payload: parsed.data.payload ?? null });
        this.#waiting.delete(parsed.data.envelope_id);
      }
    });
    if (this.greets) {
      this.opened += 1;
      websocket.send(
        JSON.stringify({
          type: "hello",
          num_connections: this.#sockets.size,
          connection_info: { app_id: "A0DOORBELL" },
          debug_info: { host: "applink-0", started: "2026-11-23 03:12:00.000" },
        }),
      );
    }
  }

  /** Sends an envelope to one connection, and waits for its acknowledgement; null when none is open. */
  async deliver(
    type: EnvelopeType,
    payload: unknown,
    retry: { readonly attempt: number; readonly reason: string } | null,
  ): Promise<Acknowledgement | null> {
    const websocket = [...this.#sockets].at(-1);
    if (websocket === undefined) {
      return null;
    }
    const id = randomUUID();
    const { promise, resolve } = Promise.withResolvers<Acknowledgement | null>();
    this.#waiting.set(id, resolve);
    websocket.once("close", () => {
      resolve(null);
    });
    websocket.send(
      JSON.stringify({
        envelope_id: id,
        type,
        payload,
        accepts_response_payload: type !== "events_api",
        ...(retry === null ? {} : { retry_attempt: retry.attempt, retry_reason: retry.reason }),
      }),
    );
    return promise;
  }

  /** Asks the app to open another connection, as Slack does every few hours. */
  refresh(): void {
    for (const websocket of this.#sockets) {
      websocket.send(
        JSON.stringify({ type: "disconnect", reason: "refresh_requested", debug_info: {} }),
      );
    }
  }

  /** Breaks every connection without a word. */
  cut(): void {
    for (const websocket of this.#sockets) {
      websocket.terminate();
    }
  }

  /** Keeps the connections open and answers nothing any more, not even pings. */
  fallSilent(): void {
    for (const websocket of this.#sockets) {
      websocket.pause();
    }
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}

function textOf(data: Buffer | ArrayBuffer | Buffer[]): string {
  return Array.isArray(data)
    ? Buffer.concat(data).toString()
    : Buffer.isBuffer(data)
      ? data.toString()
      : Buffer.from(data).toString();
}
