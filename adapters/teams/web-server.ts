import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import { SECOND } from "../../src/domain/instant.ts";
import type { Duration } from "../../src/domain/instant.ts";
import { DoorbellError } from "../../src/errors.ts";
import type { TeamsSettings } from "./settings.ts";

/** A request that takes longer to arrive is cut off; Teams sends each at once. */
export const REQUEST_TIMEOUT: Duration = 10 * SECOND;

/** Where the Bot Connector delivers activities. */
export class WebServer {
  readonly #listen: TeamsSettings["listen"];
  readonly #server: Server;

  constructor(listen: TeamsSettings["listen"], requestTimeout: Duration, answer: RequestListener) {
    this.#listen = listen;
    this.#server = createServer(
      {
        requestTimeout,
        headersTimeout: requestTimeout,
        connectionsCheckingInterval: Math.min(requestTimeout, SECOND),
        maxHeaderSize: 16 * 1024,
      },
      answer,
    );
  }

  /** @throws DoorbellError (`port-in-use`). */
  async start(): Promise<void> {
    const { host, port } = this.#listen;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const failed = (error: Error): void => {
      reject(portError(error, host, port));
    };
    this.#server.once("error", failed);
    this.#server.listen(port, host, () => {
      this.#server.off("error", failed);
      resolve(undefined);
    });
    await promise;
  }

  async stop(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#server.close(() => {
      resolve(undefined);
    });
    this.#server.closeIdleConnections();
    await promise;
  }
}

function portError(error: Error, host: string, port: number): Error {
  return "code" in error && error.code === "EADDRINUSE"
    ? new DoorbellError(
        "port-in-use",
        `Port ${port} of ${host} is taken, so Teams cannot reach Doorbell there: set \`teams.http.port\` to a free one.`,
        { cause: error },
      )
    : error;
}
