import { parentPort } from "node:worker_threads";
import { drawHere } from "./drawing.ts";
import type { TimelineInput } from "./timeline.ts";

parentPort?.once("message", (input: TimelineInput) => {
  // A failure ends the thread, and `drawTimeline` hears of it.
  void answer(input);
});

async function answer(input: TimelineInput): Promise<void> {
  const drawing = await drawHere(input);
  const png = new Uint8Array(drawing.png);
  parentPort?.postMessage({ ...drawing, png }, [png.buffer]);
}
