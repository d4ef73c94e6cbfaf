import { expect, test } from "vitest";
import { searchOpenings } from "../../src/ask/opening-search.ts";
import { HOUR } from "../../src/domain/instant.ts";
import type { Opening } from "../../src/domain/opening.ts";
import type { TrailQuery } from "../../src/ports.ts";
import { openSqliteStore } from "../../src/store/open-sqlite-store.ts";
import { NO_CHANGE } from "../fakes/no-change.ts";
import {
  ALICE,
  at,
  attribution,
  BOB,
  candidate,
  opening,
  resource,
  rule,
} from "./trail-builder.ts";

const NOW = at("2026-11-23T12:00:00Z");

const RDP = opening({
  id: "o-aaaaaaaaaaaa",
  vm: resource("vm", "vm-web"),
  vmName: "vm-web",
  port: { from: 3389, to: 3389 },
  rule: rule({ name: "SecurityCenter-JITRule-1" }),
  openedAt: NOW - HOUR,
  attribution: attribution({ actor: ALICE, candidates: [] }),
});
const SSH = opening({
  id: "o-bbbbbbbbbbbb",
  vm: resource("vm", "vm-db"),
  vmName: "vm-db",
  port: { from: 20, to: 25 },
  rule: rule({ name: "by-hand" }),
  openedAt: NOW - 2 * HOUR,
  attribution: attribution({ actor: BOB, candidates: [candidate(BOB, null)] }),
});
const OLD = opening({
  id: "o-cccccccccccc",
  vm: resource("vm", "vm-web"),
  vmName: "vm-web",
  openedAt: at("2025-01-01T00:00:00Z"),
  closedAt: at("2025-01-01T01:00:00Z"),
});

async function found(typed: string, most = 25): Promise<readonly string[]> {
  const store = await openSqliteStore(":memory:", {
    clock: { now: () => NOW, sleep: () => Promise.resolve() },
  });
  try {
    await store.commit({ ...NO_CHANGE, openings: [RDP, SSH, OLD] });
    const hits = await searchOpenings(typed, most, { store, now: NOW });
    return hits.map(({ title }) => title);
  } finally {
    await store.close();
  }
}

const RDP_TITLE = "vm-web: RDP (3389)";
const SSH_TITLE = "vm-db: ports 20-25";

test.each([
  ["nothing", "", [RDP_TITLE, SSH_TITLE]],
  ["spaces", "  ", [RDP_TITLE, SSH_TITLE]],
  ["a VM's name", "VM-W", [RDP_TITLE]],
  ["a person", "alice", [RDP_TITLE]],
  ["a port", "3389", [RDP_TITLE]],
  ["a port within a range", "22", [SSH_TITLE]],
  ["a service", "ssh", [SSH_TITLE]],
  ["a rule", "jitrule", [RDP_TITLE]],
  ["the beginning of an id", "o-bbbbbb", [SSH_TITLE]],
  ["two words that fit", "vm bob", [SSH_TITLE]],
  ["two words that fit no opening together", "alice ssh", []],
  ["something unknown", "marmot", []],
  ["signs that stand for others in SQL", "%", []],
])("who types %s into a search finds it", async (_, typed, titles) => {
  expect(await found(typed)).toEqual(titles);
});

test("an opening of long ago is found by its id", async () => {
  expect(await found("o-cccccccccccc")).toEqual([RDP_TITLE]);
});

test("no more than wanted are found, the newest first", async () => {
  expect(await found("", 1)).toEqual([RDP_TITLE]);
});

test("a hit says the notification's sentence, without questions to press", async () => {
  const queries: TrailQuery[] = [];
  const store = {
    trail: (query: TrailQuery) => {
      queries.push(query);
      const openings: readonly Opening[] = [RDP];
      return Promise.resolve({ openings, requests: [], guards: [] });
    },
  };
  const [hit] = await searchOpenings("vm-web", 1, { store, now: NOW });
  expect(hit?.text).toContain("alice");
  expect(hit?.text).toBe(hit?.message.summary);
  expect(hit?.message.nodes.some(({ kind }) => kind === "choices")).toBe(false);
  expect(queries).toHaveLength(1);
});
