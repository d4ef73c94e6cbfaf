import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { DAY, MINUTE } from "../../src/domain/instant.ts";
import { DEMO_HISTORY } from "../../src/sandbox/demo-story.ts";
import { startSandbox } from "../../src/sandbox/http/start-sandbox.ts";
import type { Sandbox } from "../../src/sandbox/http/start-sandbox.ts";
import { SYSTEM_CLOCK } from "../../src/system-clock.ts";
import { callArm, logPath, pageOf } from "../sandbox/http/running.ts";
import { TempFolder } from "./exports.ts";
import { runProcess } from "./program.ts";
import type { ProcessOptions, Run } from "./program.ts";
import { RunningProgram } from "./running-program.ts";

/** Of this story, JIT writes the rules of the first two requests from outside within seconds. */
const SEED = 4516;

/** So long nothing happens but what a test does: the tenant's own story goes on only then. */
const QUIET = 20 * MINUTE;

/** What a test changes in a configuration. */
export interface ConfigurationChanges {
  readonly subscriptions?: readonly string[];
  /** How far back the first start reads: everything when left out. */
  readonly backfill?: string;
  /** How far back the tenant's Log Analytics workspace is read; it is not when left out. */
  readonly logAnalytics?: string;
  /** Further sections, as YAML. */
  readonly more?: string;
  /** The section `store`, as YAML: a SQLite file when left out. */
  readonly store?: string;
  /** `doorbell.yaml` when left out. */
  readonly file?: string;
  readonly healthPort?: number;
}

/** A sandbox, whose rows are readable at once, and a folder with a configuration that watches it. */
export class WatchedTenant {
  readonly sandbox: Sandbox;
  readonly folder = new TempFolder();
  readonly healthPort: number;

  /** Both are gone when the test ends. */
  static async start(changes: ConfigurationChanges = {}): Promise<WatchedTenant> {
    const sandbox = await startSandbox({
      clock: SYSTEM_CLOCK,
      seed: SEED,
      start: SYSTEM_CLOCK.now() - DEMO_HISTORY + QUIET,
      delays: { from: 0, to: 0 },
    });
    const tenant = new WatchedTenant(sandbox, await freePort());
    onTestFinished(async () => {
      tenant.folder.remove();
      await sandbox.stop();
    });
    tenant.configure(changes);
    return tenant;
  }

  private constructor(sandbox: Sandbox, healthPort: number) {
    this.sandbox = sandbox;
    this.healthPort = healthPort;
    this.folder.file("ca.pem", sandbox.ca);
  }

  get database(): string {
    return join(this.folder.path, "doorbell.db");
  }

  /** The environment that the program needs to reach the sandbox. */
  get environment(): Readonly<Record<string, string>> {
    return {
      NODE_EXTRA_CA_CERTS: join(this.folder.path, "ca.pem"),
      SANDBOX_SECRET: this.sandbox.clientSecret,
    };
  }

  /** Writes the configuration anew. */
  configure(changes: ConfigurationChanges): void {
    const { resourceManager, authority, tenantId, clientId, subscriptions, workspace } =
      this.sandbox;
    const logAnalytics =
      changes.logAnalytics === undefined
        ? ""
        : `log-analytics: { workspace: ${workspace}, back-to: ${changes.logAnalytics} }`;
    const watched = changes.subscriptions ?? subscriptions;
    const text = `
azure:
  endpoints: { authority-host: "${authority}", resource-manager: "${resourceManager}", log-analytics: "${resourceManager}" }
  tenants:
    - id: ${tenantId}
      credential: { kind: client-secret, client-id: ${clientId}, client-secret: { env: SANDBOX_SECRET } }
      subscriptions: [${watched.join(", ")}]
      ${logAnalytics}
  poll: 1s
  backfill: ${changes.backfill ?? "8d"}
store: ${changes.store ?? "{ kind: sqlite, path: doorbell.db }"}
http: { port: ${changes.healthPort ?? this.healthPort} }
zone: UTC
${changes.more ?? ""}
`;
    writeFileSync(join(this.folder.path, changes.file ?? "doorbell.yaml"), text);
  }

  /** Runs the program to its end, in the folder of the configuration. */
  async run(words: readonly string[], options: ProcessOptions = {}): Promise<Run> {
    return runProcess(words, {
      cwd: this.folder.path,
      ...options,
      environment: { ...this.environment, ...options.environment },
    });
  }

  /** Starts the program, in the folder of the configuration. */
  serve(
    options: {
      /** The configuration; `doorbell.yaml` when left out. */
      readonly file?: string;
      readonly environment?: Readonly<Record<string, string>>;
      readonly fileLimit?: number;
    } = {},
  ): RunningProgram {
    const { file, ...others } = options;
    const named = file === undefined ? [] : ["--config", file];
    return new RunningProgram(["serve", ...named], {
      cwd: this.folder.path,
      ...others,
      environment: { ...this.environment, ...options.environment },
    });
  }

  /** Asks the health page. */
  async health(
    path = "/healthz",
    port = this.healthPort,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: answer.status, text: await answer.text() };
  }

  /** What `az monitor activity-log list` would print of the last so many days. */
  async log(days: number): Promise<string> {
    const rows: unknown[] = [];
    let path: string | null = logPath(this.sandbox, sinceDays(days));
    while (path !== null) {
      const { value, nextLink } = pageOf(await callArm(this.sandbox, path));
      rows.push(...value);
      path = nextLink === undefined ? null : nextLink.slice(this.sandbox.resourceManager.length);
    }
    return JSON.stringify(rows);
  }

  /** Somebody asks for access, at the sandbox's front desk. */
  async open(query: string): Promise<void> {
    const { status } = await fetch(`${this.sandbox.frontDesk}/open?${query}`, { method: "POST" });
    if (status !== 202) {
      throw new Error(`The front desk refuses ${query}: ${status}`);
    }
  }
}

function sinceDays(days: number): string {
  const now = SYSTEM_CLOCK.now();
  const [from, to] = [now - days * DAY, now].map((at) => new Date(at).toISOString());
  return `eventTimestamp ge '${from}' and eventTimestamp le '${to}'`;
}

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        resolve(address === null || typeof address === "string" ? 0 : address.port);
      });
    });
  });
}
