import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";
import { TempFolder } from "../exports.ts";

/** The tenant, channel and people of the playground, as Teams would name them. */
export const PLAYGROUND = {
  tenant: "66666666-7777-8888-9999-000000000000",
  general: "19:doorbell-playground-general@thread.tacv2",
  announcements: "19:doorbell-playground-news@thread.tacv2",
  groupChat: "19:doorbell-playground-chat@thread.v2",
} as const;

const require = createRequire(import.meta.url);
const BROWSERS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
];
const PRELOAD = fileURLToPath(new URL("loopback-only.ts", import.meta.url));

/** The Chromium that is installed on this machine; null where there is none. */
export function installedChromium(): string | null {
  return BROWSERS.find((path) => existsSync(path)) ?? null;
}

/** Microsoft's emulator of Teams as a process of its own, on loopback, telling nobody. */
export async function startPlayground(endpoint: string, port: number): Promise<string> {
  const folder = new TempFolder();
  folder.file(".m365agentsplayground.yml", stringify(people()));
  const cli = require.resolve("@microsoft/m365agentsplayground/cli.js");
  const child = spawn(
    process.execPath,
    [
      "--require",
      PRELOAD,
      cli,
      "start",
      "-e",
      endpoint,
      "-c",
      "msteams",
      "-p",
      String(port),
    ].concat(["--service-url", `http://127.0.0.1:${port}/_connector`, "--disable-telemetry"]),
    { cwd: folder.path, env: { TZ: "UTC", HOME: folder.path } },
  );
  onTestFinished(() => {
    child.kill("SIGKILL");
    folder.remove();
  });
  let said = "";
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const hear = (text: string): void => {
    said += text;
    const listening = /Listening on (\d+)/.exec(said);
    if (listening !== null) {
      resolve(`http://127.0.0.1:${listening[1] ?? ""}`);
    }
  };
  child.stdout.setEncoding("utf8").on("data", hear);
  child.stderr.setEncoding("utf8").on("data", hear);
  child.once("close", () => {
    reject(new Error(`The playground ended.\n${said}`));
  });
  return promise;
}

function people() {
  const user = (index: number, given: string, surname: string) => ({
    id: `user-id-${index}`,
    name: `${given} ${surname}`,
    // Misspelt in the playground's own schema.
    userPrincipleName: `${given.toLowerCase()}@contoso.com`,
    aadObjectId: `00000000-0000-4000-8000-00000000002${index}`,
    givenName: given,
    surname,
    email: `${given.toLowerCase()}@contoso.com`,
  });
  return {
    version: "0.1.1",
    tenantId: PLAYGROUND.tenant,
    bot: { id: "28:doorbell", name: "Doorbell" },
    currentUser: user(0, "Alex", "Wilber"),
    users: [
      user(1, "Megan", "Bowen"),
      user(2, "Adele", "Vance"),
      user(3, "Isaiah", "Langer"),
      user(4, "Patti", "Fernandez"),
      user(5, "Lynne", "Robbins"),
    ],
    personalChat: { id: "a:doorbell-playground" },
    groupChat: { id: PLAYGROUND.groupChat, name: "On call" },
    team: {
      id: PLAYGROUND.general,
      name: "Operations",
      aadGroupId: "00000000-0000-4000-8000-000000000031",
      channels: [{ id: PLAYGROUND.announcements, name: "Doors" }],
    },
  };
}
