import type { IAdaptiveCard, IMention, ITeamsCardProperties } from "@microsoft/teams.cards";
import { expectTypeOf, test } from "vitest";
import type { AdaptiveCard, MentionEntity } from "../../../../adapters/teams/render/card.ts";

/** The same without `readonly`, which Microsoft's types do not have. */
type Writable<Value> = { -readonly [Key in keyof Value]: Writable<Value[Key]> };

// Microsoft generates its types from the schema of Adaptive Cards with what Teams adds to it, so the
// type check of the project checks every card that the adapter can write.
test("Cards are of the types that Microsoft gives to cards in Teams.", () => {
  expectTypeOf<Writable<Omit<AdaptiveCard, "msteams">>>().toExtend<IAdaptiveCard>();
  expectTypeOf<Writable<MentionEntity>>().toExtend<IMention>();
  expectTypeOf<"entities">().toExtend<keyof ITeamsCardProperties>();
});
