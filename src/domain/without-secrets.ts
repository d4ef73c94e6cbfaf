/** What a secret is called that stands in a connection string, a query or a form. */
const NAMED =
  /\b(SharedAccessKey|SharedAccessSignature|sig|client_secret|client_assertion|password)(["']?\s*[=:]\s*["']?)[^\s;&"',]+/gi;
/** What stands in the queries of sign-ins and of Slack's sockets. */
const IN_QUERY = /([?&](?:ticket|code|state|client_secret)=)[^&\s"']+/g;
/** Tokens of Entra ID and of the Bot Framework, also where they were cut. */
const SIGNED = /\beyJ(?:[\w-]{8,}(?:\.[\w.-]*)?|[\w-]+\.[\w.-]+)/g;
/** Tokens of Slack: https://docs.slack.dev/authentication/tokens */
const OF_SLACK = /\b(?:xox[a-z]|xapp|xoxe)[-.][\w.-]+/g;
/** Whoever knows one may post as the program. */
const RESPONSE_URL = /https:\/\/hooks\.slack\.com\/\S+/g;

/**
 * Takes tokens, keys and response URLs out of words that came over the wire: a careless proxy, a library or a
 * service may say back what it was sent. Words that were cut are no obstacle.
 */
export function withoutSecrets(text: string): string {
  return text
    .replaceAll(NAMED, "$1$2<secret>")
    .replaceAll(IN_QUERY, "$1<secret>")
    .replaceAll(/\bBearer\s+\S+/gi, "Bearer <token>")
    .replaceAll(SIGNED, "<token>")
    .replaceAll(OF_SLACK, "<token>")
    .replaceAll(RESPONSE_URL, "<response URL>");
}
