import { createPublicKey, verify } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { DAY, HOUR } from "../../src/domain/instant.ts";
import type { Duration, Instant } from "../../src/domain/instant.ts";
import type { Clock } from "../../src/ports.ts";

/** As often as the SDK does it. */
const RELOAD: Duration = DAY;
/** An unknown key may be a new one; whoever makes keys up causes no more than one load in this time. */
const SOONEST_RELOAD: Duration = HOUR;

const metadata = z.object({ jwks_uri: z.url() });
const keySet = z.object({ keys: z.array(z.unknown()) });
const rsaKey = z.object({ kid: z.string(), kty: z.literal("RSA"), n: z.string(), e: z.string() });
const tokenHeader = z.object({
  alg: z.enum(["RS256", "RS384", "RS512"]).transform((alg) => `sha${alg.slice(2)}`),
  kid: z.string(),
});

/** Where the keys come from. */
export interface SigningKeysParts {
  /** The OpenID metadata of the Bot Connector. */
  readonly metadataUrl: string;
  readonly callTimeout: Duration;
  readonly clock: Clock;
}

/**
 * The public keys with which the Bot Connector signs. The SDK checks signatures itself, but prints its keys to
 * standard error with each that is wrong, so that any stranger could fill the log: only what is signed
 * rightly is shown to it.
 *
 * @see https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
 */
export class SigningKeys {
  readonly #parts: SigningKeysParts;
  #keys: ReadonlyMap<string, KeyObject> = new Map();
  #loadedAt: Instant | null = null;
  #loading: Promise<void> | null = null;

  constructor(parts: SigningKeysParts) {
    this.#parts = parts;
  }

  /**
   * Whether one of the keys signed the token; what the token says is not judged.
   *
   * @param authorization `Bearer` and the token.
   * @throws when the keys cannot be had.
   */
  async signed(authorization: string): Promise<boolean> {
    const [head = "", claims = "", signature = ""] = authorization
      .replace(/^Bearer /, "")
      .split(".");
    const header = tokenHeader.safeParse(jsonIn(head)).data;
    const key = header === undefined ? undefined : await this.#key(header.kid);
    return (
      header !== undefined &&
      key !== undefined &&
      verify(header.alg, Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, "base64url"))
    );
  }

  async #key(id: string): Promise<KeyObject | undefined> {
    if (this.#isOlderThan(RELOAD) || (!this.#keys.has(id) && this.#isOlderThan(SOONEST_RELOAD))) {
      this.#loading ??= this.#load().finally(() => {
        this.#loading = null;
      });
      await this.#loading;
    }
    return this.#keys.get(id);
  }

  #isOlderThan(age: Duration): boolean {
    return this.#loadedAt === null || this.#parts.clock.now() - this.#loadedAt > age;
  }

  async #load(): Promise<void> {
    const { jwks_uri: url } = metadata.parse(await this.#json(this.#parts.metadataUrl));
    const { keys } = keySet.parse(await this.#json(url));
    this.#keys = new Map(keys.flatMap((key) => keyIn(key)));
    this.#loadedAt = this.#parts.clock.now();
  }

  async #json(url: string): Promise<unknown> {
    const response = await fetch(url, {
      redirect: "error",
      signal: AbortSignal.timeout(this.#parts.callTimeout),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${new URL(url).host} answers with HTTP status ${response.status}`);
    }
    return JSON.parse(text);
  }
}

/** Keys of other kinds, and broken ones, are passed over: tokens that name them are refused. */
function keyIn(value: unknown): readonly (readonly [string, KeyObject])[] {
  const key = rsaKey.safeParse(value).data;
  if (key === undefined) {
    return [];
  }
  try {
    return [[key.kid, createPublicKey({ key, format: "jwk" })]];
  } catch {
    return [];
  }
}

function jsonIn(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString());
  } catch {
    return null;
  }
}
