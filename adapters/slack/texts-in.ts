/** Deeper parts of a message are not read. */
const DEEPEST = 20;

/** All texts of a message as Slack sends it, in blocks, attachments and beside them, each on a line. */
export function textsIn(message: unknown): string {
  const texts: string[] = [];
  collect(message, texts, 0);
  return [...new Set(texts)].join("\n");
}

function collect(part: unknown, texts: string[], depth: number): void {
  if (depth > DEEPEST || typeof part !== "object" || part === null) {
    return;
  }
  for (const [key, value] of Object.entries(part)) {
    if (typeof value === "string") {
      if (["text", "title", "value", "fallback", "pretext", "url"].includes(key)) {
        texts.push(value);
      }
    } else {
      collect(value, texts, depth + 1);
    }
  }
}
