import { glob, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** The project's folder, with a slash at its end. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Paths of every page of the documentation, from the project's folder. */
export async function pages(): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const path of glob(["*.md", "docs/**/*.md", "test/fixtures/*/*.md"], { cwd: ROOT })) {
    found.push(path.replaceAll("\\", "/"));
  }
  return found.sort();
}

/** The text of a page. */
export async function page(path: string): Promise<string> {
  return readFile(`${ROOT}${path}`, "utf8");
}

/** The cells of every row of the page's tables, without the marks that divide head and body. */
export function tableRows(text: string): readonly (readonly string[])[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^[|\s-]+$/.test(line))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf("|"))
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

/** What stands between backticks. */
export function codes(text: string): readonly string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
}
