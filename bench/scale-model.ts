import { parseArgs } from "node:util";

const HELP = `Works out on paper what a tenant of a size costs, from figures that were measured.

npm run bench -- scale model [OPTIONS]

  --subscriptions N   Azure subscriptions (default 1000)
  --events N          relevant events that are kept (default 10000000)
  --channels N        channels (default 1000)
  --requests N        requests of the patch night (default 5000)
  --minutes N         how long it goes on (default 10)
  --held N            events that all processes together hold in memory (default 250000, one process)
  --wide N            channels that hear of everything (default 10)
`;

/**
 * What was measured: `scale again`, `scale ingest`, `scale drain`, `scale start`; docs/scale.md says on which machine. ms
 * are of processor time.
 */
const MEASURED = {
  rowsPerRequest: 6,
  kilobytesOnDiskPerEvent: 6.7,
  kibibytesInMemoryPerEvent: 2.8,
  msToStorePerEvent: 0.3,
  /** With all that is worked out meanwhile and in the end, on the clock. */
  msToFillPerEvent: 0.63,
  msToCorrelatePerEvent: 0.023,
  msToCorrelateAgainPerEvent: 0.002,
  msToReadBackPerEvent: 0.05,
  msToRoutePerRequest: 9,
  msPerPost: 14,
  msPerQuietCall: 0.5,
} as const;

/** An hour of an Azure subscription in which nothing happens: docs/permissions.md. */
const CALLS_PER_HOUR = 150;
const HOUR_MS = 3_600_000;

/** Prints the model; the parameters are those behind `scale model`. */
export async function scaleModel(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      subscriptions: { type: "string", default: "1000" },
      events: { type: "string", default: "10000000" },
      channels: { type: "string", default: "1000" },
      requests: { type: "string", default: "5000" },
      minutes: { type: "string", default: "10" },
      held: { type: "string", default: "250000" },
      wide: { type: "string", default: "10" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const [subscriptions, events, channels] = [
    Number(values.subscriptions),
    Number(values.events),
    Number(values.channels),
  ];
  const [requests, minutes, wide] = [
    Number(values.requests),
    Number(values.minutes),
    Number(values.wide),
  ];
  const held = Number(values.held);
  const m = MEASURED;
  const perSubscription = events / subscriptions;
  const calls = subscriptions * CALLS_PER_HOUR;
  const narrow = requests * ((channels - wide) / channels);
  const posts = narrow + requests * wide;
  const active = Math.min(subscriptions, requests);
  const isHeld = active * perSubscription <= held;
  // What rested is read back and correlated whole; of what is held, what something new can have changed.
  const whole = m.msToCorrelatePerEvent + m.msToReadBackPerEvent;
  const round = isHeld ? m.msToCorrelateAgainPerEvent : whole;
  // The rows of a request come with about three polls.
  const rounds = Math.min(requests, active * minutes) * 3;
  const busy =
    rounds * perSubscription * round +
    requests * (m.rowsPerRequest * m.msToStorePerEvent + m.msToRoutePerRequest) +
    posts * m.msPerPost;
  const rows: readonly (readonly [string, string])[] = [
    ["requests behind the events", number(events / m.rowsPerRequest)],
    ["events per Azure subscription", number(perSubscription)],
    ["store", `${number((events * m.kilobytesOnDiskPerEvent) / 1e6)} GB`],
    [
      "events in memory, if all were held",
      `${number((events * m.kibibytesInMemoryPerEvent) / 2 ** 20)} GiB`,
    ],
    [
      "events in memory, as it is",
      `${number((Math.min(events, held) * m.kibibytesInMemoryPerEvent) / 2 ** 10)} MiB`,
    ],
    ["first filling of the store", `${number((events * m.msToFillPerEvent) / 60_000)} min`],
    [
      "a start, or a takeover of everything",
      `${number((events * (m.msToCorrelatePerEvent + m.msToReadBackPerEvent)) / 60_000)} min`,
    ],
    ["calls to Azure while nothing happens", `${number(calls / 3_600)} a second in all`],
    ["of Azure's limit per Azure subscription", percent(CALLS_PER_HOUR / 3_600 / 25)],
    ["processor for them", percent((calls * m.msPerQuietCall) / HOUR_MS)],
    [`patch night: messages`, number(posts)],
    [
      "patch night: last message in a channel that hears of all, Slack",
      // A second, and what a call takes.
      `${number((requests * 1.2) / 60)} min`,
    ],
    ["patch night: the same, Teams (1,800 an hour and thread)", `${number(requests / 30)} min`],
    ["patch night: processor, of one", percent(busy / (minutes * 60_000))],
  ];
  for (const [what, figure] of rows) {
    process.stdout.write(`| ${what} | ${figure} |\n`);
  }
}

function number(value: number): string {
  const digits = value < 10 ? 1 : 0;
  return value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function percent(part: number): string {
  return `${number(part * 100)} %`;
}
