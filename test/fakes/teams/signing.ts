import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** Who signs activities of public Azure. */
export const ISSUER = "https://api.botframework.com";
/** A tenant of Entra that the Bot Framework Emulator's tokens come from. */
const EMULATOR_ISSUER = "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/";

const KEY_ID = "fake-connector-key";
const FIVE_MINUTES = 300;
const HOUR = 3600;

interface Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const pairs = new Map<"own" | "other", Pair>();

/** Keys are made once: that takes longer than most tests. */
function pair(whose: "own" | "other"): Pair {
  const made = pairs.get(whose) ?? generateKeyPairSync("rsa", { modulusLength: 2048 });
  pairs.set(whose, made);
  return made;
}

/** For whom a token is, and where its activity comes from. */
export interface TokenSubject {
  readonly appId: string;
  readonly serviceUrl: string;
}

/** What the OpenID metadata says; `origin` is where the fake listens. */
export function openIdMetadata(origin: string): Readonly<Record<string, unknown>> {
  return {
    issuer: ISSUER,
    authorization_endpoint: "https://invalid.botframework.com",
    jwks_uri: `${origin}/v1/.well-known/keys`,
    id_token_signing_alg_values_supported: ["RS256"],
    token_endpoint_auth_methods_supported: ["private_key_jwt"],
  };
}

/** The keys that activities are signed with. */
export function keySet(): { readonly keys: readonly Readonly<Record<string, unknown>>[] } {
  return {
    keys: [
      {
        ...pair("own").publicKey.export({ format: "jwk" }),
        use: "sig",
        kid: KEY_ID,
        x5t: KEY_ID,
        endorsements: ["msteams"],
      },
    ],
  };
}

/** The claims of a token for an activity, as the Connector makes them: an hour long, from now on. */
function claimsFor(subject: TokenSubject): Readonly<Record<string, unknown>> {
  const now = Math.floor(Date.now() / 1000);
  return {
    serviceurl: subject.serviceUrl,
    nbf: now - FIVE_MINUTES,
    exp: now + HOUR,
    iss: ISSUER,
    aud: subject.appId,
  };
}

/** The `Authorization` header of an activity that really comes from Teams. */
export function authorizationFor(subject: TokenSubject): string {
  return `Bearer ${token(claimsFor(subject), {})}`;
}

/** A header that must not be believed. */
export interface Forgery {
  readonly what: string;
  /** null for no header at all. */
  readonly authorization: (subject: TokenSubject) => string | null;
}

/** The table of forged headers; each is refused. */
export const FORGERIES: readonly Forgery[] = [
  forged("expired", () => ({ exp: seconds(-2 * FIVE_MINUTES) })),
  forged("not yet valid", () => ({ nbf: seconds(2 * FIVE_MINUTES), exp: seconds(HOUR) })),
  forged("for another bot", () => ({ aud: "11111111-2222-4333-8444-555555555555" })),
  forged("for nobody", () => ({ aud: undefined })),
  forged("for this bot and another", ({ appId }) => ({ aud: [appId, "another"] })),
  forged("from another issuer", () => ({ iss: "https://issuer.example" })),
  forged("from an issuer that looks alike", () => ({ iss: `${ISSUER}/` })),
  forged("from nobody", () => ({ iss: undefined })),
  forged("of the Emulator", ({ appId }) => ({ iss: EMULATOR_ISSUER, ver: "1.0", appid: appId })),
  forged("of another bot as a skill", ({ appId }) => ({
    ver: "1.0",
    appid: "11111111-2222-4333-8444-555555555555",
    aud: appId,
    iss: EMULATOR_ISSUER,
  })),
  forged("for another service URL", () => ({ serviceurl: "https://smba.example/amer/" })),
  forged("without a service URL", () => ({ serviceurl: undefined })),
  forged("signed with an unknown key", () => ({}), { kid: "unknown", whose: "other" }),
  forged("signed with another key under the known name", () => ({}), { whose: "other" }),
  forged("without a key's name", () => ({}), { kid: undefined }),
  forged("signed by nobody (alg none)", () => ({}), { algorithm: "none" }),
  forged("signed with the public key as a secret", () => ({}), { algorithm: "HS256" }),
  {
    what: "changed after signing",
    authorization: (subject) => {
      const [header = "", , signature = ""] = token(claimsFor(subject), {}).split(".");
      const claims = encoded({ ...claimsFor(subject), sub: "admin" });
      return `Bearer ${header}.${claims}.${signature}`;
    },
  },
  {
    what: "without its signature",
    authorization: (subject) =>
      `Bearer ${token(claimsFor(subject), {}).split(".").slice(0, 2).join(".")}.`,
  },
  {
    what: "under another scheme",
    authorization: (subject) => `Basic ${token(claimsFor(subject), {})}`,
  },
  { what: "malformed", authorization: () => "Bearer not.a.token" },
  { what: "empty", authorization: () => "Bearer " },
  { what: "missing", authorization: () => null },
];

interface Signature {
  readonly algorithm?: "RS256" | "HS256" | "none";
  readonly kid?: string | undefined;
  readonly whose?: "own" | "other";
}

function forged(
  what: string,
  changes: (subject: TokenSubject) => Readonly<Record<string, unknown>>,
  signature: Signature = {},
): Forgery {
  return {
    what,
    authorization: (subject) =>
      `Bearer ${token({ ...claimsFor(subject), ...changes(subject) }, signature)}`,
  };
}

function token(claims: Readonly<Record<string, unknown>>, signature: Signature): string {
  const { algorithm = "RS256", whose = "own" } = signature;
  const kid = "kid" in signature ? signature.kid : KEY_ID;
  const signed = `${encoded({ alg: algorithm, typ: "JWT", kid, x5t: kid })}.${encoded(claims)}`;
  return `${signed}.${signatureOf(signed, algorithm, whose)}`;
}

function signatureOf(text: string, algorithm: string, whose: "own" | "other"): string {
  switch (algorithm) {
    case "RS256":
      return sign("sha256", Buffer.from(text), pair(whose).privateKey).toString("base64url");
    case "HS256":
      return createHmac("sha256", pair("own").publicKey.export({ type: "spki", format: "pem" }))
        .update(text)
        .digest("base64url");
    default:
      return "";
  }
}

function encoded(value: Readonly<Record<string, unknown>>): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** Seconds since 1970, so many from now. */
function seconds(fromNow: number): number {
  return Math.floor(Date.now() / 1000) + fromNow;
}
