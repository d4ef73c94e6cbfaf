import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A request as bytes, which may be wrong or unfinished. */
export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: readonly string[];
  /** What is sent of the body; `content-length` tells its length unless the headers say otherwise. */
  readonly body?: string;
}

/** What came back until the server closed the connection, or said all. */
export interface RawAnswer {
  /** null when the connection ended without an answer. */
  readonly status: number | null;
  readonly text: string;
  /** How much of the request the system took before that, in bytes. */
  readonly sent: number;
}

const CHUNK = "x".repeat(64 * 1024);
/** What the two ends of a connection on this machine hold at most, read by nobody. */
export const BUFFERED = 12 * 1024 * 1024;

/** A connection that ends with the test. */
export async function connected(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, "connect");
  return socket;
}

/** The beginning of a request as it goes over the wire. */
export function headOf({
  method = "POST",
  path = "/",
  headers = [],
  body = "",
}: RawRequest): string {
  const tells = headers.some((one) => /^(?:content-length|transfer-encoding):/i.test(one));
  const length = tells ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  return [`${method} ${path} HTTP/1.1`, "Host: doorbell", ...headers, ...length, "", ""].join(
    "\r\n",
  );
}

/** Sends a request and no more than that, and waits for the answer. */
export async function sendRaw(port: number, request: RawRequest): Promise<RawAnswer> {
  const socket = await connected(port);
  const answer = answerOn(socket);
  socket.write(headOf(request) + (request.body ?? ""));
  return answer;
}

/** Sends the head, and then a body that never ends, in chunks, as fast as the server reads. */
export async function sendEndless(port: number, request: RawRequest): Promise<RawAnswer> {
  const socket = await connected(port);
  const answered = new AbortController();
  const answer = answerOn(socket).finally(() => {
    answered.abort();
  });
  const headers = [...(request.headers ?? []), "Transfer-Encoding: chunked"];
  socket.write(headOf({ ...request, headers }));
  const piece = `${CHUNK.length.toString(16)}\r\n${CHUNK}\r\n`;
  while (!answered.signal.aborted && !socket.destroyed) {
    if (!socket.write(piece)) {
      await Promise.race([answer, once(socket, "drain").catch(() => null)]);
    }
  }
  return answer;
}

async function answerOn(socket: Socket): Promise<RawAnswer> {
  let text = "";
  const { promise, resolve } = Promise.withResolvers<undefined>();
  socket.setEncoding("utf8").on("data", (part: string) => {
    text += part;
    // The answers have short bodies, which come with the head.
    if (text.includes("\r\n\r\n")) {
      resolve(undefined);
    }
  });
  for (const end of ["end", "close", "error"]) {
    socket.once(end, () => {
      resolve(undefined);
    });
  }
  await promise;
  const sent = socket.bytesWritten - socket.writableLength;
  socket.destroy();
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
  return { status: status === undefined ? null : Number(status), text, sent };
}
