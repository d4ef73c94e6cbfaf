import type { Instant } from "../domain/instant.ts";
import type { ContainerTrail } from "./container-trail.ts";
import { RowGroup } from "./row-group.ts";
import type { ToldWrite } from "./rule-writes.ts";

const NOTHING: readonly never[] = [];

/** The rows of one operation key, with what they told last. */
export class ToldOperations {
  readonly group = new RowGroup();
  /** Of the rows, when they told it. */
  revision = 0;
  writes: readonly ToldWrite[] = NOTHING;
  /** When writes failed, of which resource. */
  failures: readonly { readonly key: string; readonly at: Instant }[] = NOTHING;
  /** The containers that they told something of. */
  containers: readonly ContainerTrail[] = NOTHING;
}
