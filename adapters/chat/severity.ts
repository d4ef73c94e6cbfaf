import type { Message, Severity } from "../../src/message/message.ts";

const WORDS: { readonly [severity in Severity]: string } = {
  info: "Note",
  warning: "Warning",
  critical: "Critical",
};

/** Beside the word, never instead of it. */
const SIGNS: { readonly [severity in Severity]: string } = {
  info: "🔵",
  warning: "🟠",
  critical: "🔴",
};

/** The severity in one word. */
export function severityWord(severity: Severity): string {
  return WORDS[severity];
}

/** The severity in colour and word, such as `🔴 Critical`. */
export function severityLabel(severity: Severity): string {
  return `${SIGNS[severity]} ${WORDS[severity]}`;
}

/** Whether a part of the message already says how severe the whole is. */
export function saysSeverity({ severity, nodes }: Message): boolean {
  return (
    severity === "info" ||
    nodes.some((node) => node.kind === "notice" && node.severity === severity)
  );
}
