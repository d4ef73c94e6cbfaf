import { Buffer } from "node:buffer";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openExport, unreadableFile } from "../../src/azure/export-file.ts";
import { inChunks } from "./row-forms.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doorbell-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function contentOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Buffer[] = [];
  for await (const chunk of chunks) {
    copies.push(Buffer.from(chunk));
  }
  return Buffer.concat(copies);
}

const nothing = inChunks(Buffer.alloc(0), 1);

describe("opening an export", () => {
  test("a file of several buffers is read whole and in order", async () => {
    const path = join(folder, "big.json");
    const bytes = Buffer.alloc(5 * 2 ** 20 + 17, "0123456789abcdef-");
    await writeFile(path, bytes);
    const file = await openExport(path, nothing);
    expect(file.name).toBe(path);
    expect((await contentOf(file.chunks)).equals(bytes)).toBe(true);
  });

  test("a dash is standard input", async () => {
    const pieces = ["he", "l", "lo"].map((piece) => Uint8Array.from(Buffer.from(piece)));
    const file = await openExport("-", Readable.from(pieces));
    expect(file.name).toBe("standard input");
    expect((await contentOf(file.chunks)).toString()).toBe("hello");
  });

  test("a file may be left before its end", async () => {
    const path = join(folder, "left.json");
    await writeFile(path, Buffer.alloc(5 * 2 ** 20));
    const { chunks } = await openExport(path, nothing);
    for await (const chunk of chunks) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
  });

  test("a missing file is named, with what to do", async () => {
    await expect(openExport(join(folder, "absent.json"), nothing)).rejects.toMatchObject({
      code: "unreadable-file",
      message: `Cannot read ${join(folder, "absent.json")}: there is no such file. Check the path.`,
    });
  });

  test("a folder is named as one", async () => {
    await expect(openExport(folder, nothing)).rejects.toMatchObject({
      code: "unreadable-file",
      message: `Cannot read ${folder}: it is a folder. Name the files in it instead.`,
    });
  });

  test.each([
    ["EACCES", "permission denied. Run as a user who may read it, or change its permissions."],
    ["EPERM", "permission denied. Run as a user who may read it, or change its permissions."],
    ["EIO", "the system reports EIO."],
  ])("%s of the system is told in words", (code, words) => {
    const error = unreadableFile("a.json", Object.assign(new Error("x"), { code }));
    expect(error.message).toBe(`Cannot read a.json: ${words}`);
    expect(error.code).toBe("unreadable-file");
  });
});
