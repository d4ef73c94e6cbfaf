// JSON.parse of every line and nothing else, as anyone would write it: node parse-lines.js EXPORT.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

const [, , path] = process.argv;
const lines = createInterface({ input: createReadStream(path, { highWaterMark: 2 ** 20 }) });
for await (const line of lines) {
  JSON.parse(line);
}
