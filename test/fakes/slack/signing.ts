import { createHmac } from "node:crypto";

/** The headers that Slack signs a request with, at that time (ms). */
export function signedHeaders(
  secret: string,
  body: string,
  at: number,
): { readonly "x-slack-request-timestamp": string; readonly "x-slack-signature": string } {
  const seconds = String(Math.floor(at / 1000));
  const digest = createHmac("sha256", secret).update(`v0:${seconds}:${body}`).digest("hex");
  return { "x-slack-request-timestamp": seconds, "x-slack-signature": `v0=${digest}` };
}
