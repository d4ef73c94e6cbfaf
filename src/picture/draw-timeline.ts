import { Worker } from "node:worker_threads";
import type { Drawing } from "./drawing.ts";
import type { TimelineInput } from "./timeline.ts";

/**
 * Draws a timeline. The same input gives the same bytes of SVG, on every machine; the PNG is drawn with
 * the fonts that ship with the program.
 *
 * It is drawn in a thread of its own, which loads what it needs and ends: a program that serves chats
 * goes on answering meanwhile, and one that draws nothing loads nothing.
 *
 * @throws RangeError when the zone is not an IANA time zone.
 */
export async function drawTimeline(input: TimelineInput): Promise<Drawing> {
  const worker = new Worker(new URL("drawing-thread.ts", import.meta.url));
  return new Promise((resolve, reject) => {
    worker.postMessage(input, []);
    worker.once("message", (drawing: Drawing) => {
      resolve(drawing);
    });
    worker.once("error", reject);
    worker.once("exit", (code) => {
      // After a message or an error this changes nothing.
      reject(new Error(`The thread that draws ended with status ${code} and without a picture.`));
    });
  });
}
