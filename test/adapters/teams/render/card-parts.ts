import { z } from "zod";

const node = z.looseObject({ type: z.string() });

/** Every element, run, button and field of a card that has the type, fallbacks included. */
export function ofType(value: unknown, type: string): readonly z.infer<typeof node>[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  const inside = Object.values(value).flatMap((one) => ofType(one, type));
  const own = node.safeParse(value);
  return own.data?.type === type ? [own.data, ...inside] : inside;
}
