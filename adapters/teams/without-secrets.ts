/** Takes tokens out of a text. */
export function withoutSecrets(text: string): string {
  return text
    .replaceAll(/\beyJ[\w-]+\.[\w.-]+/g, "<token>")
    .replaceAll(/\bBearer\s+\S+/gi, "Bearer <token>");
}
