import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { z } from "zod";
import { codes, page, ROOT, tableRows } from "./pages.ts";

const manifest = z.object({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
  overrides: z.record(z.string(), z.string()),
});
const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string().optional(), dev: z.boolean().optional() }),
  ),
});
const { dependencies, devDependencies, overrides } = manifest.parse(
  JSON.parse(await readFile(`${ROOT}package.json`, "utf8")),
);
const [needed = "", forDevelopment = "", vulnerabilities = ""] = (
  await page("docs/dependencies.md")
).split(/^For development only|^## Known vulnerabilities/m);

/** The packages that the first column of the tables names. */
function named(text: string): readonly string[] {
  return tableRows(text)
    .flatMap(([first = ""]) => codes(first))
    .sort();
}

test("the page names every package that the program needs, and no other", () => {
  expect(named(needed)).toEqual(Object.keys(dependencies).sort());
});

test("the page names every package that development needs, and no other", () => {
  expect(named(forDevelopment)).toEqual(Object.keys(devDependencies).sort());
});

test("every package has an exact version", () => {
  const versions = Object.entries({ ...dependencies, ...devDependencies });
  const loose = versions.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version));
  expect(loose).toEqual([]);
});

/** Every version of a package that the lock file has; development's own are left out unless asked for. */
async function locked(name: string, withDevelopment = false): Promise<readonly string[]> {
  const { packages } = lockFile.parse(
    JSON.parse(await readFile(`${ROOT}package-lock.json`, "utf8")),
  );
  return Object.entries(packages).flatMap(([path, { version, dev = false }]) =>
    path.endsWith(`node_modules/${name}`) && version !== undefined && (withDevelopment || !dev)
      ? [version]
      : [],
  );
}

const parts = (version: string): readonly number[] =>
  (version.split("-")[0] ?? "").split(".").map(Number);

/** Negative when the first is older. */
function compare(one: string, other: string): number {
  const differences = parts(one).map((part, index) => part - (parts(other)[index] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}

/** Whether the version is at least the fix of its own major version, or newer than all that were mended. */
function isMended(version: string, fixes: readonly string[]): boolean {
  const own = fixes.find((fix) => parts(fix)[0] === parts(version)[0]);
  return own === undefined
    ? fixes.every((fix) => compare(version, fix) > 0)
    : compare(version, own) >= 0;
}

test.each(tableRows(vulnerabilities).slice(1))(
  "every %s that the program loads has what is known of it mended, since %s",
  async (name = "", since = "") => {
    const [bare = ""] = codes(name);
    const fixes = codes(since);
    const versions = await locked(bare);
    expect(versions.length).toBeGreaterThan(0);
    expect(versions.filter((version) => !isMended(version, fixes))).toEqual([]);
  },
);

test("the lock file has the versions that the overrides ask for, and the page tells of each", async () => {
  for (const [name, version] of Object.entries(overrides)) {
    expect(new Set(await locked(name, true))).toEqual(new Set([version]));
    const told = tableRows(vulnerabilities).find(([first]) => first === `\`${name}\``);
    expect(told?.[1]).toBe(`\`${version}\`, by override`);
  }
});

test.each([
  ["7.5.10", ["7.5.11", "8.21.0"], false],
  ["7.5.14", ["7.5.11", "8.21.0"], true],
  ["8.20.1", ["7.5.11", "8.21.0"], false],
  ["9.0.0", ["7.5.11", "8.21.0"], true],
  ["6.2.4", ["7.5.11", "8.21.0"], false],
])("%s is told from what mends it, %j: %s", (version, fixes, mended) => {
  expect(isMended(version, fixes)).toBe(mended);
});
