import { RELEVANT_OPERATIONS } from "./relevant-operation.ts";
import { isJsonObject, wireList, wireText } from "./wire-fields.ts";

/** So many rows are taken with one query: Azure's own limits (500,000 rows, 64 MB) are far above. */
export const MOST_ROWS = 2000;

/**
 * The rows of an Azure subscription that can tell of an opening, and those that name no operation at
 * all, which are quarantined. Columns without `Value` at the end are those of older rows. The period is
 * the query's timespan.
 *
 * @param azureSubscription a GUID: it stands in the text as it is.
 * @see https://learn.microsoft.com/azure/azure-monitor/reference/tables/azureactivity
 */
export function rowsQuery(azureSubscription: string): string {
  const operations = RELEVANT_OPERATIONS.map((name) => `'${name}'`).join(", ");
  return [
    "AzureActivity",
    `where SubscriptionId =~ '${azureSubscription}'`,
    `where OperationNameValue in~ (${operations}) or (isempty(OperationNameValue) and (OperationName in~ (${operations}) or isempty(OperationName)))`,
    // One more than are taken tells that there are more.
    `take ${MOST_ROWS + 1}`,
  ].join("\n| ");
}

/**
 * On which days the table holds rows of an Azure subscription, of whatever operation, with the first and
 * the last of each day: what lies between two that are far apart was hardly sent to the workspace.
 */
export function daysQuery(azureSubscription: string): string {
  return [
    "AzureActivity",
    `where SubscriptionId =~ '${azureSubscription}'`,
    "summarize First = min(TimeGenerated), Last = max(TimeGenerated) by Day = bin(TimeGenerated, 1d)",
  ].join("\n| ");
}

/**
 * Rows of a table of an answer as objects, under the names of their columns; what is no row stays what
 * it is.
 *
 * @param answer `{"tables":[{"columns":[{"name"}],"rows":[[…]]}]}`.
 * @returns null when it is no such answer.
 * @see https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format
 */
export function tableRows(answer: unknown): readonly unknown[] | null {
  const [table] = isJsonObject(answer) ? (wireList(answer["tables"]) ?? []) : [];
  const columns = isJsonObject(table) ? wireList(table["columns"]) : null;
  const rows = isJsonObject(table) ? wireList(table["rows"]) : null;
  if (columns === null || rows === null) {
    return null;
  }
  const names = columns.map((column) => (isJsonObject(column) ? wireText(column["name"]) : null));
  return rows.map((row) => {
    const cells = wireList(row);
    return cells === null ? row : namedCells(names, cells);
  });
}

function namedCells(
  names: readonly (string | null)[],
  cells: readonly unknown[],
): Readonly<Record<string, unknown>> {
  const entries = names.map((name, index) => [name ?? `column ${index}`, cells[index]] as const);
  return Object.fromEntries(entries.filter(([, cell]) => cell !== null && cell !== undefined));
}
