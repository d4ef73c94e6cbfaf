import type { Instant } from "../domain/instant.ts";

/**
 * A message for people, without any platform's markup: a tree of plain data that each adapter renders
 * within its own limits. Text from Azure or from users stands in `text` fields only and is escaped by
 * the adapters, never here.
 */
export interface Message {
  readonly severity: Severity;
  /** One plain sentence that says the most important thing: for notifications and screen readers. */
  readonly summary: string;
  readonly nodes: readonly MessageNode[];
  /** What a reader may do about it with one press, where the platform has buttons. */
  readonly actions?: readonly MessageAction[];
}

/** Something that a reader may do about a message, beside asking. */
export interface MessageAction {
  /** Opaque to adapters, which hand it back when it is pressed; at most 100 characters. */
  readonly id: string;
  readonly label: string;
  /** One of these is chosen with the press, such as for how long; empty when there is nothing to choose. */
  readonly options: readonly {
    /** Opaque to adapters; at most 50 characters. */
    readonly id: string;
    readonly label: string;
  }[];
}

/** How much a message, or a part of it, asks for attention. */
export type Severity = "info" | "warning" | "critical";

/** One block of a message. */
export type MessageNode =
  | HeadingNode
  | ParagraphNode
  | FactsNode
  | TableNode
  | ListNode
  | CodeNode
  | NoticeNode
  | ChoicesNode
  | ContextNode;

/** A short title, one line. */
export interface HeadingNode {
  readonly kind: "heading";
  readonly text: string;
}

/** Running text. */
export interface ParagraphNode {
  readonly kind: "paragraph";
  readonly content: Inline;
}

/** Labels with values. */
export interface FactsNode {
  readonly kind: "facts";
  readonly facts: readonly Fact[];
}

/** One label with its value. */
export interface Fact {
  readonly label: string;
  readonly value: Inline;
}

/** Rows under titles; every row has one cell per column. */
export interface TableNode {
  readonly kind: "table";
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Inline[])[];
}

/** Points without an order. */
export interface ListNode {
  readonly kind: "list";
  readonly items: readonly Inline[];
}

/** Text that keeps its lines, such as identities to copy. */
export interface CodeNode {
  readonly kind: "code";
  readonly text: string;
}

/** Something to notice; adapters show the severity as a word, never by colour alone. */
export interface NoticeNode {
  readonly kind: "notice";
  readonly severity: Severity;
  readonly content: Inline;
}

/** Questions that one may ask next: text for a terminal, buttons in a chat. */
export interface ChoicesNode {
  readonly kind: "choices";
  readonly prompt: string;
  /** Complete questions, such as `show o-7c1f4a90b2de`; a button sends exactly this text. */
  readonly commands: readonly string[];
}

/** Small print under the message: how far the data goes. */
export interface ContextNode {
  readonly kind: "context";
  readonly content: Inline;
}

/** A run of text made of spans; spans carry their own spaces. */
export type Inline = readonly Span[];

/** A piece of running text. */
export type Span =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "strong"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | TimeSpan
  | PersonSpan
  | LinkSpan;

/** An instant, which stays one until an adapter shows it in the reader's zone. */
export interface TimeSpan {
  readonly kind: "time";
  readonly at: Instant;
  /** `time`: hours and minutes; `date-time`: with the date; `exact`: with date and seconds. */
  readonly style: "time" | "date-time" | "exact";
}

/** A person or other principal; adapters may turn it into a mention through `objectId`. */
export interface PersonSpan {
  readonly kind: "person";
  readonly name: string;
  /** Entra object ID, where known. */
  readonly objectId: string | null;
}

/** A link whose URL this program built; never a URL from the log. */
export interface LinkSpan {
  readonly kind: "link";
  /** An `https:` URL. */
  readonly url: string;
  readonly label: string;
}
