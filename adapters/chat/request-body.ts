import type { IncomingMessage } from "node:http";

/** Whether a request says itself that its body is larger. */
export function announcesMore(request: IncomingMessage, most: number): boolean {
  return Number(request.headers["content-length"] ?? 0) > most;
}

/** The whole body; null when it is larger: then no more of it was read than it takes to see that. */
export async function bodyOf(request: IncomingMessage, most: number): Promise<Buffer | null> {
  if (announcesMore(request, most)) {
    return null;
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop would destroy the connection before the answer.
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    if (!(part instanceof Uint8Array)) {
      throw new TypeError("A request body came as text.");
    }
    length += part.byteLength;
    if (length > most) {
      return null;
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}
