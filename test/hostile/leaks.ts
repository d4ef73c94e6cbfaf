import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { ServerIdentity } from "../../src/sandbox/http/certificate.ts";

/** Which secrets a text gives away, plain or encoded. */
export function leaks(text: string, secrets: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const base64 = Buffer.from(secret).toString("base64").slice(0, -4);
    const forms = [secret, encodeURIComponent(secret), base64];
    return forms.some((form) => text.includes(form)) ? [name] : [];
  });
}

/**
 * Answers everything with what it was asked, secrets and all, as a careless proxy does.
 *
 * @param tls what it speaks HTTPS with.
 */
export async function echoServer(
  status: number,
  tls: ServerIdentity | null = null,
): Promise<string> {
  const answer: RequestListener = (request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts).toString();
      const { authorization, ...others } = request.headers;
      // What matters comes first: long words are cut.
      const echo = `${authorization ?? ""} ${body} ${JSON.stringify(others)}`;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(
        JSON.stringify({ ok: false, error: echo, message: echo, error_description: echo }),
      );
    });
  };
  const server =
    tls === null
      ? createServer(answer)
      : createSecureServer({ key: tls.key, cert: tls.certificate }, answer);
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address: AddressInfo | string | null = server.address();
  return `${tls === null ? "http" : "https"}://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`;
}
