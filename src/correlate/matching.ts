/** What every maximum matching of openings with request slots has in common. */
export interface Matching {
  /**
   * Per opening: the slots that it has in at least one maximum matching, ascending. A slot that fits but
   * is not here is needed by another opening in all of them.
   */
  readonly possible: readonly (readonly number[])[];
  /** Per opening: whether some maximum matching leaves it without a slot. */
  readonly canBeUnmatched: readonly boolean[];
}

/**
 * Matches openings with slots, each slot at most once, as a whole: not one solution, but all that the
 * maximum matchings allow. An edge lies in some maximum matching when it is in the one found, on an
 * alternating cycle, or on an even alternating path from a free node (Berge).
 *
 * @param fits per opening: the slots that fit it, ascending.
 * @param slots how many slots there are.
 */
export function matchAll(fits: readonly (readonly number[])[], slots: number): Matching {
  const { slotOf, openingOf } = maximumMatching(fits, slots);
  const fromFree = reachableFromFreeOpenings(fits, slotOf, openingOf);
  const toFree = reachingFreeSlots(fits, slotOf, openingOf, slots);
  const component = strongComponents(fits, openingOf);
  const possible = fits.map((candidates, opening) =>
    candidates.filter((slot) => {
      if (slotOf[opening] === slot) {
        return true;
      }
      const holder = openingOf[slot];
      const inCycle = holder !== undefined && component[holder] === component[opening];
      return inCycle || fromFree.has(opening) || toFree.has(slot);
    }),
  );
  return { possible, canBeUnmatched: fits.map((_, opening) => fromFree.has(opening)) };
}

interface Assignment {
  /** Slot of each opening; undefined when it has none. */
  readonly slotOf: (number | undefined)[];
  /** Opening of each slot; undefined when it is free. */
  readonly openingOf: (number | undefined)[];
}

/** Augmenting paths, breadth first, so that a long chain of overlaps needs no deep stack. */
function maximumMatching(fits: readonly (readonly number[])[], slots: number): Assignment {
  const slotOf: (number | undefined)[] = fits.map(() => undefined);
  const openingOf: (number | undefined)[] = Array.from({ length: slots }, () => undefined);
  fits.forEach((_, start) => {
    const cameFrom = new Map<number, number>();
    const queue = [start];
    let end: number | undefined;
    for (let head = 0; head < queue.length && end === undefined; head += 1) {
      const opening = queue[head];
      for (const slot of opening === undefined ? [] : (fits[opening] ?? [])) {
        if (opening === undefined || cameFrom.has(slot)) {
          continue;
        }
        cameFrom.set(slot, opening);
        const holder = openingOf[slot];
        if (holder === undefined) {
          end = slot;
          break;
        }
        queue.push(holder);
      }
    }
    while (end !== undefined) {
      const opening = cameFrom.get(end);
      if (opening === undefined) {
        break;
      }
      const previous = slotOf[opening];
      slotOf[opening] = end;
      openingOf[end] = opening;
      end = previous;
    }
  });
  return { slotOf, openingOf };
}

function reachableFromFreeOpenings(
  fits: readonly (readonly number[])[],
  slotOf: Assignment["slotOf"],
  openingOf: Assignment["openingOf"],
): Set<number> {
  const queue = fits.flatMap((_, opening) => (slotOf[opening] === undefined ? [opening] : []));
  const reached = new Set(queue);
  for (let head = 0; head < queue.length; head += 1) {
    const opening = queue[head];
    for (const slot of opening === undefined ? [] : (fits[opening] ?? [])) {
      const holder = openingOf[slot];
      if (holder !== undefined && !reached.has(holder)) {
        reached.add(holder);
        queue.push(holder);
      }
    }
  }
  return reached;
}

function reachingFreeSlots(
  fits: readonly (readonly number[])[],
  slotOf: Assignment["slotOf"],
  openingOf: Assignment["openingOf"],
  slots: number,
): Set<number> {
  const openingsOfSlot: number[][] = Array.from({ length: slots }, () => []);
  fits.forEach((candidates, opening) => {
    for (const slot of candidates) {
      openingsOfSlot[slot]?.push(opening);
    }
  });
  const queue = openingOf.flatMap((opening, slot) => (opening === undefined ? [slot] : []));
  const reached = new Set(queue);
  for (let head = 0; head < queue.length; head += 1) {
    const slot = queue[head];
    for (const opening of slot === undefined ? [] : (openingsOfSlot[slot] ?? [])) {
      const held = slotOf[opening];
      if (held !== undefined && !reached.has(held)) {
        reached.add(held);
        queue.push(held);
      }
    }
  }
  return reached;
}

/**
 * The strongly connected components (Tarjan, without recursion) of the graph that leads from an
 * opening to the holders of the slots that fit it.
 */
function strongComponents(
  fits: readonly (readonly number[])[],
  openingOf: Assignment["openingOf"],
): number[] {
  const next = fits.map((candidates) =>
    candidates.flatMap((slot) => {
      const holder = openingOf[slot];
      return holder === undefined ? [] : [holder];
    }),
  );
  const order = fits.map(() => -1);
  const low = fits.map(() => 0);
  const component = fits.map(() => -1);
  const stack: number[] = [];
  let counter = 0;
  let components = 0;
  const enter = (node: number): { node: number; edge: number } => {
    order[node] = counter;
    low[node] = counter;
    counter += 1;
    stack.push(node);
    return { node, edge: 0 };
  };
  const lower = (node: number, to: number | undefined) => {
    low[node] = Math.min(low[node] ?? 0, to ?? 0);
  };
  for (let root = 0; root < fits.length; root += 1) {
    if (order[root] !== -1) {
      continue;
    }
    const path = [enter(root)];
    for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
      const { node } = frame;
      const target = next[node]?.[frame.edge];
      frame.edge += 1;
      if (target !== undefined) {
        if (order[target] === -1) {
          path.push(enter(target));
        } else if (component[target] === -1) {
          lower(node, order[target]);
        }
        continue;
      }
      if (low[node] === order[node]) {
        for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
          component[member] = components;
          if (member === node) {
            break;
          }
        }
        components += 1;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) {
        lower(parent.node, low[node]);
      }
    }
  }
  return component;
}
