import { z } from "zod";
import type { Run } from "./program.ts";

const TEXTS = z.array(z.string());
const TIME = z.iso.datetime();

/** One line of `trail --json` as the design promises it: these keys, no others. */
const TRAIL_ROW = z.strictObject({
  id: z.string().regex(/^o-[0-9a-z]{12}$/),
  kind: z.enum(["jit", "direct"]),
  vm: z.string().nullable(),
  vmName: z.string().nullable(),
  port: z.string().regex(/^(\*|\d+(-\d+)?)$/),
  protocol: z.string(),
  sources: TEXTS,
  nsg: z.string(),
  rule: z.string(),
  openedAt: TIME,
  openedAtExact: z.boolean(),
  promisedEnd: TIME.nullable(),
  closedAt: TIME.nullable(),
  closedBy: z.string().nullable(),
  verdict: z.enum(["certain", "likely", "ambiguous", "unattributed"]),
  actor: z.string().nullable(),
  actorId: z.string().nullable(),
  clientAddress: z.string().nullable(),
  justification: z.string().nullable(),
  candidates: z.array(
    z.strictObject({
      actor: z.string().nullable(),
      requestId: z.string().nullable(),
      reasons: TEXTS,
    }),
  ),
  reasons: TEXTS,
  findings: TEXTS,
  events: TEXTS,
});

/** The keys of a line, in the order in which they stand there. */
export const TRAIL_KEYS: readonly string[] = Object.keys(TRAIL_ROW.shape);

/** A line of `trail --json`. */
export type TrailLine = z.infer<typeof TRAIL_ROW>;

/**
 * What `trail --json` printed.
 *
 * @throws ZodError when a line is not of the form that was promised.
 */
export function trailLines({ stdout }: Run): readonly TrailLine[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => TRAIL_ROW.parse(JSON.parse(line)));
}

/** What the trail is about, opening by opening: `alice@contoso.com 3389 vm-x`. */
export function openingsOf(run: Run): readonly string[] {
  return trailLines(run).map(({ actor, port, vmName }) => `${actor} ${port} ${vmName}`);
}
