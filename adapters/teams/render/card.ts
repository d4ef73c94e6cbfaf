/**
 * The part of Adaptive Cards that this adapter writes. Version 1.5 is drawn by Teams on the desktop, in
 * browsers and on phones.
 * Sources: https://adaptivecards.io/explorer/ and, for charts and mentions, which are Teams' own,
 * https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/charts-in-adaptive-cards and
 * https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-format
 */

/** How the Bot Connector calls such an attachment. */
export const CARD_CONTENT_TYPE = "application/vnd.microsoft.card.adaptive";

/** A card as it is sent. */
export interface AdaptiveCard {
  readonly type: "AdaptiveCard";
  readonly $schema: "http://adaptivecards.io/schemas/adaptive-card.json";
  readonly version: "1.5";
  /** Shown by clients that draw no cards of this version, which read it as Markdown. */
  readonly fallbackText: string;
  readonly body: readonly CardElement[];
  readonly msteams: {
    readonly width: "Full";
    readonly entities: readonly MentionEntity[];
  };
}

/** One block of a card. */
export type CardElement =
  | TextBlock
  | RichTextBlock
  | Container
  | Table
  | ActionSet
  | CardImage
  | HorizontalBarChart;

interface ElementBase {
  /** Unique within the card. */
  readonly id?: string;
  readonly spacing?: "None" | "Small" | "Medium";
}

/** Text that Teams reads as Markdown: only for what cannot be mistaken for any. */
export interface TextBlock extends ElementBase {
  readonly type: "TextBlock";
  readonly text: string;
  readonly wrap: true;
  readonly style?: "heading";
  readonly size?: "Small" | "Large";
  readonly weight?: "Bolder";
  readonly isSubtle?: true;
}

/** Text that is taken literally, but for the functions DATE and TIME. */
export interface RichTextBlock extends ElementBase {
  readonly type: "RichTextBlock";
  readonly inlines: readonly TextRun[];
}

/** A piece of a rich text. */
export interface TextRun {
  readonly type: "TextRun";
  readonly text: string;
  readonly weight?: "Bolder";
  readonly size?: "Small" | "Large";
  readonly italic?: true;
  readonly isSubtle?: true;
  readonly fontType?: "Monospace";
  readonly selectAction?: { readonly type: "Action.OpenUrl"; readonly url: string };
}

/** Elements under each other, perhaps on a ground of their own. */
export interface Container extends ElementBase {
  readonly type: "Container";
  readonly style?: "emphasis" | "accent" | "warning" | "attention";
  readonly items: readonly CardElement[];
}

/** Rows under titles. */
export interface Table extends ElementBase {
  readonly type: "Table";
  readonly firstRowAsHeaders: true;
  readonly columns: readonly { readonly width: number }[];
  readonly rows: readonly TableRow[];
}

/** One row, with as many cells as the table has columns. */
export interface TableRow {
  readonly type: "TableRow";
  readonly cells: readonly {
    readonly type: "TableCell";
    readonly items: readonly RichTextBlock[];
  }[];
}

/** Buttons in a row. */
export interface ActionSet extends ElementBase {
  readonly type: "ActionSet";
  readonly actions: readonly CardAction[];
}

/** A button. */
export type CardAction = ExecuteAction | ShowCardAction;

interface ActionBase {
  readonly title: string;
  /** `secondary` ones stand in the menu behind the three dots. */
  readonly mode?: "secondary";
}

/** A button that the bot hears of, with the inputs of its card mixed into `data`. */
export interface ExecuteAction extends ActionBase {
  readonly type: "Action.Execute";
  readonly verb: string;
  readonly data: Readonly<Record<string, string | number>>;
}

/** A button that unfolds a choice. */
export interface ShowCardAction extends ActionBase {
  readonly type: "Action.ShowCard";
  readonly card: {
    readonly type: "AdaptiveCard";
    readonly body: readonly ChoiceSet[];
    readonly actions: readonly ExecuteAction[];
  };
}

/** One of several, to be chosen before the press. */
export interface ChoiceSet {
  readonly type: "Input.ChoiceSet";
  readonly id: string;
  readonly label: string;
  readonly style: "compact";
  readonly value: string;
  readonly isRequired: true;
  readonly errorMessage: string;
  readonly choices: readonly { readonly title: string; readonly value: string }[];
}

/** A picture from the web. */
export interface CardImage extends ElementBase {
  readonly type: "Image";
  /** An `https:` URL, or one that holds the picture's bytes. */
  readonly url: string;
  readonly altText: string;
  readonly size: "Stretch";
}

/** Bars that Teams draws itself; a client that cannot shows `fallback`. */
export interface HorizontalBarChart extends ElementBase {
  readonly type: "Chart.HorizontalBar";
  readonly title: string;
  readonly displayMode: "AbsoluteWithAxis";
  readonly data: readonly {
    readonly x: string;
    readonly y: number;
    readonly color: "good" | "warning" | "attention" | "neutral";
  }[];
  readonly fallback: CardImage | Container;
}

/**
 * A person behind an `<at>…</at>` of the card's text.
 * Source: https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-format#mention-support-within-adaptive-cards
 */
export interface MentionEntity {
  readonly type: "mention";
  /** Exactly as it stands in the card, tags included. */
  readonly text: string;
  readonly mentioned: {
    /** Entra object ID. */
    readonly id: string;
    readonly name: string;
  };
}
