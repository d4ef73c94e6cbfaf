import { expect, test } from "vitest";
import { configurationFolder, stateFolder } from "../../src/config/user-folders.ts";

test.each<readonly [Record<string, string>, string | null, string | null]>([
  [{ HOME: "/home/me" }, "/home/me/.config/doorbell", "/home/me/.local/state/doorbell"],
  [{ HOME: "/home/me", XDG_CONFIG_HOME: "/c", XDG_STATE_HOME: "/s" }, "/c/doorbell", "/s/doorbell"],
  [
    { HOME: "/home/me", XDG_CONFIG_HOME: "c", XDG_STATE_HOME: "" },
    "/home/me/.config/doorbell",
    "/home/me/.local/state/doorbell",
  ],
  [{ USERPROFILE: "/users/me" }, "/users/me/.config/doorbell", "/users/me/.local/state/doorbell"],
  [{}, null, null],
])("the folders of %j", (environment, configuration, state) => {
  expect(configurationFolder(environment)).toBe(configuration);
  expect(stateFolder(environment)).toBe(state);
});
