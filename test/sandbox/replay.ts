import { z } from "zod";
import type { WireRow } from "../../src/sandbox/wire-row.ts";

/** One port of one rule that the bodies of a log show to open and perhaps to close. */
export interface ReplayedOpening {
  readonly nsg: string;
  readonly rule: string;
  readonly port: string;
  readonly openedAt: number;
  closedAt: number | null;
}

const ruleBody = z.object({
  name: z.string(),
  properties: z.object({
    access: z.string(),
    direction: z.string(),
    protocol: z.string(),
    destinationPortRange: z.string().optional(),
    destinationPortRanges: z.array(z.string()).optional(),
    sourceAddressPrefix: z.string().optional(),
    sourceAddressPrefixes: z.array(z.string()).optional(),
  }),
});
const nsgBody = z.object({ properties: z.object({ securityRules: z.array(ruleBody) }) });
const natCollection = z.object({
  name: z.string(),
  properties: z.object({
    rules: z.array(
      z.object({
        name: z.string(),
        translatedPort: z.string(),
        sourceAddresses: z.array(z.string()),
      }),
    ),
  }),
});
const firewallBody = z.object({
  properties: z.object({ natRuleCollections: z.array(natCollection) }),
});

/**
 * Reads a log that hides nothing, in order, in the plainest way: every Started row puts its body's rules
 * in place. It shares no code with what writes the bodies.
 */
export function replay(rows: readonly WireRow[]): ReplayedOpening[] {
  const failed = new Set(
    rows.filter((row) => row.status.value === "Failed").map((row) => row.operationId),
  );
  const states = new Map<string, Map<string, ReplayedOpening>>();
  const openings: ReplayedOpening[] = [];
  for (const row of rows) {
    if (row.status.value !== "Started" || failed.has(row.operationId)) {
      continue;
    }
    const [, operation] = /^Microsoft\.Network\/(.*)$/.exec(row.operationName.value) ?? [];
    const [, container = "", rule = ""] =
      /^(.*\/(?:networkSecurityGroups|azureFirewalls)\/[^/]+)(?:\/securityRules\/(.*))?$/i.exec(
        row.resourceId,
      ) ?? [];
    const nsg = container.toLowerCase();
    const state = states.get(nsg) ?? new Map<string, ReplayedOpening>();
    const wanted = wantedRules(operation ?? "", rule, bodyOf(row));
    if (wanted === null) {
      continue;
    }
    const openedAt = Date.parse(row.eventTimestamp);
    const isTouched = (key: string): boolean =>
      rule === "" || key.startsWith(`${rule.toLowerCase()} `);
    for (const [key, opening] of state) {
      if (isTouched(key) && !wanted.has(key)) {
        opening.closedAt = openedAt;
        state.delete(key);
      }
    }
    for (const [key, { name, port }] of wanted) {
      if (!state.has(key)) {
        const opening = { nsg, rule: name, port, openedAt, closedAt: null };
        openings.push(opening);
        state.set(key, opening);
      }
    }
    states.set(nsg, state);
  }
  return openings;
}

type Wanted = Map<string, { readonly name: string; readonly port: string }>;

/** The openings that should stand after the write; null when it touches no rule. */
function wantedRules(operation: string, rule: string, body: unknown): Wanted | null {
  switch (operation) {
    case "networkSecurityGroups/write": {
      const nsg = nsgBody.safeParse(body);
      return nsg.success ? openPorts(nsg.data.properties.securityRules) : null;
    }
    case "networkSecurityGroups/securityRules/write":
      return openPorts([ruleBody.parse(body)]);
    case "networkSecurityGroups/delete":
    case "networkSecurityGroups/securityRules/delete":
      return new Map();
    case "azureFirewalls/write":
      return natPorts(firewallBody.parse(body).properties.natRuleCollections);
    default:
      return rule === "" ? null : new Map();
  }
}

function openPorts(rules: readonly z.infer<typeof ruleBody>[]): Wanted {
  const wanted: Wanted = new Map();
  for (const { name, properties } of rules) {
    if (properties.access === "Allow" && properties.direction === "Inbound") {
      const sources = properties.sourceAddressPrefix ?? properties.sourceAddressPrefixes?.join();
      for (const port of [
        properties.destinationPortRange ?? properties.destinationPortRanges ?? [],
      ].flat()) {
        wanted.set(`${name.toLowerCase()} ${port} ${properties.protocol} ${sources}`, {
          name,
          port,
        });
      }
    }
  }
  return wanted;
}

function natPorts(collections: readonly z.infer<typeof natCollection>[]): Wanted {
  const wanted: Wanted = new Map();
  for (const { name, properties } of collections) {
    for (const { name: ruleName, translatedPort, sourceAddresses } of properties.rules) {
      wanted.set(`${name.toLowerCase()} ${translatedPort} ${sourceAddresses.join()}`, {
        name: `${name}/${ruleName}`,
        port: translatedPort,
      });
    }
  }
  return wanted;
}

function bodyOf(row: WireRow): unknown {
  const text = row.properties?.["requestbody"] ?? row.properties?.["requestBody"];
  return text === undefined ? null : JSON.parse(text);
}
