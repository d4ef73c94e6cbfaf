import { createServer } from "node:http";
import type { Server, ServerResponse } from "node:http";
import type { FeedHealth, StreamLag } from "../domain/feed.ts";
import { MINUTE, SECOND } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import { jsonLine } from "../domain/json-line.ts";
import { DoorbellError } from "../errors.ts";
import type { ChatState, Clock, OutboxHealth } from "../ports.ts";

/** What the health page tells of. */
export interface ServiceHealth {
  readonly feeds: readonly FeedHealth[];
  /** null when the store cannot be read. */
  readonly outbox: OutboxHealth | null;
  readonly chats: readonly ChatState[];
}

/** A feed that brought nothing for longer is not healthy; one that is polled seldom may be silent for longer. */
const LONGEST_SILENCE: Duration = 15 * MINUTE;
/** So many polls may go by without a page. */
const MISSED_POLLS = 3;
const REQUEST_TIMEOUT: Duration = 10 * SECOND;
const MOST_HEADER_BYTES = 8 * 1024;
const MOST_CONNECTIONS = 100;
/** A delivery that waits for longer is worth an alarm. */
const LONGEST_WAIT: Duration = 5 * MINUTE;

/**
 * Serves `/healthz` (200, or 503 with what is wrong, as JSON; feeds that other
 * replicas read, with their names) and `/metrics` (Prometheus text).
 *
 * @param poll how often the feeds are read.
 * @returns what stops it.
 * @throws DoorbellError `port-in-use`, or `configuration` when the host is not this machine's.
 */
export async function serveHealth(
  address: { readonly host: string; readonly port: number },
  health: () => Promise<ServiceHealth>,
  poll: Duration,
  clock: Clock,
): Promise<() => Promise<void>> {
  const limits = {
    requestTimeout: REQUEST_TIMEOUT,
    headersTimeout: REQUEST_TIMEOUT,
    connectionsCheckingInterval: SECOND,
    maxHeaderSize: MOST_HEADER_BYTES,
  };
  const server = createServer(limits, (request, response) => {
    if (request.headers["content-length"] !== undefined || request.headers["transfer-encoding"]) {
      // No body is wanted.
      response.setHeader("connection", "close");
    }
    const [pathname = ""] = (request.url ?? "").split("?");
    if (request.method !== "GET" || (pathname !== "/healthz" && pathname !== "/metrics")) {
      response.writeHead(404, { "content-type": "text/plain" }).end("Not found.\n");
      return;
    }
    void answer(pathname, response);
  });
  const answer = async (pathname: string, response: ServerResponse): Promise<void> => {
    const state = await health();
    if (pathname === "/metrics") {
      const type = "text/plain; version=0.0.4; charset=utf-8";
      response.writeHead(200, { "content-type": type }).end(metrics(state, clock.now()));
      return;
    }
    const problems = problemsOf(state, poll, clock.now());
    const status = problems.length === 0 ? "ok" : "failing";
    const elsewhere = Object.fromEntries(
      state.feeds.flatMap(({ feed, heldBy }) => (heldBy === undefined ? [] : [[feed, heldBy]])),
    );
    const held = Object.keys(elsewhere).length === 0 ? {} : { "held-by-other-replicas": elsewhere };
    response
      .writeHead(problems.length === 0 ? 200 : 503, { "content-type": "application/json" })
      .end(`${jsonLine({ status, problems, ...held })}\n`);
  };
  server.maxConnections = MOST_CONNECTIONS;
  await listening(server, address);
  return async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
  };
}

async function listening(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const where = `${host}:${port}`;
      reject(
        error.code === "EADDRINUSE"
          ? new DoorbellError(
              "port-in-use",
              `Another program listens on ${where}: choose another http.port, or off.`,
              { cause: error },
            )
          : new DoorbellError(
              "configuration",
              `Cannot listen on ${where} (${error.code ?? error.message}): change http.host or http.port.`,
              { cause: error },
            ),
      );
    });
    server.listen(port, host, resolve);
  });
}

