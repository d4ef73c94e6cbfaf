import { inlineYaml } from "../src/config/configuration-fault.ts";
import type { JsonSchema } from "../src/config/json-schema.ts";

const INTRODUCTION = `# Configuration

<!-- Generated from the schema by \`npm run docs:configuration\`. Change src/config, not this page. -->

Doorbell reads one file, \`doorbell.yaml\`; JSON works too. It is the first of these that is there:

1. the file that \`--config FILE\` names;
2. the file that \`DOORBELL_CONFIG\` names;
3. \`doorbell.yaml\` in the working directory;
4. \`doorbell/doorbell.yaml\` in \`$XDG_CONFIG_HOME\`, which is \`~/.config\` where it is not set.

When something is wrong, Doorbell tells every fault at once, each with line, column and key, and what would be
right, and does not start.

- **Lengths of time** are a number with \`s\`, \`m\`, \`h\`, \`d\` or \`w\` behind it: \`30s\`, \`1m\`, \`90d\`.
- **Secrets** do not stand in the file: \`{ env: NAME }\` names an environment variable, \`{ file: PATH }\` a file
  that holds the secret alone. They are read once, at the start, and never shown.
- **Paths** are relative to the folder of the configuration file.
- **Editors** complete and check the file by [manifest/doorbell.schema.json](../manifest/doorbell.schema.json);
  the first line of the example below names it for those that know \`yaml-language-server\`.
`;

/** A table row of one setting. */
interface Row {
  readonly key: string;
  readonly type: string;
  readonly preset: string;
  readonly meaning: string;
  readonly example: string;
}

/** The page `docs/configuration.md`: every key of the schema, then the example. */
export function configurationPage(schema: JsonSchema, example: string): string {
  const sections = Object.entries(objects(schema.properties));
  const own = sections.filter(([, section]) => !isStructured(section));
  const parts = sections
    .filter(([, section]) => isStructured(section))
    .map(([key, section]) => sectionText(key, section));
  const topLevel = own.map(([key, setting]) => rowOf(key, setting, schema));
  return [
    INTRODUCTION,
    `## At the top\n\n${table(topLevel)}`,
    ...parts,
    `## Example\n\n\`\`\`yaml\n${example.trimEnd()}\n\`\`\`\n`,
  ].join("\n");
}

function sectionText(path: string, section: JsonSchema): string {
  const inner = section.items === undefined ? section : itemsOf(section);
  const variants = inner.oneOf ?? [inner];
  const prefix = section.items === undefined ? path : `${path}[]`;
  const parts = variants.map((variant) => {
    const settings = Object.entries(objects(variant.properties));
    const rows = settings
      // The kind stands above its table.
      .filter(([, setting]) => !isStructured(setting) && setting.const === undefined)
      .map(([key, setting]) => rowOf(`${prefix}.${key}`, setting, variant));
    const below = settings
      .filter(([, setting]) => isStructured(setting))
      .map(([key, setting]) => sectionText(`${prefix}.${key}`, setting));
    const lead = variants.length > 1 ? `\n${variantLead(variant)}\n` : "";
    return [`${lead}${rows.length === 0 ? "" : `\n${table(rows)}`}`, ...below].join("\n");
  });
  const many = section.items === undefined ? "" : " A list.";
  const preset =
    variants.length > 1 && section.default !== undefined
      ? ` Without it: ${code(inlineYaml(section.default))}.`
      : "";
  return `## \`${prefix}\`\n\n${section.description ?? ""}${many}${preset}\n${parts.join("")}`;
}

function variantLead(variant: JsonSchema): string {
  const kind = objects(variant.properties)["kind"]?.const;
  return `**${code(`kind: ${String(kind)}`)}**: ${variant.description ?? ""}`;
}

function rowOf(key: string, setting: JsonSchema, around: JsonSchema): Row {
  const name = key.split(".").at(-1) ?? key;
  const needed = around.required?.includes(name) === true;
  const example = setting.examples?.[0];
  return {
    key: code(key),
    type: typeOf(setting),
    preset:
      setting.default === undefined
        ? needed
          ? "**required**"
          : ""
        : code(inlineYaml(setting.default)),
    meaning: setting.description ?? "",
    example: example === undefined ? "" : code(`${name}: ${inlineYaml(example)}`),
  };
}

function typeOf(setting: JsonSchema): string {
  if (setting.title !== undefined) {
    return setting.title;
  }
  if (setting.enum !== undefined) {
    return setting.enum.map((word) => code(String(word))).join(", ");
  }
  return setting.type === "array" ? `list of: ${typeOf(itemsOf(setting))}` : String(setting.type);
}

/** Whether a setting has settings of its own, and so a section of the page. */
function isStructured(setting: JsonSchema): boolean {
  const inner = setting.items === undefined ? setting : itemsOf(setting);
  return inner.properties !== undefined || inner.oneOf !== undefined;
}

function itemsOf({ items }: JsonSchema): JsonSchema {
  return typeof items === "object" && !Array.isArray(items) ? items : {};
}

function objects(properties: JsonSchema["properties"]): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(
    Object.entries(properties ?? {}).flatMap(([key, value]) =>
      typeof value === "object" ? [[key, value]] : [],
    ),
  );
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ key, type, preset, meaning, example }) =>
    [key, type, preset, meaning, example].map((cell) => cell.replaceAll("|", "\\|")).join(" | "),
  );
  return [
    "| key | type | default | meaning | example |",
    "| --- | --- | --- | --- | --- |",
    ...lines.map((line) => `| ${line} |`),
    "",
  ].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}
