/** A piece of a line, in any unit. */
export interface Extent {
  readonly from: number;
  readonly to: number;
}

/**
 * Puts things into lanes so that none overlaps another. What comes first in the list is placed first, so
 * that what matters most is never what finds no place.
 *
 * @param most how many lanes there may be.
 * @returns the lane of each thing, from 0; null where every lane is taken there.
 */
export function placeInLanes(extents: readonly Extent[], most: number): readonly (number | null)[] {
  const lanes: Extent[][] = [];
  return extents.map((extent) => {
    const free = lanes.findIndex((taken) => taken.every((other) => !overlaps(other, extent)));
    if (free >= 0) {
      lanes[free]?.push(extent);
      return free;
    }
    if (lanes.length >= most) {
      return null;
    }
    lanes.push([extent]);
    return lanes.length - 1;
  });
}

function overlaps(a: Extent, b: Extent): boolean {
  return a.from < b.to && b.from < a.to;
}
