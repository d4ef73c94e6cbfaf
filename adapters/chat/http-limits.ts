import type { Server, ServerOptions } from "node:http";
import { SECOND } from "../../src/domain/instant.ts";
import type { Duration } from "../../src/domain/instant.ts";

/** A request that takes longer to arrive, head or body, is cut off; platforms send each at once. */
export const REQUEST_TIMEOUT: Duration = 10 * SECOND;
/** More connections at once are closed as they come: platforms keep few. */
const MOST_CONNECTIONS = 500;
const MOST_HEADER_BYTES = 16 * 1024;

/** How a server that anybody may reach is made. */
export function serverLimits(requestTimeout: Duration): ServerOptions {
  return {
    requestTimeout,
    headersTimeout: requestTimeout,
    connectionsCheckingInterval: Math.min(requestTimeout, SECOND),
    maxHeaderSize: MOST_HEADER_BYTES,
  };
}

/** Limits how many connections a server holds. */
export function limitConnections(server: Server, most = MOST_CONNECTIONS): void {
  server.maxConnections = most;
}
