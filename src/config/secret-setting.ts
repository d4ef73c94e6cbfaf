import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { Secret } from "./secret.ts";

/** Where secrets and the files that the configuration names come from. */
export interface SecretSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Reads a text file. */
  readonly readFile: (path: string) => Promise<string>;
  /** Folder of the configuration file: relative paths start there. */
  readonly folder: string;
}

const LITERAL =
  "must not stand in the file itself, where it is copied, committed and shown to others: " +
  "put it into an environment variable or a file, and name that: { env: NAME } or { file: PATH }";
const FORM = "must name where the secret is: { env: NAME } or { file: PATH }";

const VARIABLE = "must be the name of an environment variable: letters, digits and _";

/** A path as the configuration means it: relative to the folder of the configuration file. */
export function resolvePath(path: string, folder: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

/** A secret by reference: the file says where it is, never what it is. */
export function secretSetting(sources: SecretSources) {
  const reference = z.union(
    [
      z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: VARIABLE }) }),
      z.strictObject({ file: z.string().min(1) }),
    ],
    { error: ({ input }) => (typeof input === "string" ? LITERAL : FORM) },
  );
  return reference
    .transform(async (from, context) => {
      const found =
        "env" in from
          ? secretOfEnvironment(from.env, sources)
          : await secretOfFile(from.file, sources);
      if (found instanceof Secret) {
        return found;
      }
      context.addIssue({ code: "custom", message: found });
      return z.NEVER;
    })
    .meta({ title: "secret: `{ env: NAME }` or `{ file: PATH }`" });
}

/** The secret, or what is wrong. */
function secretOfEnvironment(name: string, { environment }: SecretSources): Secret | string {
  const text = environment[name];
  return text === undefined || text === ""
    ? `names the environment variable ${name}, which is ${text === undefined ? "not set" : "empty"}`
    : new Secret(text);
}

/** The secret, or what is wrong; a line break at the end of the file does not belong to it. */
async function secretOfFile(
  file: string,
  { readFile, folder }: SecretSources,
): Promise<Secret | string> {
  const path = resolvePath(file, folder);
  try {
    const text = (await readFile(path)).replace(/\r?\n$/, "");
    return text === "" ? `names the file ${path}, which is empty` : new Secret(text);
  } catch (error) {
    return `names the file ${path}, which cannot be read: ${readFailure(error)}`;
  }
}

/** Why a file cannot be read, in words. */
export function readFailure(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "ENOENT":
      return "there is no such file";
    case "EACCES":
    case "EPERM":
      return "it may not be read by this user";
    case "EISDIR":
      return "it is a folder";
    default:
      return code === "" ? "the reason is not known" : `the system says ${code}`;
  }
}
