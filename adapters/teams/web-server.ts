import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import type { Duration } from "../../src/domain/instant.ts";
import { DoorbellError } from "../../src/errors.ts";
import { limitConnections, serverLimits } from "../chat/http-limits.ts";
import type { TeamsSettings } from "./settings.ts";

/** Where the Bot Connector delivers activities. */
export class WebServer {
  readonly #listen: TeamsSettings["listen"];
  readonly #server: Server;

  constructor(listen: TeamsSettings["listen"], requestTimeout: Duration, answer: RequestListener) {
    this.#listen = listen;
    this.#server = createServer(serverLimits(requestTimeout), answer);
    limitConnections(this.#server);
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
