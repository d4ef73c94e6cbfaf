import { basename } from "node:path";
import { DoorbellError } from "../errors.ts";
import { checkOutputFile } from "./output-file.ts";

/** The forms of picture, by the endings of their files. */
export type PictureForm = "svg" | "png";

/**
 * Tells before any work is done whether a picture can be written there.
 *
 * @returns the form that the file's ending asks for.
 * @throws DoorbellError `usage` for another ending; `unwritable-file` when there is no such folder, or
 *   the system does not let us write.
 */
export async function checkPictureFile(path: string): Promise<PictureForm> {
  const form = /\.(svg|png)$/iu.exec(basename(path))?.[1]?.toLowerCase();
  if (form !== "svg" && form !== "png") {
    const text = `--out ${path}: end the name in .png or .svg, which says what to draw.`;
    throw new DoorbellError("usage", text);
  }
  await checkOutputFile(path);
  return form;
}
