import { Buffer } from "node:buffer";
import type { AddressInfo, Server, Socket } from "node:net";
import rhea from "rhea";
import type { Connection, EventContext, Receiver, Sender } from "rhea";
import { z } from "zod";
import { answerManagement } from "./management.ts";
import { PartitionLog } from "./partition-log.ts";
import { PartitionReader } from "./partition-reader.ts";

/** How the fake is set up. */
export interface FakeHubSettings {
  readonly hub?: string;
  readonly partitions?: number;
  readonly consumerGroups?: readonly string[];
  /** PEM: speaks TLS with them; without, plain AMQP, as the development emulator does. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** An error as AMQP has it. */
export interface Condition {
  readonly condition: string;
  readonly description: string;
}

/** A token that a client put on `$cbs`. */
export interface PutToken {
  readonly audience: string;
  readonly type: string;
  readonly token: string;
}

const READER = /^([^/]+)\/ConsumerGroups\/([^/]+)\/Partitions\/([^/]+)$/i;
const SAS_TOKEN = "servicebus.windows.net:sastoken";

const putToken = z.object({
  message_id: z.string(),
  body: z.unknown(),
  application_properties: z.object({
    operation: z.literal("put-token"),
    name: z.string(),
    type: z.string(),
  }),
});

/**
 * An Event Hub on loopback: AMQP 1.0 with claims-based security, management and partitions, as
 * https://learn.microsoft.com/azure/event-hubs/event-hubs-amqp-protocol-guide has them.
 */
export class FakeEventHub {
  readonly hub: string;
  readonly partitions: ReadonlyMap<string, PartitionLog>;
  /** Every token that was put. */
  readonly tokens: PutToken[] = [];
  /** Attaches of readers that were granted, `group/partition/epoch`, in their order. */
  readonly attached: string[] = [];
  /** The last reader credit asked for at once: shows whether a client lets it pile up. */
  mostCredit = 0;
  /** Refuses tokens with this, as for a key that is wrong. */
  refusesTokens: Condition | null = null;
  /** Refuses to let partitions be read, as for a missing permission. */
  refusesReaders: Condition | null = null;
  /** Answers nothing any more. */
  isStalled = false;
  readonly #groups: ReadonlySet<string>;
  readonly #connections = new Map<Connection, { readonly audiences: Set<string> }>();
  readonly #readers = new Set<PartitionReader>();
  readonly #sockets = new Set<Socket>();
  readonly #isTls: boolean;
  #server: Server | null = null;

  private constructor(settings: FakeHubSettings) {
    this.hub = settings.hub ?? "activity";
    this.partitions = new Map(
      Array.from({ length: settings.partitions ?? 1 }, (_, id) => [String(id), new PartitionLog()]),
    );
    this.#groups = new Set((settings.consumerGroups ?? ["$Default"]).map((g) => g.toLowerCase()));
    this.#isTls = settings.tls !== undefined;
  }

