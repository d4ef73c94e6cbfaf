import type { LeaseBoard } from "../ports.ts";

/** After so many looks at a lease that nobody takes, it is taken beyond the share. */
const PATIENCE = 3;
/** What is beyond the share goes in so many parts: whoever takes over has to read what it takes. */
const PARTS = 12;

/** How many leases each replica that wants some should hold. */
function shareOf(wanted: number, { replicas }: LeaseBoard): number {
  const taking = replicas.filter(({ wants }) => wants > 0).length;
  return Math.ceil(wanted / Math.max(taking, 1));
}

/**
 * Which leases a replica takes now: those that nobody holds, up to its share, and those beyond it that
 * nobody takes for a while.
 *
 * @param freeBefore how many looks in a row found which leases free.
 * @param start 0 to 1: where it begins to take, so that replicas do not all begin with the same.
 */
export function leasesToTake({
  owner,
  board,
  wanted,
  held,
  freeBefore,
  start,
}: {
  readonly owner: string;
  readonly board: LeaseBoard;
  readonly wanted: ReadonlySet<string>;
  readonly held: ReadonlySet<string>;
  readonly freeBefore: ReadonlyMap<string, number>;
  readonly start: number;
}): { readonly taken: readonly string[]; readonly free: ReadonlyMap<string, number> } {
  const owners = new Map(board.leases.map((lease) => [lease.name, lease.owner]));
  const free = [...wanted].filter((name) => {
    const holder = owners.get(name) ?? null;
    return !held.has(name) && (holder === null || holder === owner);
  });
  const looks = new Map(free.map((name) => [name, (freeBefore.get(name) ?? 0) + 1]));
  const left = free.filter((name) => (looks.get(name) ?? 0) >= PATIENCE);
  const first = Math.floor(start * free.length);
  const turned = [...free.slice(first), ...free.slice(0, first)];
  const mine = [...held].filter((name) => wanted.has(name)).length;
  const room = Math.max(shareOf(wanted.size, board) - mine, 0);
  return { taken: [...new Set([...left, ...turned.slice(0, room)])], free: looks };
}

/**
 * Which leases a replica gives away now: some of those beyond its share, while another that wants some,
 * and has been there for a while, holds fewer than its share.
 *
 * @param settled whether a replica has been there for a while.
 */
export function leasesToGive({
  owner,
  board,
  held,
  wanted,
  settled,
}: {
  readonly owner: string;
  readonly board: LeaseBoard;
  readonly held: readonly string[];
  readonly wanted: number;
  readonly settled: (owner: string) => boolean;
}): readonly string[] {
  const share = shareOf(wanted, board);
  const surplus = held.length - share;
  const counts = new Map<string | null, number>();
  for (const lease of board.leases) {
    counts.set(lease.owner, (counts.get(lease.owner) ?? 0) + 1);
  }
  const isShort = board.replicas.some(
    (one) =>
      one.owner !== owner &&
      one.wants > 0 &&
      settled(one.owner) &&
      (counts.get(one.owner) ?? 0) < share,
  );
  return surplus > 0 && isShort ? held.slice(0, Math.ceil(surplus / PARTS)) : [];
}
