import type { Configuration } from "../../src/config/configuration.ts";
import { ConfigurationError } from "../../src/config/configuration-fault.ts";
import { parseConfiguration } from "../../src/config/load-configuration.ts";
import type { ConfigurationSources } from "../../src/config/schema.ts";

export const GUID_A = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
export const GUID_B = "bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee";

/** A machine with one secret in the environment and one in a file. */
export const MACHINE: ConfigurationSources = {
  environment: { DOORBELL_CLIENT_SECRET: "from-the-environment", EMPTY: "" },
  readFile: async (path) => {
    switch (path) {
      case "/run/secrets/url":
        return "postgres://doorbell:from-the-file@db/doorbell\n";
      case "/etc/doorbell/beside":
        return "beside";
      case "/run/secrets/empty":
        return "\n";
      case "/run/secrets/locked":
        throw Object.assign(new Error("locked"), { code: "EACCES" });
      default:
        throw Object.assign(new Error("absent"), { code: "ENOENT" });
    }
  },
  folder: "/etc/doorbell",
  zone: "America/New_York",
};

/** Reads a configuration on that machine. */
export async function parse(text: string): Promise<Configuration> {
  return parseConfiguration(text, "doorbell.yaml", MACHINE);
}

/** The faults of a text, one a line as people see them; empty when it has none. */
export async function faultsIn(text: string): Promise<readonly string[]> {
  try {
    await parse(text);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) {
      throw error;
    }
    return error.message.split("\n").slice(1);
  }
}
