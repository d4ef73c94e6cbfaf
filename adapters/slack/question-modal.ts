import type { types } from "@slack/bolt";
import { label } from "./render/buttons.ts";

/** How the modal's parts are told apart when it comes back. */
export const QUESTION_MODAL = "doorbell.question";
export const VM_MENU = "doorbell.vm";
const PORT_INPUT = "doorbell.port";
const PERIOD_MENU = "doorbell.period";

const PERIODS: readonly (readonly [title: string, phrase: string])[] = [
  ["at any time", ""],
  ["in the last 24 hours", "in the last 24 hours"],
  ["in the last 7 days", "in the last 7 days"],
  ["in the last 30 days", "in the last 30 days"],
  ["today", "today"],
  ["since yesterday", "since yesterday"],
];
/** An option's value may not be empty. */
const ANY_TIME = "any";
const MOST_SUGGESTIONS = 100;
const MOST_OPTION_VALUE = 150;
const MOST_PORT = 40;

/** The modal that asks which VM, port and period a question is about. */
export function questionModal(): types.ModalView {
  const [first, ...others] = PERIODS.map(([title, phrase]) => ({
    text: label(title),
    value: phrase === "" ? ANY_TIME : phrase,
  }));
  return {
    type: "modal",
    callback_id: QUESTION_MODAL,
    title: label("Who opened it?"),
    submit: label("Ask"),
    close: label("Cancel"),
    blocks: [
      {
        type: "input",
        block_id: VM_MENU,
        label: label("VM"),
        element: {
          type: "external_select",
          action_id: VM_MENU,
          min_query_length: 0,
          placeholder: label("Begin to type its name"),
        },
      },
      {
        type: "input",
        block_id: PORT_INPUT,
        optional: true,
        label: label("Port or service"),
        hint: label("Such as 3389 or rdp. Without one: any port."),
        element: { type: "plain_text_input", action_id: PORT_INPUT, max_length: MOST_PORT },
      },
      {
        type: "input",
        block_id: PERIOD_MENU,
        label: label("When"),
        element: {
          type: "static_select",
          action_id: PERIOD_MENU,
          options: first === undefined ? [] : [first, ...others],
          ...(first === undefined ? {} : { initial_option: first }),
        },
      },
    ],
  };
}

/** Names as the menu's options. */
export function vmOptions(names: readonly string[]): types.PlainTextOption[] {
  return names
    .filter((name) => name.trim() !== "" && name.length <= MOST_OPTION_VALUE)
    .slice(0, MOST_SUGGESTIONS)
    .map((name) => ({ text: label(name), value: name }));
}

/** What was filled in, by block and action. */
export type ModalValues = Readonly<
  Record<
    string,
    Readonly<
      Record<
        string,
        {
          readonly value?: string | null | undefined;
          readonly selected_option?: { readonly value: string } | null | undefined;
        }
      >
    >
  >
>;

/** The question that the filled-in modal stands for. */
export function questionOf(values: ModalValues): string {
  const vm = values[VM_MENU]?.[VM_MENU]?.selected_option?.value ?? "";
  const port = (values[PORT_INPUT]?.[PORT_INPUT]?.value ?? "").trim();
  const period = values[PERIOD_MENU]?.[PERIOD_MENU]?.selected_option?.value ?? ANY_TIME;
  return [
    "who opened",
    port === "" ? "anything" : /^[\d,\s-]+$/.test(port) ? `port ${port}` : port,
    "on",
    vm,
    period === ANY_TIME ? "" : period,
  ]
    .join(" ")
    .trim();
}