  static async listen(settings: FakeHubSettings = {}): Promise<FakeEventHub> {
    const fake = new FakeEventHub(settings);
    const container = rhea.create_container({ id: "fake-event-hub" });
    allowAnonymous(container.sasl_server_mechanisms);
    container.on("connection_open", ({ connection }: EventContext) => {
      fake.#connections.set(connection, { audiences: new Set() });
    });
    container.on("disconnected", ({ connection }: EventContext) => fake.#forget(connection));
    container.on("connection_close", ({ connection }: EventContext) => fake.#forget(connection));
    for (const name of ["connection_error", "session_error", "sender_error", "receiver_error"]) {
      container.on(name, () => {});
    }
    container.on("sender_open", (context: EventContext) => {
      fake.#senderOpened(context.connection, context.sender);
    });
    container.on("sendable", () => fake.#deliver());
    container.on("sender_close", ({ sender }: EventContext) => fake.#readerGone(sender));
    container.on("message", (context: EventContext) => {
      fake.#received(context.connection, context.receiver, context.message);
    });
    fake.#server = container.listen(
      settings.tls === undefined
        ? { port: 0, host: "127.0.0.1" }
        : { port: 0, host: "127.0.0.1", transport: "tls", ...settings.tls },
    );
    fake.#server.on("error", () => {});
    fake.#server.on("connection", (socket) => {
      fake.#sockets.add(socket);
      socket.once("close", () => fake.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => {
      fake.#server?.once("listening", () => resolve());
    });
    return fake;
  }

  get port(): number {
    const address = this.#server?.address();
    return isAddress(address) ? address.port : 0;
  }

  /** As the development emulator's; its key is `c2VjcmV0LWtleQ==`. */
  get connectionString(): string {
    const emulator = this.#isTls ? "" : ";UseDevelopmentEmulator=true";
    return `Endpoint=sb://127.0.0.1:${this.port};SharedAccessKeyName=listen;SharedAccessKey=c2VjcmV0LWtleQ==${emulator}`;
  }

  /** Open connections. */
  get connections(): number {
    return this.#connections.size;
  }

  /** The readers of a partition at the moment, `group/epoch`. */
  readers(partition: string): readonly string[] {
    return [...this.#readers]
      .filter((reader) => reader.partition === partition)
      .map(({ group, epoch }) => `${group}/${epoch ?? "none"}`);
  }

  /** Puts an event into a partition: text and bytes as they are, else as JSON. */
  send(partition: string, body: unknown, enqueuedAt: number = Date.now()): void {
    const bytes = Buffer.isBuffer(body)
      ? body
      : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
    this.log(partition).append(bytes, enqueuedAt);
    this.#deliver();
  }

  log(partition: string): PartitionLog {
    const log = this.partitions.get(partition);
    if (log === undefined) {
      throw new Error(`The fake has no partition ${partition}.`);
    }
    return log;
  }

  /** Breaks every connection off, without a word. */
  dropConnections(): void {
    for (const connection of this.#connections.keys()) {
      this.#forget(connection);
    }
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  /** Ends the readers of a partition with an error. */
  detach(partition: string, condition: Condition): void {
    for (const reader of this.#readers) {
      if (reader.partition === partition) {
        this.#end(reader, condition);
      }
    }
  }

  /** Sends the last events of a partition to its readers once more. */
  repeat(partition: string, count: number): void {
    for (const reader of this.#readers) {
      if (reader.partition === partition) {
        reader.repeat(count);
      }
    }
  }

  async close(): Promise<void> {
    this.dropConnections();
    await new Promise<void>((resolve) => {
      this.#server?.close(() => resolve());
    });
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    for (const reader of this.#readers) {
      if (reader.connection === connection) {
        this.#readers.delete(reader);
      }
    }
  }

  #readerGone(sender: Sender | undefined): void {
    for (const reader of this.#readers) {
      if (reader.sender === sender) {
        this.#readers.delete(reader);
      }
    }
  }

  #deliver(): void {
    if (this.isStalled) {
      return;
    }
    for (const reader of this.#readers) {
      reader.deliver();
      this.mostCredit = Math.max(this.mostCredit, reader.credit);
    }
  }

  #end(reader: PartitionReader, condition: Condition): void {
    this.#readers.delete(reader);
    reader.sender.close(condition);
  }

  #senderOpened(connection: Connection, sender: Sender | undefined): void {
    const address: unknown = sender?.source.address;
    if (sender === undefined || address === "$cbs" || address === "$management") {
      return;
    }
    const refusal = this.#attach(connection, sender, String(address));
    if (refusal !== null) {
      sender.close(refusal);
    }
  }

  /** Lets a partition be read; else says why not. */
  #attach(connection: Connection, sender: Sender, address: string): Condition | null {
    const [, hub, group = "", partition = ""] = READER.exec(address) ?? [];
    const log = this.partitions.get(partition);
    if (hub !== this.hub || log === undefined || !this.#groups.has(group.toLowerCase())) {
      const description = `The messaging entity '${address}' could not be found. status-code: 404`;
      return { condition: "amqp:not-found", description };
    }
    const { audiences } = this.#connections.get(connection) ?? { audiences: new Set<string>() };
    if (![...audiences].some((audience) => audience.endsWith(`/${address}`))) {
      const description = `Unauthorized access. 'Listen' claim(s) are required to perform this operation.`;
      return { condition: "amqp:unauthorized-access", description };
    }
    if (this.refusesReaders !== null) {
      return this.refusesReaders;
    }
    const reader = PartitionReader.of(connection, sender, { group, partition, log });
    if (!(reader instanceof PartitionReader)) {
      return reader;
    }
    const others = [...this.#readers].filter((one) => one.competesWith(reader));
    if (others.some((one) => (one.epoch ?? -1) > (reader.epoch ?? -1))) {
      const description = "At least one receiver for the endpoint is created with a higher epoch.";
      return { condition: "amqp:link:stolen", description };
    }
    for (const other of reader.epoch === null ? [] : others) {
      const description = `New receiver with higher epoch of '${reader.epoch}' is created.`;
      this.#end(other, { condition: "amqp:link:stolen", description });
    }
    this.#readers.add(reader);
    this.attached.push(`${group}/${partition}/${reader.epoch ?? "none"}`);
    return null;
  }

  #received(connection: Connection, receiver: Receiver | undefined, json: unknown): void {
    const address: unknown = receiver?.target.address;
    if (this.isStalled) {
      return;
    }
    if (address === "$cbs") {
      this.#putToken(connection, json);
    } else if (address === "$management") {
      this.#manage(connection, json);
    }
  }

  #putToken(connection: Connection, json: unknown): void {
    const { message_id: id, body, application_properties: about } = putToken.parse(json);
    const token = textOf(body);
    this.tokens.push({ audience: about.name, type: about.type, token });
    const isWrong =
      about.type === SAS_TOKEN && !/^SharedAccessSignature .*skn=listen/.test(token)
        ? { condition: "amqp:unauthorized-access", description: "InvalidSignature" }
        : this.refusesTokens;
    if (isWrong === null) {
      this.#connections.get(connection)?.audiences.add(about.name);
    }
    reply(connection, "$cbs", {
      correlation_id: id,
      application_properties:
        isWrong === null
          ? { "status-code": 202, "status-description": "Accepted" }
          : {
              "status-code": 401,
              "status-description": isWrong.description,
              "error-condition": isWrong.condition,
            },
      body: "",
    });
  }

  #manage(connection: Connection, json: unknown): void {
    reply(connection, "$management", answerManagement(this.hub, this.partitions, json));
  }
}

function reply(connection: Connection, address: string, content: Record<string, unknown>): void {
  const sender = connection.find_sender(
    (one: Sender) => one.source.address === address && one.is_open(),
  );
  sender?.send(rhea.message.encode(content), undefined, 0);
}

/** Clients put their tokens on `$cbs` instead of saying who they are when they connect. */
function allowAnonymous(mechanisms: unknown): void {
  const isFitting = (value: unknown): value is { enable_anonymous(): void } =>
    typeof value === "object" && value !== null && "enable_anonymous" in value;
  if (isFitting(mechanisms)) {
    mechanisms.enable_anonymous();
  }
}

function textOf(body: unknown): string {
  const content =
    typeof body === "object" && body !== null && "content" in body ? body.content : body;
  return Buffer.isBuffer(content) ? content.toString("utf8") : String(content);
}

function isAddress(address: AddressInfo | string | null | undefined): address is AddressInfo {
  return typeof address === "object" && address !== null;
}
