import type { MessageAction } from "../../../src/message/message.ts";
import type { ActionSet, CardAction, ExecuteAction, ShowCardAction } from "./card.ts";
import { safeText } from "../../chat/safe-text.ts";
import { literal, literalLine } from "./safe-text.ts";

/** What a press means, as the `verb` of the button. */
export const ASK_VERB = "ask";
export const ACT_VERB = "act";
export const PAGE_VERB = "page";

/**
 * Teams shows six buttons in a row; others stand in a menu.
 * Source: https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-format (overflow menu)
 */
const MOST_SHOWN = 6;
/** More buttons are no help on a phone. */
const MOST_BUTTONS = 10;
const MOST_LABEL = 75;
/** Longer questions are shown to be copied. */
const MOST_COMMAND = 300;
const MOST_ACTION_ID = 100;
const MOST_OPTIONS = 20;
const MOST_OPTION_ID = 50;

/** Commands as buttons, and those that have to be typed. */
export interface CommandButtons {
  readonly buttons: ActionSet | null;
  readonly typed: readonly string[];
}

/** Buttons that ask questions; each carries its question whole, as `data.command`. */
export function commandButtons(commands: readonly string[]): CommandButtons {
  const asked = commands.filter((command) => command.trim() !== "");
  const pressed = asked
    .filter((command) => command.length <= MOST_COMMAND && isKept(command))
    .slice(0, MOST_BUTTONS);
  return {
    buttons: actionSet(
      pressed.map((command) => ({
        type: "Action.Execute",
        title: label(command),
        verb: ASK_VERB,
        data: { command },
      })),
    ),
    typed: asked.filter((command) => !pressed.includes(command)),
  };
}

/**
 * Buttons that do something: `data.action` is the action's ID. Where something is to be chosen, the button
 * unfolds a menu; the choice comes as `data[data.input]`.
 */
export function actionButtons(actions: readonly MessageAction[]): ActionSet | null {
  const fitting = actions.filter(({ id }) => id.length <= MOST_ACTION_ID && isKept(id));
  const byId = new Map(fitting.map((action) => [action.id, action]));
  return actionSet([...byId.values()].map(actionButton));
}

function actionButton(action: MessageAction, index: number): CardAction {
  const options = action.options
    .filter(({ id }) => id !== "" && id.length <= MOST_OPTION_ID && isKept(id))
    .slice(0, MOST_OPTIONS)
    .map((option) => ({ title: label(option.label), value: option.id }));
  const [first] = options;
  return first === undefined
    ? actButton(action, { action: action.id })
    : choiceButton(action, `choice${index}`, options, first.value);
}

function actButton(action: MessageAction, data: ExecuteAction["data"]): ExecuteAction {
  return { type: "Action.Execute", title: label(action.label), verb: ACT_VERB, data };
}

function choiceButton(
  action: MessageAction,
  input: string,
  choices: readonly { readonly title: string; readonly value: string }[],
  value: string,
): ShowCardAction {
  return {
    type: "Action.ShowCard",
    title: label(action.label),
    card: {
      type: "AdaptiveCard",
      body: [
        {
          type: "Input.ChoiceSet",
          id: input,
          label: label(action.label),
          style: "compact",
          value,
          isRequired: true,
          errorMessage: "Choose one of these.",
          choices,
        },
      ],
      actions: [actButton(action, { action: action.id, input })],
    },
  };
}

/** The button that turns to another page of an answer. */
export function pageButton(answer: string, page: number, pages: number): ActionSet {
  return {
    type: "ActionSet",
    actions: [
      {
        type: "Action.Execute",
        title: `Page ${page} of ${pages}`,
        verb: PAGE_VERB,
        data: { answer, page },
      },
    ],
  };
}

function actionSet(actions: readonly CardAction[]): ActionSet | null {
  return actions.length === 0
    ? null
    : {
        type: "ActionSet",
        actions: actions
          .slice(0, MOST_BUTTONS)
          .map((action, index) =>
            index < MOST_SHOWN ? action : { ...action, mode: "secondary" as const },
          ),
      };
}

/** Whether every client gives the text back as it is: some replace what they know wherever it stands. */
function isKept(text: string): boolean {
  return literal(safeText(text)) === text;
}

/** Text on a button: clients format none of it. */
function label(text: string): string {
  const cut = literalLine(text, MOST_LABEL);
  return cut === "" ? "…" : cut;
}
