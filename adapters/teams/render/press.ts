import { z } from "zod";
import { ACT_VERB, ASK_VERB, PAGE_VERB } from "./buttons.ts";

/** What a press on one of this program's buttons means. */
export type Press =
  | { readonly kind: "ask"; readonly command: string }
  | { readonly kind: "act"; readonly action: string; readonly option: string | null }
  | { readonly kind: "page"; readonly answer: string; readonly page: number };

const schema = z.discriminatedUnion("verb", [
  z.object({ verb: z.literal(ASK_VERB), data: z.object({ command: z.string().min(1) }) }),
  z.object({
    verb: z.literal(ACT_VERB),
    data: z
      .object({ action: z.string().min(1), input: z.string().optional() })
      .catchall(z.unknown()),
  }),
  z.object({
    verb: z.literal(PAGE_VERB),
    data: z.object({ answer: z.string(), page: z.number().int().positive() }),
  }),
]);

/**
 * Reads `value.action` of an `adaptiveCard/action` invoke; null when it is not of one of our buttons.
 * Source: https://learn.microsoft.com/en-us/adaptive-cards/authoring-cards/universal-action-model
 */
export function pressOf(action: unknown): Press | null {
  const { data: pressed } = schema.safeParse(action);
  switch (pressed?.verb) {
    case undefined:
      return null;
    case ASK_VERB:
      return { kind: "ask", command: pressed.data.command };
    case ACT_VERB: {
      const { action: id, input } = pressed.data;
      const chosen = input === undefined ? null : pressed.data[input];
      return { kind: "act", action: id, option: typeof chosen === "string" ? chosen : null };
    }
    case PAGE_VERB:
      return { kind: "page", answer: pressed.data.answer, page: pressed.data.page };
  }
}
