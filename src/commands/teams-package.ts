import { readFile } from "node:fs/promises";

/** The same in every package, so that the same app has the same bytes; ZIP files know no zones. */
const WRITTEN = "1980-01-01T12:00:00";

/**
 * The package that is uploaded to Teams: a ZIP file of the manifest and the app's icons.
 *
 * @param folder where `teams/color.png` and `teams/outline.png` lie.
 */
export async function teamsPackage(manifest: string, folder: URL): Promise<Uint8Array> {
  const { zipSync } = await import("fflate");
  const color = await readFile(new URL("teams/color.png", folder));
  const outline = await readFile(new URL("teams/outline.png", folder));
  return zipSync(
    {
      "manifest.json": new TextEncoder().encode(manifest),
      "color.png": color,
      "outline.png": outline,
    },
    { level: 9, mtime: WRITTEN },
  );
}
