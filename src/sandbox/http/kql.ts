/** A row of a table, by column. */
export type KqlRow = Readonly<Record<string, unknown>>;

/** A query of one table. */
export interface KqlQuery {
  readonly table: string;
  readonly operators: readonly KqlOperator[];
}

type Condition = (row: KqlRow) => boolean;

type KqlOperator =
  | { readonly kind: "where"; readonly holds: Condition }
  | { readonly kind: "take"; readonly rows: number }
  /** The first and the last time of each day. */
  | { readonly kind: "days" };

/** The query is not understood; `at` is a part of it. */
export class KqlFault extends Error {
  readonly at: string;

  constructor(at: string) {
    super(`Query could not be parsed at '${at.slice(0, 60)}'`);
    this.name = "KqlFault";
    this.at = at;
  }
}

const DAYS =
  /^summarize\s+First\s*=\s*min\(TimeGenerated\),\s*Last\s*=\s*max\(TimeGenerated\)\s+by\s+Day\s*=\s*bin\(TimeGenerated,\s*1d\)$/;

/**
 * Reads the little of the Kusto Query Language that Doorbell sends: a table, `where` with `==`, `=~`,
 * `in`, `in~`, `isempty`, `and`, `or` and parentheses, `take`, and one form of `summarize`.
 *
 * @throws KqlFault
 */
export function parseKql(text: string): KqlQuery {
  const [table = "", ...operators] = pipes(text);
  if (!/^[A-Za-z_]\w*$/.test(table)) {
    throw new KqlFault(table);
  }
  return { table, operators: operators.map(parseOperator) };
}

/** What the operators make of the rows. */
export function runKql({ operators }: KqlQuery, rows: readonly KqlRow[]): readonly KqlRow[] {
  return operators.reduce<readonly KqlRow[]>((left, operator) => {
    switch (operator.kind) {
      case "where":
        return left.filter(operator.holds);
      case "take":
        return left.slice(0, operator.rows);
      case "days":
        return daysOf(left);
    }
  }, rows);
}

/** The parts between the pipes, without those inside texts. */
function pipes(text: string): readonly string[] {
  return (text.match(/(?:'[^']*'|[^'|])+/g) ?? []).map((part) => part.trim());
}

function parseOperator(text: string): KqlOperator {
  const take = /^take\s+(\d{1,9})$/.exec(text)?.[1];
  if (take !== undefined) {
    return { kind: "take", rows: Number(take) };
  }
  if (DAYS.test(text)) {
    return { kind: "days" };
  }
  const condition = /^where\s+([^]*)$/.exec(text)?.[1];
  if (condition === undefined) {
    throw new KqlFault(text);
  }
  return { kind: "where", holds: new ConditionParser(condition).whole() };
}

const TOKEN = /\s*('[^']*'|[A-Za-z_]\w*~?|=~|==|[(),])/y;

/** Reads a condition, `and` before `or`. */
class ConditionParser {
  readonly #tokens: readonly string[];
  #next = 0;

  constructor(text: string) {
    const tokens: string[] = [];
    TOKEN.lastIndex = 0;
    let end = 0;
    for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
      tokens.push(match[1] ?? "");
      end = TOKEN.lastIndex;
    }
    if (text.slice(end).trim() !== "") {
      throw new KqlFault(text.slice(end));
    }
    this.#tokens = tokens;
  }

  whole(): Condition {
    const condition = this.#any();
    if (this.#next < this.#tokens.length) {
      throw new KqlFault(this.#rest());
    }
    return condition;
  }

  #any(): Condition {
    const first = this.#all();
    if (!this.#takes("or")) {
      return first;
    }
    const others = this.#any();
    return (row) => first(row) || others(row);
  }

  #all(): Condition {
    const first = this.#term();
    if (!this.#takes("and")) {
      return first;
    }
    const others = this.#all();
    return (row) => first(row) && others(row);
  }

  #term(): Condition {
    if (this.#takes("(")) {
      const inner = this.#any();
      this.#expect(")");
      return inner;
    }
    if (this.#takes("isempty")) {
      this.#expect("(");
      const column = this.#name();
      this.#expect(")");
      return (row) => textOf(row[column]) === "";
    }
    const column = this.#name();
    const operator = this.#tokens[this.#next] ?? "";
    this.#next += 1;
    const isLoose = operator.endsWith("~");
    const same = (text: string): string => (isLoose ? text.toLowerCase() : text);
    if (operator === "=~" || operator === "==") {
      const wanted = this.#text();
      return operator === "=~"
        ? (row) => textOf(row[column]).toLowerCase() === wanted.toLowerCase()
        : (row) => textOf(row[column]) === wanted;
    }
    if (operator !== "in" && operator !== "in~") {
      throw new KqlFault(operator);
    }
    this.#expect("(");
    const wanted = new Set([same(this.#text())]);
    while (this.#takes(",")) {
      wanted.add(same(this.#text()));
    }
    this.#expect(")");
    return (row) => wanted.has(same(textOf(row[column])));
  }

  #takes(token: string): boolean {
    const isThere = this.#tokens[this.#next] === token;
    this.#next += isThere ? 1 : 0;
    return isThere;
  }

  #expect(token: string): void {
    if (!this.#takes(token)) {
      throw new KqlFault(this.#rest());
    }
  }

  #name(): string {
    const name = this.#tokens[this.#next] ?? "";
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      throw new KqlFault(this.#rest());
    }
    this.#next += 1;
    return name;
  }

  #text(): string {
    const token = this.#tokens[this.#next] ?? "";
    if (!token.startsWith("'")) {
      throw new KqlFault(this.#rest());
    }
    this.#next += 1;
    return token.slice(1, -1);
  }

  #rest(): string {
    return this.#tokens.slice(this.#next).join(" ");
  }
}

function daysOf(rows: readonly KqlRow[]): readonly KqlRow[] {
  const days = new Map<string, { readonly First: string; readonly Last: string }>();
  for (const row of rows) {
    const time = textOf(row["TimeGenerated"]);
    const day = `${time.slice(0, 10)}T00:00:00Z`;
    const { First, Last } = days.get(day) ?? { First: time, Last: time };
    days.set(day, { First: time < First ? time : First, Last: time > Last ? time : Last });
  }
  return [...days].map(([day, times]) => ({ Day: day, ...times }));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
