import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { CloudAdapter, ConfigurationBotFrameworkAuthentication } from "botbuilder";
import type { TurnContext } from "botbuilder";
import { onTestFinished } from "vitest";
import { z } from "zod";
import type { FakeTeams } from "./fake-teams.ts";

/** A bot on the real SDK, to try the fake with. */
export interface EchoBot {
  readonly adapter: CloudAdapter;
  /** The texts and names of the activities that the SDK believed. */
  readonly heard: string[];
  /** What the bot takes for its token. */
  token: string;
}

/** Starts a bot at the fake, which does that with each activity; it ends with the test. */
export async function startBot(
  teams: FakeTeams,
  logic: (context: TurnContext) => Promise<void>,
): Promise<EchoBot> {
  const heard: string[] = [];
  const bot: EchoBot = {
    adapter: adapterAt(teams, () => bot.token),
    heard,
    token: teams.tokens.issue(),
  };
  const server = createServer((request, response) => {
    void serve(bot.adapter, request, response, async (context) => {
      const { type, text, name } = context.activity;
      heard.push(text ?? name ?? type);
      await logic(context);
    });
  });
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.listen(0, "127.0.0.1", () => {
    resolve(undefined);
  });
  await promise;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = z.object({ port: z.number() }).parse(server.address());
  teams.deliveries.endpoint = `http://127.0.0.1:${port}/api/messages`;
  return bot;
}

function adapterAt(teams: FakeTeams, token: () => string): CloudAdapter {
  const { cloud } = teams;
  return new CloudAdapter(
    new ConfigurationBotFrameworkAuthentication(
      {
        ValidateAuthority: false,
        ToChannelFromBotLoginUrl: teams.origin,
        OAuthUrl: teams.origin,
        ToChannelFromBotOAuthScope: cloud.scope,
        ToBotFromChannelTokenIssuer: cloud.issuer,
        ToBotFromChannelOpenIdMetadataUrl: cloud.openIdMetadataUrl,
        ToBotFromEmulatorOpenIdMetadataUrl: teams.emulatorMetadataUrl,
        CallerId: "urn:botframework:azure",
      },
      {
        isValidAppId: (id) => Promise.resolve(id === teams.appId),
        isAuthenticationDisabled: () => Promise.resolve(false),
        createCredentials: () =>
          Promise.resolve({
            signRequest: (request) => {
              request.headers.set("authorization", `Bearer ${token()}`);
              return Promise.resolve(request);
            },
          }),
      },
    ),
  );
}

/** The SDK wants a parsed body, and an answer as Express has it. */
async function serve(
  adapter: CloudAdapter,
  request: IncomingMessage,
  response: ServerResponse,
  logic: (context: TurnContext) => Promise<void>,
): Promise<void> {
  const body = z.record(z.string(), z.unknown()).parse(await json(request));
  await adapter.process(
    { method: request.method ?? "", headers: request.headers, body },
    {
      socket: response.socket,
      status: (code: number) => {
        response.statusCode = code;
      },
      header: (name: string, value: unknown) => response.setHeader(name, String(value)),
      send: (content: unknown) => {
        response.write(typeof content === "string" ? content : JSON.stringify(content));
      },
      end: () => response.end(),
    },
    logic,
  );
}
