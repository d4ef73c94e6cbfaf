import type { types } from "@slack/bolt";
import type { MessageAction } from "../../../src/message/message.ts";
import { safeText } from "../../chat/safe-text.ts";

/** How the identifiers of Doorbell's buttons begin, which tell what a press means. */
export const ASK_BUTTON = "doorbell.ask";
export const PAGE_BUTTON = "doorbell.page";
export const ACTION_BUTTON = "doorbell.act";

/** More buttons are no help on a phone. */
const MOST_BUTTONS = 10;
const MOST_LABEL = 75;
const MOST_PLACEHOLDER = 150;
/** Longer questions are shown to be copied. */
const MOST_COMMAND = 300;
const MOST_OPTIONS = 100;
const MOST_ACTION_ID = 255;
const MOST_OPTION_ID = 150;

/** Commands as buttons, and those that have to be typed. */
export interface CommandButtons {
  readonly block: types.ActionsBlock | null;
  readonly typed: readonly string[];
}

/** Buttons that ask questions; each carries its question whole. */
export function commandButtons(commands: readonly string[]): CommandButtons {
  const fitting = commands.filter(
    (command) => command.trim() !== "" && command.length <= MOST_COMMAND,
  );
  const pressed = fitting.slice(0, MOST_BUTTONS);
  return {
    block:
      pressed.length === 0
        ? null
        : {
            type: "actions",
            elements: pressed.map((command, index) => ({
              type: "button",
              action_id: `${ASK_BUTTON}.${index}`,
              text: label(command),
              value: command,
            })),
          },
    typed: commands.filter((command) => command.trim() !== "" && !pressed.includes(command)),
  };
}

/** Buttons, and menus where something is to be chosen with the press. */
export function actionButtons(actions: readonly MessageAction[]): types.ActionsBlock | null {
  const elements = new Map(
    actions
      .map((action) => actionElement(action))
      .filter(({ action_id }) => action_id.length <= MOST_ACTION_ID)
      .map((element) => [element.action_id, element]),
  );
  return elements.size === 0
    ? null
    : { type: "actions", elements: [...elements.values()].slice(0, MOST_BUTTONS) };
}

function actionElement(
  action: MessageAction,
): (types.Button | types.StaticSelect) & { readonly action_id: string } {
  const action_id = `${ACTION_BUTTON}:${action.id}`;
  return action.options.length === 0
    ? { type: "button", action_id, text: label(action.label), value: action.id }
    : {
        type: "static_select",
        action_id,
        placeholder: label(action.label, MOST_PLACEHOLDER),
        options: action.options
          .filter(({ id }) => id !== "" && id.length <= MOST_OPTION_ID)
          .slice(0, MOST_OPTIONS)
          .map((option) => ({ text: label(option.label), value: option.id })),
      };
}

/** The button that turns to another page of an answer. */
export function pageButton(answer: string, page: number, pages: number): types.ActionsBlock {
  return {
    type: "actions",
    elements: [
      {
        type: "button",
        action_id: PAGE_BUTTON,
        text: label(`Page ${page} of ${pages}`),
        value: `${answer}:${page}`,
      },
    ],
  };
}

/** Text on a button: literal, without markup or emoji codes. */
export function label(text: string, most: number = MOST_LABEL): types.PlainTextElement {
  const safe = safeText(text).trim();
  const cut =
    safe.length <= most ? safe : `${safe.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
  return { type: "plain_text", text: cut === "" ? "…" : cut, emoji: false };
}
