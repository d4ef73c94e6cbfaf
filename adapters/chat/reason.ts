import { withoutSecrets } from "../../src/domain/without-secrets.ts";

/** What went wrong, in words for the log, without the secrets that libraries and services put into theirs. */
export function reasonOf(error: unknown): string {
  return withoutSecrets(error instanceof Error ? error.message : String(error));
}
