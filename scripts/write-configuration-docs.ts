import { readFile, writeFile } from "node:fs/promises";
import { configurationJsonSchema } from "../src/config/json-schema.ts";
import { configurationPage } from "./configuration-page.ts";

const ROOT = new URL("../", import.meta.url);

const schema = configurationJsonSchema();
const example = await readFile(new URL("doorbell.example.yaml", ROOT), "utf8");
await writeFile(new URL("docs/configuration.md", ROOT), configurationPage(schema, example));
await writeFile(
  new URL("manifest/doorbell.schema.json", ROOT),
  `${JSON.stringify(schema, null, 2)}\n`,
);