/** What is wrong, one line each; empty when nothing is. */
function problemsOf(
  { feeds, outbox, chats }: ServiceHealth,
  poll: Duration,
  now: Instant,
): readonly string[] {
  const longestSilence = Math.max(LONGEST_SILENCE, MISSED_POLLS * poll);
  const ofFeeds = feeds.flatMap(({ feed, problem, state, lastSuccess }) => {
    if (problem !== null) {
      return [`${feed}: ${problem}`];
    }
    const silent = lastSuccess !== null && lastSuccess < now - longestSilence;
    const since = `${longestSilence / MINUTE} minutes`;
    return silent && state !== "stopped" ? [`${feed}: nothing was read for ${since}.`] : [];
  });
  const problems = [...ofFeeds, ...chats.flatMap((chat) => chatProblems(chat, now))];
  if (outbox === null) {
    return [...problems, "The store cannot be read."];
  }
  const waits = outbox.oldestUnsaid !== null && outbox.oldestUnsaid < now - LONGEST_WAIT;
  return waits
    ? [...problems, "Notifications wait for longer than 5 minutes.", ...outbox.problems]
    : problems;
}

function chatProblems(
  { platform, state, since, problems }: ChatState,
  now: Instant,
): readonly string[] {
  const told = problems.map((problem) => `${platform}: ${problem}`);
  const isAway = state === "connecting" && since < now - LONGEST_WAIT;
  return isAway ? [...told, `${platform}: not connected for longer than 5 minutes.`] : told;
}

function metrics({ feeds, outbox, chats }: ServiceHealth, now: Instant): string {
  const lines = [
    "# HELP doorbell_feed_last_success_seconds Time since the feed last brought a page.",
    "# TYPE doorbell_feed_last_success_seconds gauge",
    ...feeds.flatMap(({ feed, lastSuccess }) =>
      lastSuccess === null
        ? []
        : [
            `doorbell_feed_last_success_seconds${label("feed", feed)} ${(now - lastSuccess) / SECOND}`,
          ],
    ),
    "# HELP doorbell_feed_failing Whether the feed has a problem.",
    "# TYPE doorbell_feed_failing gauge",
    ...feeds.map(
      ({ feed, problem }) =>
        `doorbell_feed_failing${label("feed", feed)} ${problem === null ? 0 : 1}`,
    ),
    "# HELP doorbell_feed_held Whether this replica reads the feed, and not another one.",
    "# TYPE doorbell_feed_held gauge",
    ...feeds.map(
      ({ feed, heldBy }) =>
        `doorbell_feed_held${label("feed", feed)} ${heldBy === undefined ? 1 : 0}`,
    ),
    "# HELP doorbell_stream_lag_events Events of the stream that are not stored yet.",
    "# TYPE doorbell_stream_lag_events gauge",
    ...feeds.flatMap(({ feed, lag }) =>
      isKnown(lag) ? [`doorbell_stream_lag_events${label("feed", feed)} ${lag.events}`] : [],
    ),
    "# HELP doorbell_stream_stored_to_seconds When the last event that is stored was put into the stream, Unix time.",
    "# TYPE doorbell_stream_stored_to_seconds gauge",
    ...feeds.flatMap(({ feed, lag }) =>
      isKnown(lag) && lag.storedTo !== null
        ? [`doorbell_stream_stored_to_seconds${label("feed", feed)} ${lag.storedTo / SECOND}`]
        : [],
    ),
    "# HELP doorbell_azure_calls_last_hour Calls to Azure in the last hour.",
    "# TYPE doorbell_azure_calls_last_hour gauge",
    ...feeds.map(
      ({ feed, callsLastHour }) =>
        `doorbell_azure_calls_last_hour${label("feed", feed)} ${callsLastHour}`,
    ),
    "# HELP doorbell_chat_connected Whether the chat platform is connected and accepts Doorbell.",
    "# TYPE doorbell_chat_connected gauge",
    ...chats.map(
      ({ platform, state }) =>
        `doorbell_chat_connected${label("platform", platform)} ${state === "connected" ? 1 : 0}`,
    ),
    "# HELP doorbell_store_up Whether the store can be read.",
    "# TYPE doorbell_store_up gauge",
    `doorbell_store_up ${outbox === null ? 0 : 1}`,
  ];
  if (outbox !== null) {
    lines.push(
      "# HELP doorbell_deliveries Notifications and replies, by state.",
      "# TYPE doorbell_deliveries gauge",
      ...Object.entries(outbox.byState).map(
        ([state, count]) => `doorbell_deliveries${label("state", state)} ${count}`,
      ),
    );
  }
  return `${lines.join("\n")}\n`;
}

function isKnown(lag: StreamLag | null | undefined): lag is StreamLag {
  return lag !== undefined && lag !== null;
}

function label(name: string, value: string): string {
  const escaped = value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  return `{${name}="${escaped}"}`;
}
