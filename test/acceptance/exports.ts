import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { rowContent, apiForm, NSG_ID, RULE_ID, wireRule } from "../azure/row-forms.ts";
import type { RowContent } from "../azure/row-forms.ts";

/** The path of a fixture's export. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}/azure.json`, import.meta.url));
}

const ROWS = z.array(z.record(z.string(), z.unknown()));

/** The rows of a fixture's export. */
export function fixtureRows(name: string): Record<string, unknown>[] {
  return ROWS.parse(JSON.parse(readFileSync(fixture(name), "utf8")));
}

/** A folder for the files of one test file. */
export class TempFolder {
  readonly path = mkdtempSync(join(tmpdir(), "doorbell-"));

  /** Writes a file into the folder and returns its path. */
  file(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    writeFileSync(path, content);
    return path;
  }

  /** Removes the folder with everything in it. */
  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** One row: somebody writes a single security rule, which the row shows in full. */
export function ruleWrite(
  changes: {
    readonly rule?: string;
    readonly properties?: Readonly<Record<string, unknown>>;
    readonly row?: Partial<RowContent>;
  } = {},
): Record<string, unknown> {
  const rule = changes.rule ?? "open-rdp";
  return apiForm(
    rowContent({
      operation: "Microsoft.Network/networkSecurityGroups/securityRules/write",
      resource: rule === "open-rdp" ? RULE_ID : `${NSG_ID}/securityRules/${rule}`,
      properties: { responseBody: JSON.stringify(wireRule(rule, changes.properties)) },
      ...changes.row,
    }),
  );
}
