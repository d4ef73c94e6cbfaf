/** A refusal of the Connector, as `{"error":{"code","message"}}`. */
export class ConnectorFailure extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** What the payload is blamed for. Teams says `BadArgument` or `BadSyntax`, with words of the case. */
export function badArgument(message: string): ConnectorFailure {
  return new ConnectorFailure(400, "BadArgument", message);
}

/**
 * The refusals that Teams documents.
 * Source: https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/conversations/conversation-messages#status-codes-from-bot-conversational-apis
 */
export const REFUSALS = {
  notInRoster: () =>
    new ConnectorFailure(
      403,
      "BotNotInConversationRoster",
      "The bot is not part of the conversation roster.",
    ),
  noConversation: () =>
    new ConnectorFailure(404, "ConversationNotFound", "Conversation not found."),
  noActivity: () =>
    new ConnectorFailure(404, "ActivityNotFoundInConversation", "Conversation not found."),
  notAllowed: (message: string) => new ConnectorFailure(403, "NotEnoughPermissions", message),
  tooBig: () => new ConnectorFailure(413, "MessageSizeTooBig", "Message size too large."),
} as const;
