/**
 * Text for a place where Slack reads markup, so that it is no mention, no link and no entity.
 * Source: https://docs.slack.dev/messaging/formatting-message-text (escaping text)
 */
export function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Whether Slack would format the text, or make emoji or a quotation of it, where it reads markup. */
export function looksLikeMarkup(text: string): boolean {
  return /[*_~`>|]|:[\w+'-]+:/.test(text);
}
