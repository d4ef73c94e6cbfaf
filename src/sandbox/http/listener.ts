import { createServer as createHttpServer } from "node:http";
import type { IncomingMessage, RequestListener, Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { DoorbellError } from "../../errors.ts";
import type { ServerIdentity } from "./certificate.ts";

/** The only address that the sandbox listens on. */
const LOOPBACK = "127.0.0.1";
/** An access request is a few hundred bytes. */
const BODY_LIMIT = 64 * 1024;

/** A server on loopback. */
export interface Listener {
  readonly port: number;
  /** Such as `https://127.0.0.1:8443`. */
  readonly origin: string;
  /** Closes it, with every connection. */
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1.
 *
 * @param port 0 for any free one.
 * @param identity for HTTPS; null for plain HTTP.
 * @throws DoorbellError `port-in-use`.
 */
export async function listen(
  port: number,
  identity: ServerIdentity | null,
  handle: RequestListener,
): Promise<Listener> {
  const server =
    identity === null
      ? createHttpServer(handle)
      : createHttpsServer({ key: identity.key, cert: identity.certificate }, handle);
  const taken = await listening(server, port);
  return {
    port: taken,
    origin: `${identity === null ? "http" : "https"}://${LOOPBACK}:${taken}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listening(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === "EADDRINUSE"
          ? new DoorbellError(
              "port-in-use",
              `Port ${port} on ${LOOPBACK} is taken by another program: choose another one for the ` +
                `sandbox, or 0 for any that is free.`,
              { cause },
            )
          : cause,
      );
    });
    server.listen(port, LOOPBACK, resolve);
  });
  const address = server.address();
  return address === null || typeof address === "string" ? port : address.port;
}

/**
 * The address that a request asks for, or in words why it is refused: another host's name points at this
 * server, or a web page sends the request. Both are ways to reach loopback from outside.
 */
export function urlOf(request: IncomingMessage, listener: Listener): URL | string {
  const { host, origin } = request.headers;
  const { port } = listener;
  if (host !== `${LOOPBACK}:${port}` && host !== `localhost:${port}`) {
    return "This server answers only to 127.0.0.1 and localhost.";
  }
  if (origin !== undefined || request.headers["sec-fetch-site"] !== undefined) {
    return "This server does not answer web pages.";
  }
  const { protocol } = new URL(listener.origin);
  const url = URL.parse(`${protocol}//${host}${request.url ?? ""}`);
  return url?.host === host ? url : "This server answers only to paths of its own.";
}

/** The request's body as text; null when it is longer than 64 KiB. */
export async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // A request that is given up must not take the connection with it: it still gets an answer.
  const stream: AsyncIterable<Uint8Array> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > BODY_LIMIT) {
      return null;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
