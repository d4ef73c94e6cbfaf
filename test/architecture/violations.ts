import { builtinModules } from "node:module";
import { posix } from "node:path";
import { layerOf, PROCESS_FILES } from "./layers.ts";

/** One source file by its path from the project's root, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const IMPORTS = [
  /(?:^|[;\n])\s*(?:import|export)\s+[\w*{},\s$]*?\bfrom\s*["']([^"']+)["']/g,
  /(?:^|[;\n])\s*import\s*["']([^"']+)["']/g,
  /\bimport\(\s*["']([^"']+)["']\s*\)/g,
];
const OUTSIDE_WORLD =
  /\bprocess\s*\.|\bDate\.now\(|\bnew Date\(\s*\)|\bMath\.random\(|\bperformance\.now\(|\b(?:setTimeout|setInterval|setImmediate)\(|\bconsole\./;
const FORBIDDEN_NAME = /(?:^|[/-])(?:utils?|helpers?|managers?|misc|common)(?:[.-]|$)/;

/** What in a file breaks the architecture, one sentence each; empty when nothing does. */
export function violationsIn(file: SourceFile): string[] {
  const layer = layerOf(file.path);
  if (layer === null) {
    return [`${file.path} belongs to no layer`];
  }
  const found: string[] = [];
  if (FORBIDDEN_NAME.test(file.path)) {
    found.push(`${file.path} is named after no thing that it holds`);
  }
  for (const specifier of importsOf(file.text)) {
    const target = specifier.startsWith(".")
      ? posix.join(posix.dirname(file.path), specifier)
      : null;
    if (target === null) {
      if (!isBuiltin(specifier) && !layer.packages.includes(packageOf(specifier))) {
        found.push(`${file.path} may not import the package ${specifier}`);
      }
      continue;
    }
    const own = target.startsWith(layer.path) && layerOf(target) === layer;
    const allowed = layer.mayImport.some((path) => target === path || target.startsWith(path));
    if (!own && !allowed) {
      found.push(`${file.path} may not import ${target}`);
    }
  }
  if (!PROCESS_FILES.has(file.path) && OUTSIDE_WORLD.test(withoutComments(file.text))) {
    found.push(`${file.path} reaches for the process, the clock, a timer or chance itself`);
  }
  return found;
}

function importsOf(text: string): string[] {
  const code = withoutComments(text);
  return IMPORTS.flatMap((form) => [...code.matchAll(form)].map((match) => match[1] ?? ""));
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|[\s;])\/\/[^\n]*/g, "$1");
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith("node:") || builtinModules.includes(specifier);
}

function packageOf(specifier: string): string {
  const [scope = "", name = ""] = specifier.split("/");
  return scope.startsWith("@") ? `${scope}/${name}` : scope;
}
