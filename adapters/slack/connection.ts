import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import { HTTPReceiver, SocketModeReceiver } from "@slack/bolt";
import type { Receiver } from "@slack/bolt";
import type { InstallProvider } from "@slack/oauth";
import type { Duration } from "../../src/domain/instant.ts";
import { DoorbellError } from "../../src/errors.ts";
import type { Clock, Log, RandomSource } from "../../src/ports.ts";
import { limitConnections, serverLimits } from "../chat/http-limits.ts";
import { boltLogger } from "./bolt-logger.ts";
import type { SlackHealth } from "./health.ts";
import { INSTALL_PATH, REDIRECT_PATH, serveInstallation } from "./installations.ts";
import { RequestGuard } from "./request-guard.ts";
import type { SlackSettings, SlackTransport } from "./settings.ts";
import { SocketConnection } from "./socket-connection.ts";
import { clientOptions } from "./web-client.ts";

/** The way on which Slack reaches Doorbell. */
export interface Connection {
  /** What Bolt takes requests from. */
  readonly receiver: Receiver;
  /** @throws DoorbellError when a person must act: a refused token, a port in use. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What a connection works with. */
export interface ConnectionParts {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  readonly health: SlackHealth;
  /** Serves the pages of an installation; null where one token serves all. */
  readonly provider: InstallProvider | null;
  readonly pongTimeout: Duration;
  /** A request that takes longer to arrive is cut off. */
  readonly requestTimeout: Duration;
}

/** The connection that the settings ask for, not yet started. */
export function connectionFor(settings: SlackSettings, parts: ConnectionParts): Connection {
  return settings.transport.kind === "http"
    ? httpConnection(settings.transport, parts)
    : socketConnection(settings, settings.transport, parts);
}

function httpConnection(
  transport: Extract<SlackTransport, { readonly kind: "http" }>,
  parts: ConnectionParts,
): Connection {
  const { log, health, provider } = parts;
  const receiver = new HTTPReceiver({
    signingSecret: transport.signingSecret.reveal(),
    endpoints: [transport.path],
    logger: boltLogger(log),
    customRoutes:
      provider === null
        ? []
        : [INSTALL_PATH, REDIRECT_PATH].map((path) => ({
            path,
            method: "GET",
            handler: (request, response) => {
              serveInstallation(provider, request, response, log);
            },
          })),
  });
  const guard = new RequestGuard({
    signingSecret: transport.signingSecret,
    clock: parts.clock,
    log,
  });
  receiver.requestListener = guard.before(transport.path, receiver.requestListener);
  return {
    receiver,
    start: async () => {
      const { host, port } = transport;
      try {
        limitConnections(await receiver.start({ host, port }, serverLimits(parts.requestTimeout)));
      } catch (error) {
        throw portError(error, host, port, "slack.http.port");
      }
      health.turn("connected");
    },
    stop: async () => {
      await receiver.stop();
      health.turn("stopped");
    },
  };
}

function socketConnection(
  settings: SlackSettings,
  transport: Extract<SlackTransport, { readonly kind: "socket" }>,
  parts: ConnectionParts,
): Connection {
  const { logger, ...options } = clientOptions(settings, parts.log);
  const receiver = new SocketModeReceiver({
    appToken: transport.appToken.reveal(),
    logger: logger ?? boltLogger(parts.log),
    autoReconnectEnabled: false,
    clientPingTimeout: parts.pongTimeout,
    installerOptions: { clientOptions: options },
  });
  const socket = new SocketConnection(receiver.client, parts);
  const pages = installPages(settings, parts);
  return {
    receiver,
    start: async () => {
      await pages?.start();
      try {
        await socket.start();
      } catch (error) {
        await pages?.stop();
        throw error;
      }
    },
    stop: async () => {
      await socket.stop();
      await pages?.stop();
      parts.health.turn("stopped");
    },
  };
}

/** A server for the pages of an installation alone, since a socket brings none that knows its address. */
function installPages(
  { identity }: SlackSettings,
  { provider, log, requestTimeout }: ConnectionParts,
): { readonly start: () => Promise<void>; readonly stop: () => Promise<void> } | null {
  if (identity.kind !== "oauth" || provider === null) {
    return null;
  }
  const answer: RequestListener = (request, response) => {
    if (!serveInstallation(provider, request, response, log)) {
      response.writeHead(404).end();
    }
  };
  const server = createServer(serverLimits(requestTimeout), answer);
  limitConnections(server);
  const { host, port } = identity;
  return {
    start: async () => listening(server, host, port),
    stop: async () => closed(server),
  };
}

async function listening(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  server.once("error", (error) => {
    reject(portError(error, host, port, "slack.oauth.port"));
  });
  server.listen(port, host, () => {
    resolve(undefined);
  });
  await promise;
}

async function closed(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.close(() => {
    resolve(undefined);
  });
  await promise;
}

function portError(error: unknown, host: string, port: number, setting: string): unknown {
  const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  return isTaken
    ? new DoorbellError(
        "port-in-use",
        `Port ${port} of ${host} is taken, so Slack cannot reach Doorbell there: set \`${setting}\` to a free one.`,
        { cause: error },
      )
    : error;
}
