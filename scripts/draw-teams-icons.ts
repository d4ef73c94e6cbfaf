import { readFile, writeFile } from "node:fs/promises";
import { Resvg } from "@resvg/resvg-js";

/** Draws the icons of the Teams app from their sources, in the sizes that Teams asks for. */
const SIZES = { color: 192, outline: 32 } as const;

for (const [name, size] of Object.entries(SIZES)) {
  const place = (ending: string): URL =>
    new URL(`../manifest/teams/${name}.${ending}`, import.meta.url);
  const svg = await readFile(place("svg"), "utf8");
  const image = new Resvg(svg, { fitTo: { mode: "width", value: size } }).render();
  await writeFile(place("png"), image.asPng());
}
