import { CloudAdapter, ConfigurationBotFrameworkAuthentication } from "botbuilder";
import type { Activity as SdkActivity } from "botbuilder";
import { z } from "zod";
import { answerError } from "./delivery-error.ts";
import type { TeamsSettings } from "./settings.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** Gets a bearer token, without `Bearer` in front, good for at least some minutes. */
export type AccessToken = (signal?: AbortSignal) => Promise<string>;

type ConnectorFactory = ReturnType<
  ConfigurationBotFrameworkAuthentication["createConnectorFactory"]
>;
/** The SDK's client of the Bot Connector. */
export type Connector = Awaited<ReturnType<ConnectorFactory["create"]>>;
type Credentials = Awaited<
  ReturnType<
    NonNullable<
      ConstructorParameters<typeof ConfigurationBotFrameworkAuthentication>[1]
    >["createCredentials"]
  >
>;
type HttpClient = NonNullable<
  NonNullable<
    ConstructorParameters<typeof ConfigurationBotFrameworkAuthentication>[4]
  >["httpClient"]
>;

/** What an `invoke` is answered with. */
export interface InvokeAnswer {
  readonly status: number;
  readonly body?: object;
}

/** A request that the SDK does not believe, or could not judge. */
export class UnbelievedError extends Error {
  /** `judged`: the token is wrong; else the keys to judge it by could not be had. */
  readonly judged: boolean;

  constructor(judged: boolean, cause: unknown) {
    super(
      judged ? "its token is not signed for this" : "the keys that sign activities cannot be had",
      { cause },
    );
    this.name = "UnbelievedError";
    this.judged = judged;
  }
}

const anySdkActivity = z.custom<SdkActivity>(
  (value) => z.object({ type: z.string() }).safeParse(value).success,
);

/** An activity as the SDK takes it, which asks for more properties than Teams does. */
export function sdkActivity(activity: object): SdkActivity {
  return anySdkActivity.parse(activity);
}

const MOST_CONNECTORS = 100;

/**
 * The Bot Framework SDK, kept to what Doorbell uses: it judges what arrives, and writes what leaves. The
 * bot's token comes from outside, and requests leave through `fetch`, whose failures are thrown as
 * `DeliveryError`: the SDK retries only errors of its own, so it retries nothing.
 */
export class Bot extends CloudAdapter {
  readonly #appId: string | null;
  readonly #keys: SigningKeys;
  readonly #scope: string;
  readonly #connectors = new Map<string, Connector>();

  constructor(
    { appId, cloud, callTimeout }: TeamsSettings,
    keys: SigningKeys,
    accessToken: AccessToken,
  ) {
    const credentials: Credentials = {
      signRequest: async (request) => {
        if (appId !== null) {
          request.headers.set("authorization", `Bearer ${await accessToken()}`);
        }
        return request;
      },
    };
    super(
      new ConfigurationBotFrameworkAuthentication(
        {
          ValidateAuthority: false,
          // Nothing signs in through the SDK.
          ToChannelFromBotLoginUrl: "https://login.invalid/",
          OAuthUrl: "https://login.invalid/",
          ToChannelFromBotOAuthScope: cloud.scope,
          ToBotFromChannelTokenIssuer: cloud.issuer,
          ToBotFromChannelOpenIdMetadataUrl: cloud.openIdMetadataUrl,
          ToBotFromEmulatorOpenIdMetadataUrl: cloud.openIdMetadataUrl,
          CallerId: "urn:botframework:azure",
        },
        {
          isValidAppId: (id) => Promise.resolve(id === appId),
          isAuthenticationDisabled: () => Promise.resolve(appId === null),
          createCredentials: () => Promise.resolve(credentials),
        },
        undefined,
        undefined,
        { httpClient: fetching(callTimeout) },
      ),
    );
    this.#appId = appId;
    this.#keys = keys;
    this.#scope = cloud.scope;
  }

  /** The client that calls the Bot Connector at an address. */
  async connector(serviceUrl: string): Promise<Connector> {
    const known = this.#connectors.get(serviceUrl);
    if (known !== undefined) {
      return known;
    }
    if (this.#connectors.size >= MOST_CONNECTORS) {
      this.#connectors.clear();
    }
    const identity = this.createClaimsIdentity(this.#appId ?? "");
    const made = await this.botFrameworkAuthentication
      .createConnectorFactory(identity)
      .create(serviceUrl, this.#scope);
    this.#connectors.set(serviceUrl, made);
    return made;
  }

  /**
   * Judges an activity, and lets it be handled.
   *
   * @param handle its answer counts for an `invoke` alone.
   * @returns what to answer the request with; null for an empty 200.
   * @throws UnbelievedError when the token does not hold.
   */
  async take(
    authorization: string,
    activity: SdkActivity,
    handle: () => Promise<InvokeAnswer | null>,
  ): Promise<InvokeAnswer | null> {
    const believed = await this.#believed(authorization, activity);
    let answer: InvokeAnswer | null = null;
    await this.processActivity(believed, activity, async (context) => {
      answer = await handle();
      if (answer !== null) {
        await context.sendActivity({ type: "invokeResponse", value: answer });
      }
    });
    return answer;
  }

  async #believed(authorization: string, activity: SdkActivity) {
    if (this.#appId !== null && !(await this.#isSigned(authorization))) {
      throw new UnbelievedError(true, null);
    }
    try {
      return await this.botFrameworkAuthentication.authenticateRequest(activity, authorization);
    } catch (error) {
      throw new UnbelievedError(!isAway(error), error);
    }
  }

  async #isSigned(authorization: string): Promise<boolean> {
    try {
      return await this.#keys.signed(authorization);
    } catch (error) {
      throw new UnbelievedError(false, error);
    }
  }
}

const sdkFailure = z.object({ statusCode: z.literal(500) });
const fetchFailure = z.object({ name: z.literal("FetchError") });

/** Whether the keys could not be loaded, so that nobody can tell. */
function isAway(error: unknown): boolean {
  return sdkFailure.safeParse(error).success || fetchFailure.safeParse(error).success;
}

/** Sends the SDK's requests, each once, and throws what is no success. */
function fetching(callTimeout: number): HttpClient {
  return {
    sendRequest: async (request) => {
      const body: unknown = request.body;
      const response = await fetch(request.url, {
        method: request.method,
        headers: request.headers.toJson(),
        body: typeof body === "string" ? body : null,
        redirect: "error",
        signal: AbortSignal.timeout(callTimeout),
      });
      const text = await response.text();
      if (!response.ok) {
        throw answerError(response.status, text, response.headers.get("retry-after"));
      }
      const headers = request.headers.clone();
      for (const name of headers.headerNames()) {
        headers.remove(name);
      }
      for (const [name, value] of response.headers) {
        headers.set(name, value);
      }
      return { request, status: response.status, headers, bodyAsText: text };
    },
  };
}
