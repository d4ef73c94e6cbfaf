import { z } from "zod";

const COMMON_OPTIONS = z.object({
  from: z.array(z.string()).default([]),
  zone: z.string().optional(),
  workingHours: z.string().optional(),
  verbose: z.boolean().default(false),
});

/** Options of `doorbell trail`, as the option parser gives them. */
export const TRAIL_OPTIONS = COMMON_OPTIONS.extend({
  vm: z.string().optional(),
  since: z.string().optional(),
  until: z.string().optional(),
  open: z.boolean().default(false),
  json: z.boolean().default(false),
  csv: z.boolean().default(false),
});

/** Options of `doorbell ask`, as the option parser gives them. */
export const ASK_OPTIONS = COMMON_OPTIONS.extend({ json: z.boolean().default(false) });

/** What `doorbell trail` was told. */
export type TrailOptions = z.infer<typeof TRAIL_OPTIONS>;

/** What `doorbell ask` was told. */
export type AskOptions = z.infer<typeof ASK_OPTIONS>;

/** What every command that reads exports was told. */
export type CommonOptions = z.infer<typeof COMMON_OPTIONS>;
