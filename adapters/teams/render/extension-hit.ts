import type { Rendered } from "./render.ts";
import { literalLine, withoutTags } from "./safe-text.ts";
import type { AdaptiveCard } from "./card.ts";
import { CARD_CONTENT_TYPE } from "./card.ts";

const MOST_TITLE = 100;
const MOST_TEXT = 200;

/** One result of a search in a message extension: what the list shows, and the card that is inserted. */
export interface ExtensionHit {
  readonly contentType: typeof CARD_CONTENT_TYPE;
  readonly content: AdaptiveCard;
  readonly preview: {
    readonly contentType: "application/vnd.microsoft.card.thumbnail";
    readonly content: { readonly title: string; readonly text: string };
  };
}

/**
 * A result of a search, as an attachment of the `composeExtension` answer. Its preview shows one line of
 * title and text; clients may read tags in it, so that it has none.
 * Source: https://learn.microsoft.com/en-us/microsoftteams/platform/messaging-extensions/how-to/search-commands/respond-to-search
 */
export function renderExtensionHit(
  title: string,
  text: string,
  { card }: Pick<Rendered, "card">,
): ExtensionHit {
  const shown = withoutTags(literalLine(title, MOST_TITLE));
  return {
    contentType: CARD_CONTENT_TYPE,
    content: card,
    preview: {
      contentType: "application/vnd.microsoft.card.thumbnail",
      content: {
        title: shown === "" ? "Opening" : shown,
        text: withoutTags(literalLine(text, MOST_TEXT)),
      },
    },
  };
}
