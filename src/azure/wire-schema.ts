import { z } from "zod";

/** Text that may be missing, as a part of a schema; anything that is not text counts as missing. */
export const textField = z.string().nullish().catch(null);
