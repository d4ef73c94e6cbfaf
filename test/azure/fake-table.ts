import type { AzureFault } from "../../src/azure/azure-fault.ts";
import type { TableFeedParts } from "../../src/azure/log-analytics-backfill.ts";
import { tablePurpose } from "../../src/azure/log-analytics-reader.ts";
import type {
  ActivityTable,
  TableAnswer,
  TableDays,
} from "../../src/azure/log-analytics-reader.ts";
import type { CallPurpose } from "../../src/azure/azure-fault.ts";
import { QueryTurns } from "../../src/azure/query-turns.ts";
import { ReadBudget } from "../../src/azure/read-budget.ts";
import { RuleInterner } from "../../src/azure/rule-interner.ts";
import type { ReadSpan } from "../../src/domain/feed.ts";
import { DAY } from "../../src/domain/instant.ts";
import type { Instant } from "../../src/domain/instant.ts";
import type { Clock } from "../../src/ports.ts";
import { always, ENDLESS } from "./leap-clock.ts";
import { AZURE_SUBSCRIPTION } from "./log-feed.ts";
import { logAnalyticsForm, NSG_ID, NSG_WRITE, rowContent } from "./row-forms.ts";

export const WORKSPACE = "77777777-0000-0000-0000-000000000001";

/** A row of the table. */
export interface TableRow {
  readonly at: Instant;
  readonly json: unknown;
}

/** How the table behaves. */
export interface TableBehaviour {
  /** How many rows an answer holds. */
  readonly most: number;
  /** What happens instead of the query with this number, from 0. */
  readonly fault: (call: number) => AzureFault | null;
}

/** The table `AzureActivity` in memory. */
export class FakeTable implements ActivityTable {
  readonly workspace = WORKSPACE;
  readonly rowsThere: readonly TableRow[];
  /** What rows were asked of. */
  readonly asked: ReadSpan[] = [];
  #calls = 0;
  readonly #behaviour: TableBehaviour;

  constructor(rows: readonly TableRow[], behaviour: Partial<TableBehaviour> = {}) {
    this.rowsThere = rows;
    this.#behaviour = { most: 100, fault: () => null, ...behaviour };
  }

  async rows(_: CallPurpose, span: ReadSpan): Promise<TableAnswer> {
    this.#meetFault();
    this.asked.push(span);
    const rows = this.#within(span).map(({ json }) => json);
    const { most } = this.#behaviour;
    return { rows: rows.slice(0, most), isCut: rows.length > most, remainingReads: null };
  }

  async days(_: CallPurpose, span: ReadSpan): Promise<TableDays> {
    this.#meetFault();
    const days = new Map<number, ReadSpan>();
    for (const { at } of this.#within(span)) {
      const day = Math.floor(at / DAY);
      const { from, to } = days.get(day) ?? { from: at, to: at };
      days.set(day, { from: Math.min(from, at), to: Math.max(to, at) });
    }
    return { days: [...days.values()].sort((a, b) => a.from - b.from), remainingReads: null };
  }

  #meetFault(): void {
    const fault = this.#behaviour.fault(this.#calls);
    this.#calls += 1;
    if (fault !== null) {
      throw fault;
    }
  }

  #within({ from, to }: ReadSpan): readonly TableRow[] {
    return this.rowsThere.filter(({ at }) => at >= from && at <= to);
  }
}

/** The parts of a feed that reads this table. */
export function tableParts(
  table: ActivityTable,
  clock: Clock,
  changes: Partial<TableFeedParts> = {},
): TableFeedParts {
  return {
    table,
    clock,
    wall: ENDLESS,
    budget: new ReadBudget(),
    turns: new QueryTurns(),
    purpose: tablePurpose(table.workspace, AZURE_SUBSCRIPTION, "azure.tenants[0]"),
    random: always(0),
    rules: new RuleInterner(),
    ...changes,
  };
}

/** A write of an NSG in the table. */
export function writeInTable(id: string, at: Instant): TableRow {
  return {
    at,
    json: logAnalyticsForm(
      rowContent({
        eventDataId: id,
        operation: NSG_WRITE,
        resource: NSG_ID,
        time: new Date(at).toISOString(),
      }),
    ),
  };
}
