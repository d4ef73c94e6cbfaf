import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { readBody } from "../../src/azure/event-hub-body.ts";
import { readPartitionCursor, writePartitionCursor } from "../../src/azure/event-hub-cursor.ts";
import { AzureFault } from "../../src/azure/azure-fault.ts";
import { hubFault } from "../../src/azure/event-hub-fault.ts";
import { networkError } from "./azure-wire.ts";
import { START } from "./log-feed.ts";

const A = '{"operationName":"a"}';
const B = '{"operationName":"b"}';

describe("the body of an event", () => {
  test.each<[what: string, body: unknown]>([
    ["as diagnostic settings send it", `{"records":[${A},${B}]}`],
    ["with a byte-order mark", `\uFEFF{"records":[${A},${B}]}`],
    ["with line ends and spaces", `\r\n{ "records": [\n  ${A},\n  ${B}\n] }\r\n`],
    ["in several messages in one", `{"records":[${A}]}\n{"records":[${B}]}\n`],
    ["as an array", `[${A},${B}]`],
    ["one row per line", `${A}\n${B}\n`],
    ["with commas behind", `${A},\n${B},\n`],
    ["one after the other", `${A}${B}`],
    ["as an AMQP value", { records: [{ operationName: "a" }, { operationName: "b" }] }],
    ["in two AMQP data sections", [Buffer.from(`[${A},`), Buffer.from(`${B}]`)]],
  ])("%s is read", (_, body) => {
    const sent = typeof body === "string" ? Buffer.from(body) : body;
    const read = readBody(sent);
    expect(read).toEqual({
      rows: [{ operationName: "a" }, { operationName: "b" }],
      broken: null,
    });
  });

  test.each<[body: unknown, rows: number, reason: string, raw: string]>([
    [
      Buffer.from(`{"records":[${A},${B}`),
      2,
      "the event ends in the middle of a row or a list",
      "",
    ],
    [
      Buffer.from(`{"records":[${A},{"x"`),
      1,
      "the event ends in the middle of a row or a list",
      ',{"x"',
    ],
    [Buffer.from(`[${A},nonsense,${B}]`), 2, "it is not a JSON object", `nonsense,${B}]`],
    [Buffer.from("{,}"), 0, "it is not valid JSON", "{,}"],
    [Buffer.from([0x1f, 0x8b, 8]), 0, "the event is compressed", '"base64:H4sI"'],
    [Buffer.from([0xff, 0xfe]), 0, "it is not a JSON object", '"base64://4="'],
    [null, 0, "it is not a JSON object", "null"],
    [undefined, 0, "the event holds neither bytes nor text", "null"],
    [10n, 0, "the event holds neither bytes nor text", "null"],
  ])("case %# gives what can be read of it, and the rest as it is", (body, rows, reason, raw) => {
    const read = readBody(body);
    expect(read.rows.length).toBe(rows);
    expect(read.broken).toEqual({ reason, raw });
  });

  test.each([Buffer.alloc(0), Buffer.from(" \n"), Buffer.from('{"records":[]}')])(
    "%s holds nothing, and nothing is wrong with that",
    (body) => {
      expect(readBody(body)).toEqual({ rows: [], broken: null });
    },
  );
});

describe("the position of a partition", () => {
  const position = { sequenceNumber: 7, enqueuedAt: START, hubCreatedAt: START, lost: null };
  const lost = { from: START, to: START + 1, events: 2, foundAt: START + 2 };

  test.each([position, { ...position, lost }, { ...position, lost: { ...lost, events: null } }])(
    "%j is read as it was written",
    (one) => {
      expect(readPartitionCursor(writePartitionCursor(one))).toEqual(one);
    },
  );

  test.each(["", "7", "{}", '{"version":2}', JSON.stringify({ version: 1, sequenceNumber: "7" })])(
    "%j is none",
    (text) => {
      expect(readPartitionCursor(text)).toBeNull();
    },
  );
});

describe("what went wrong with an Event Hub", () => {
  const identity = {
    namespace: "contoso.servicebus.windows.net",
    hub: "activity",
    consumerGroup: "doorbell",
    setting: "azure.event-hubs[0]",
    signsIn: "with-token",
  } as const;
  const messaging = (code: string, words: string): Error =>
    Object.assign(new Error(words), { name: "MessagingError", code });

  test.each<[error: unknown, kind: string, words: string]>([
    [
      messaging("UnauthorizedError", "Unauthorized access. TrackingId:1, Timestamp:now"),
      "permission",
      'Doorbell may not read the Event Hub activity of contoso.servicebus.windows.net: give its identity the role "Azure Event Hubs Data Receiver" there (Unauthorized access.).',
    ],
    [
      new AggregateError([messaging("ServerBusyError", "a"), messaging("ServerBusyError", "b")]),
      "throttled",
      "contoso.servicebus.windows.net is busy and asks Doorbell to wait; if that goes on, give it more throughput units.",
    ],
    [
      messaging("ServiceCommunicationError", "The messaging entity 'x' could not be found."),
      "not-found",
      "There is no Event Hub activity with the consumer group doorbell in contoso.servicebus.windows.net: check azure.event-hubs[0].",
    ],
    [
      new AggregateError([networkError("ECONNREFUSED"), networkError("ENOTFOUND")]),
      "unreachable",
      "The host contoso.servicebus.windows.net cannot be found (ENOTFOUND): check the network, its DNS, and azure.cloud.",
    ],
    [
      messaging("OperationTimeoutError", "The request timed out.\nsecond line"),
      "unreachable",
      "Reading the Event Hub activity of contoso.servicebus.windows.net failed: The request timed out. second line",
    ],
    [
      "text",
      "unreachable",
      "Reading the Event Hub activity of contoso.servicebus.windows.net failed: text",
    ],
  ])("%s is told as %s", (error, kind, words) => {
    expect(hubFault(error, identity)).toMatchObject({ kind, message: words });
  });

  test("a failure to sign in is told as it is", () => {
    const fault = new AzureFault("credentials", "No.");
    expect(hubFault(fault, identity)).toBe(fault);
  });
});
