import { z } from "zod";
import { SlackFailure } from "./failure.ts";
import type { FakeToken, FakeTokens } from "./tokens.ts";
import type { FakeChannel, FakeWorkspace } from "./world.ts";

/** One call of a Web API method by an app that may make it. */
export interface MethodCall {
  readonly workspace: FakeWorkspace;
  readonly token: FakeToken;
  readonly tokens: FakeTokens;
  /** As they came: text, with JSON inside for whatever is structured. */
  readonly args: Readonly<Record<string, string>>;
  /** Where the fake listens, such as `http://127.0.0.1:41999`. */
  readonly origin: string;
}

/** A Web API method. */
export interface Method {
  readonly kind: "bot" | "app";
  /** The scopes that this call needs, all of them. */
  readonly scopes: (call: MethodCall) => readonly string[];
  /** Does it, and gives the answer's fields beside `ok`. */
  readonly run: (call: MethodCall) => Readonly<Record<string, unknown>>;
}

/** An argument that must be there. */
export function required(call: MethodCall, name: string): string {
  const value = call.args[name];
  if (value === undefined || value === "") {
    throw new SlackFailure("invalid_arguments", {
      response_metadata: { messages: [`[ERROR] missing required field: ${name}`] },
    });
  }
  return value;
}

/** A structured argument, from its JSON. */
export function structured(call: MethodCall, name: string): unknown {
  const text = call.args[name];
  if (text === undefined || text === "") {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    throw new SlackFailure(name === "blocks" ? "invalid_blocks_format" : "invalid_arguments");
  }
}

/** A boolean argument, as forms carry it. */
export function flag(call: MethodCall, name: string): boolean {
  return ["true", "1"].includes(call.args[name] ?? "");
}

/** The channel that the argument names, as far as the bot may know of it. */
export function knownChannel(call: MethodCall): FakeChannel {
  const { workspace } = call;
  const channel = workspace.channels.get(required(call, "channel"));
  const known =
    channel !== undefined && (channel.kind === "public" || channel.members.has(workspace.bot.id));
  if (channel === undefined || !known) {
    throw new SlackFailure("channel_not_found");
  }
  return channel;
}

/** The same, when the bot may post there. */
export function postableChannel(call: MethodCall): FakeChannel {
  const { workspace } = call;
  const named = required(call, "channel");
  const partner = workspace.users.get(named);
  const channel = partner === undefined ? knownChannel(call) : workspace.directMessages(partner);
  if (channel.archived) {
    throw new SlackFailure("is_archived");
  }
  if (!channel.members.has(workspace.bot.id)) {
    throw new SlackFailure("not_in_channel");
  }
  return channel;
}

/** The scope that reading a channel's messages takes. */
export function historyScope(call: MethodCall): readonly string[] {
  const kind = call.workspace.channels.get(call.args["channel"] ?? "")?.kind ?? "public";
  return [{ public: "channels:history", private: "groups:history", im: "im:history" }[kind]];
}

const metadataSchema = z.strictObject({
  event_type: z.string().min(1).max(255),
  event_payload: z.record(z.string(), z.unknown()),
});

const MOST_METADATA_BYTES = 16_384;

/** The metadata argument of a post. */
export function metadataArgument(call: MethodCall): z.infer<typeof metadataSchema> | null {
  const value = structured(call, "metadata");
  if (value === undefined) {
    return null;
  }
  if (JSON.stringify(value).length > MOST_METADATA_BYTES) {
    throw new SlackFailure("metadata_too_large");
  }
  const parsed = metadataSchema.safeParse(value);
  if (!parsed.success) {
    throw new SlackFailure("invalid_metadata_format");
  }
  return parsed.data;
}
