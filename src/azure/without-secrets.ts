/** What a secret is called that stands in a connection string, a query or a form. */
const NAMED =
  /\b(SharedAccessKey|SharedAccessSignature|sig|client_secret|client_assertion|password)(["']?\s*[=:]\s*["']?)[^\s;&"',]+/gi;

/**
 * Takes tokens and keys out of words that came over the wire: a careless proxy, or a service, may say back
 * what it was sent. Words that were cut are no obstacle.
 */
export function withoutSecrets(text: string): string {
  return text
    .replaceAll(NAMED, "$1$2<secret>")
    .replaceAll(/\bBearer\s+[^\s"',]+/gi, "Bearer <token>")
    .replaceAll(/\beyJ[\w-]{8,}(?:\.[\w.-]*)?/g, "<token>");
}
