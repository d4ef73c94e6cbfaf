/** A part of the program, named by the path that its files share. */
export interface Layer {
  readonly path: string;
  /** Paths of other parts that its files may import; its own files it always may. */
  readonly mayImport: readonly string[];
  /** Packages that its files may import besides Node's own modules. */
  readonly packages: readonly string[];
}

const CORE = ["src/domain/", "src/errors.ts"];

/** Every part of the program. A file belongs to the part with the longest fitting path. */
export const LAYERS: readonly Layer[] = [
  { path: "src/errors.ts", mayImport: [], packages: [] },
  { path: "src/domain/", mayImport: ["src/errors.ts"], packages: ["ipaddr.js", "luxon"] },
  { path: "src/message/", mayImport: ["src/domain/"], packages: ["luxon"] },
  { path: "src/correlate/", mayImport: ["src/domain/"], packages: [] },
  { path: "src/ports.ts", mayImport: [...CORE, "src/message/"], packages: [] },
  { path: "src/config/secret.ts", mayImport: [], packages: [] },
  {
    path: "src/config/",
    mayImport: [...CORE, "src/config/secret.ts"],
    packages: ["fastest-levenshtein", "yaml", "zod"],
  },
  {
    path: "src/azure/",
    mayImport: [...CORE, "src/ports.ts", "src/config/secret.ts"],
    packages: [
      "@azure/arm-monitor",
      "@azure/core-rest-pipeline",
      "@azure/event-hubs",
      "@azure/identity",
      "@azure/monitor-query-logs",
      "zod",
    ],
  },
  {
    path: "src/store/",
    mayImport: [...CORE, "src/ports.ts", "src/config/secret.ts"],
    packages: ["kysely", "pg", "zod"],
  },
  {
    path: "src/sandbox/",
    mayImport: [...CORE, "src/ports.ts", "src/config/secret.ts"],
    packages: ["zod"],
  },
  {
    path: "src/ingest/",
    mayImport: [...CORE, "src/ports.ts", "src/correlate/"],
    packages: [],
  },
  {
    path: "src/notify/",
    mayImport: [...CORE, "src/ports.ts", "src/message/"],
    packages: [],
  },
  {
    path: "src/ask/",
    mayImport: [...CORE, "src/message/", "src/ports.ts"],
    packages: ["chrono-node", "fastest-levenshtein", "luxon"],
  },
  {
    path: "src/picture/",
    mayImport: [...CORE],
    packages: ["@resvg/resvg-js", "luxon", "vega"],
  },
  {
    path: "adapters/terminal/",
    mayImport: [...CORE, "src/message/", "src/ports.ts"],
    packages: ["luxon", "string-width"],
  },
  {
    path: "adapters/chat/",
    mayImport: [...CORE, "src/message/"],
    packages: ["luxon", "zod"],
  },
  {
    path: "adapters/slack/",
    mayImport: [...CORE, "src/message/", "src/ports.ts", "src/config/secret.ts", "adapters/chat/"],
    packages: ["@slack/bolt", "@slack/oauth", "luxon", "zod"],
  },
  {
    path: "adapters/teams/",
    mayImport: [...CORE, "src/message/", "src/ports.ts", "adapters/chat/"],
    packages: ["botbuilder", "luxon", "zod"],
  },
  {
    path: "src/app/",
    mayImport: [
      ...CORE,
      "src/ports.ts",
      "src/ask/",
      "src/azure/",
      "src/config/",
      "src/correlate/",
      "src/ingest/",
      "src/notify/",
      "src/picture/",
      "src/sandbox/",
      "src/store/",
    ],
    packages: [],
  },
  {
    path: "src/commands/",
    mayImport: [
      ...CORE,
      "src/ports.ts",
      "src/app/",
      "src/ask/",
      "src/config/",
      "src/message/",
      "src/picture/",
      "adapters/slack/index.ts",
      "adapters/teams/index.ts",
      "adapters/terminal/index.ts",
    ],
    packages: ["fflate", "luxon"],
  },
  {
    path: "src/command-line.ts",
    mayImport: ["src/errors.ts", "src/commands/"],
    packages: ["commander"],
  },
  { path: "src/system-clock.ts", mayImport: ["src/ports.ts"], packages: [] },
  {
    path: "src/main.ts",
    mayImport: ["src/command-line.ts", "src/system-clock.ts"],
    packages: [],
  },
];

/** Only these files may touch the process: its environment and arguments, its clock and chance. */
export const PROCESS_FILES: ReadonlySet<string> = new Set(["src/main.ts", "src/system-clock.ts"]);

/** The layer of a file; null when it belongs to none. */
export function layerOf(file: string): Layer | null {
  const fitting = LAYERS.filter(({ path }) => file === path || file.startsWith(path));
  return fitting.toSorted((a, b) => b.path.length - a.path.length)[0] ?? null;
}
