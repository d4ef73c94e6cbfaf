/**
 * Every maximum matching of openings with slots, by trying all choices; per opening the slot, or null.
 * Only for small graphs.
 *
 * @param fits per opening: the slots that fit it.
 */
export function everyMaximumMatching(
  fits: readonly (readonly number[])[],
): readonly (readonly (number | null)[])[] {
  const all: (number | null)[][] = [];
  let most = 0;
  const choose = (chosen: readonly (number | null)[], size: number): void => {
    const next = fits[chosen.length];
    if (next === undefined) {
      if (size > most) {
        most = size;
        all.length = 0;
      }
      if (size === most) {
        all.push([...chosen]);
      }
      return;
    }
    if (size + fits.length - chosen.length < most) {
      return;
    }
    for (const slot of next) {
      if (!chosen.includes(slot)) {
        choose([...chosen, slot], size + 1);
      }
    }
    choose([...chosen, null], size);
  };
  choose([], 0);
  return all;
}
