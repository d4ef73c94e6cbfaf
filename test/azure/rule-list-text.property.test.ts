import { Buffer } from "node:buffer";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseActivityRow } from "../../src/azure/activity-row.ts";
import { RuleInterner } from "../../src/azure/rule-interner.ts";
import { RuleListCutter } from "../../src/azure/rule-list-text.ts";
import type { ActivityEvent } from "../../src/domain/activity-event.ts";
import { read, relevant } from "./reading.ts";
import { apiForm, diagnosticForm, nsgBody, rowContent, wireRule } from "./row-forms.ts";

interface Said {
  readonly events: readonly ActivityEvent[];
  readonly faults: number;
  readonly unreadable: number;
}

/** What rows say when each is parsed as a whole. */
function parsedWhole(rows: readonly string[]): Said {
  const rules = new RuleInterner();
  const events: ActivityEvent[] = [];
  let faults = 0;
  let unreadable = 0;
  for (const row of rows) {
    const outcome = parseActivityRow(jsonOf(row), rules);
    if (outcome.kind === "event") {
      events.push(outcome.event);
      faults += outcome.faults.length;
    } else {
      unreadable += 1;
    }
  }
  return { events, faults, unreadable };
}

function jsonOf(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    return json;
  } catch {
    return null;
  }
}

/** What an export of one row per line says. */
async function readAsExport(rows: readonly string[]): Promise<Said> {
  const { events, summary } = await read(`${rows.join("\n")}\n`);
  return { events, faults: summary.quarantinedParts, unreadable: summary.quarantinedRows };
}

const text = fc.constantFrom(
  "plain",
  "a } b { c",
  'say "hi"',
  "back\\slash",
  "gr\u00fcn \u2028",
  "",
);
const properties = fc.record(
  {
    access: fc.constantFrom("Allow", "Deny", "Perhaps"),
    description: text,
    destinationPortRange: fc.constantFrom("22", "3389", "70000"),
    sourceAddressPrefix: fc.constantFrom("*", "198.51.100.7"),
    sourceApplicationSecurityGroups: fc.constantFrom([], [{ id: "/asg/a" }, { id: "/asg/b" }]),
    priority: fc.constantFrom(100, "200", "1e999"),
  },
  { requiredKeys: [] },
);
/** Rules as clients order their members, and as nobody does. */
const rule = fc
  .tuple(fc.constantFrom("a", "b", 'c"', ""), properties, text, fc.nat(5))
  .map(([name, changes, etag, order]): unknown => {
    const own = { ...wireRule(name, changes) };
    const { properties: settings } = own;
    const forms = [
      { name, id: "/x", etag, properties: settings },
      { properties: settings, name, type: "t" },
      { id: "/x", name, properties: settings, etag },
      { name: "first", properties: settings, name2: name },
      { etag: { nested: etag }, name, properties: settings },
      { properties: settings },
    ];
    return forms[order];
  });
const HOSTILE = ["cut-rule-list-0", "\\u0063ut-rule-list-0"];
const body = fc.tuple(fc.array(rule, { maxLength: 4 }), fc.nat(7)).map(([rules, form]): string => {
  const plain = nsgBody(...rules);
  switch (form) {
    case 0:
      return plain.slice(0, -Math.ceil(plain.length / 3));
    case 1:
      return JSON.stringify(JSON.parse(plain), null, 1);
    case 2:
      return plain.replace('"securityRules"', '"x\\"securityRules"');
    case 3:
      return plain.slice(0, -2);
    case 4:
      return plain.replace('"name":"a"', '"name":"a","name":"b"');
    default:
      return plain;
  }
});
const row = fc
  .record({
    request: fc.option(body),
    response: fc.option(fc.oneof(body, fc.constantFrom(...HOSTILE).map(tokenBody))),
    other: fc.option(body),
    form: fc.constantFrom(apiForm, diagnosticForm),
    fault: fc.nat(9),
  })
  .map(({ request, response, other, form, fault }): string => {
    const bodies = {
      ...(request === null ? {} : { requestbody: request }),
      ...(response === null ? {} : { responseBody: response }),
      ...(other === null ? {} : { message: other }),
    };
    const line = JSON.stringify(form(rowContent({ properties: bodies })));
    const faults = [
      ['"Allow', '"All\u0001ow'],
      ["/x", "/\u0001"],
      [',"', ',,"'],
    ] as const;
    const [good, bad] = faults[fault] ?? ["", ""];
    return line.replace(good, bad);
  });

/** A body with the very text that stands in a list's place while a row is read. */
function tokenBody(token: string): string {
  return `{"properties":{"securityRules":"${token}"}}`;
}

describe("rule lists that are cut out of rows", () => {
  test("rows say the same as when each is parsed as a whole", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 6 }), async (rows) => {
        // The first says that it is an export, whatever the others are.
        const all = [JSON.stringify(apiForm(relevant)), ...rows];
        expect(await readAsExport(all)).toEqual(parsedWhole(all));
      }),
      { numRuns: 1000 },
    );
  });

  test("the rules of a usual row are not parsed twice", () => {
    const cutter = new RuleListCutter(new RuleInterner());
    const line = JSON.stringify(
      apiForm(rowContent({ properties: { responseBody: nsgBody(wireRule("a"), wireRule("b")) } })),
    );
    const lists = [cutter.cut(line), cutter.cut(line)].map((cut) => cut?.take("cut-rule-list-0"));
    expect(lists[0]?.map(({ label }) => label)).toEqual(["a", "b"]);
    expect(lists[1]?.[0]).toBe(lists[0]?.[0]);
  });

  test("a token is only taken once", () => {
    const cutter = new RuleListCutter(new RuleInterner());
    const cut = cutter.cut(
      JSON.stringify(apiForm(rowContent({ properties: { requestbody: nsgBody(wireRule("a")) } }))),
    );
    expect(cut?.isUsedUp).toBe(false);
    expect(cut?.take("cut-rule-list-0")).toHaveLength(1);
    expect(cut?.take("cut-rule-list-0")).toBeNull();
    expect(cut?.isUsedUp).toBe(true);
  });

  test("a full memory starts anew and says the same", () => {
    const line = JSON.stringify(
      apiForm(
        rowContent({
          properties: { requestbody: nsgBody(wireRule("a"), wireRule("b", { priority: 7 })) },
        }),
      ),
    );
    const cutter = new RuleListCutter(new RuleInterner(), 1);
    const first = cutter.cut(line)?.take("cut-rule-list-0");
    expect(first).toHaveLength(2);
    expect(cutter.cut(line)?.take("cut-rule-list-0")).toEqual(first);
  });

  test("a megabyte of braces ends soon", async () => {
    const hostile = nsgBody(wireRule("a", { description: "}".repeat(2 ** 20) }));
    const line = JSON.stringify(apiForm(rowContent({ properties: { requestbody: hostile } })));
    expect(Buffer.byteLength(line)).toBeGreaterThan(2 ** 20);
    expect(await readAsExport([line])).toEqual(parsedWhole([line]));
  });
});
