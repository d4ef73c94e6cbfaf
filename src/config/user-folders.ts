import { isAbsolute, join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

const OWN = "doorbell";

/** Where a user's configuration of Doorbell is; null when the environment does not tell. */
export function configurationFolder(environment: Environment): string | null {
  return folder(environment, "XDG_CONFIG_HOME", ".config");
}

/** Where Doorbell keeps what a user may lose, such as a history; null when the environment does not tell. */
export function stateFolder(environment: Environment): string | null {
  return folder(environment, "XDG_STATE_HOME", join(".local", "state"));
}

function folder(environment: Environment, variable: string, preset: string): string | null {
  const wanted = environment[variable] ?? "";
  // The XDG specification has relative paths ignored.
  if (isAbsolute(wanted)) {
    return join(wanted, OWN);
  }
  const home = environment["HOME"] ?? environment["USERPROFILE"] ?? "";
  return home === "" ? null : join(home, preset, OWN);
}
