import { hostname } from "node:os";
import type { RandomSource } from "../ports.ts";

const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";
const LENGTH = 6;
const LONGEST_HOST = 60;

/**
 * A name for this run of the program: the machine's, so that a person finds it, and a few drawn letters, so
 * that no other run has the same.
 */
export function replicaName(random: RandomSource): string {
  const letters = Array.from({ length: LENGTH }, () =>
    LETTERS.charAt(Math.floor(random.next() * LETTERS.length)),
  );
  const host = hostname().replaceAll(/[^A-Za-z0-9.-]/g, "-");
  return `${host.slice(0, LONGEST_HOST)}-${letters.join("")}`;
}
