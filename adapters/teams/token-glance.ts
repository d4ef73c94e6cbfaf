import { z } from "zod";
import { MINUTE } from "../../src/domain/instant.ts";
import type { Instant } from "../../src/domain/instant.ts";

/** How far the issuer's clock and this machine's may differ; the SDK allows the same. */
const MOST_SKEW = 5 * MINUTE;
const MOST_CHARACTERS = 8192;

const header = z.object({ alg: z.string(), kid: z.string().min(1) });
const claims = z.object({
  iss: z.string(),
  aud: z.string(),
  exp: z.number(),
  nbf: z.number().optional(),
});

/** What a token must say. */
export interface Expected {
  readonly appId: string;
  readonly issuer: string;
}

/**
 * Why a request's token cannot be one of the Bot Connector for this bot; null when it may be. No signature
 * is verified here: this spares reading the body and asking the SDK, which prints what it refuses. It also
 * closes the SDK's other doors: tokens of the emulator, of skills and of App Service channels.
 *
 * @param authorization the request's header.
 */
export function tokenFault(
  authorization: string | undefined,
  { appId, issuer }: Expected,
  now: Instant,
): string | null {
  if (authorization === undefined) {
    return "it carries no token";
  }
  const parts = /^Bearer ([\w-]+)\.([\w-]+)\.[\w-]+$/.exec(authorization);
  if (parts === null || authorization.length > MOST_CHARACTERS) {
    return "its token is not one";
  }
  const top = header.safeParse(jsonIn(parts[1])).data;
  const said = claims.safeParse(jsonIn(parts[2])).data;
  if (top === undefined || said === undefined || !/^RS(?:256|384|512)$/.test(top.alg)) {
    return "its token is not one of the Bot Connector";
  }
  if (said.iss !== issuer) {
    return "its token has another issuer; is `teams.cloud` the bot's cloud?";
  }
  if (said.aud !== appId) {
    return "its token is for another bot; is `teams.app-id` the one of this bot?";
  }
  if (said.exp * 1000 + MOST_SKEW < now) {
    return "its token has expired; is this machine's clock right?";
  }
  return said.nbf !== undefined && said.nbf * 1000 - MOST_SKEW > now
    ? "its token is not valid yet; is this machine's clock right?"
    : null;
}

function jsonIn(part: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(part ?? "", "base64url").toString());
  } catch {
    return null;
  }
}
