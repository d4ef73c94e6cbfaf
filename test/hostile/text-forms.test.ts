import { describe, expect, test } from "vitest";
import { z } from "zod";
import { renderMessage } from "../../adapters/terminal/index.ts";
import { logLines } from "../../src/app/log-lines.ts";
import { auditCsvHeader, auditCsvLine, auditRow } from "../../src/domain/audit-row.ts";
import type { AuditEntry } from "../../src/domain/audit.ts";
import { jsonLine } from "../../src/domain/json-line.ts";
import type { Opening } from "../../src/domain/opening.ts";
import { trailCsvHeader, trailCsvLine } from "../../src/domain/trail-csv.ts";
import { trailRow } from "../../src/domain/trail-row.ts";
import { notificationMessage } from "../../src/message/notification-message.ts";
import { attribution, candidate, finding, opening, rule, trail } from "../ask/trail-builder.ts";
import { pictureText } from "../../src/picture/picture-text.ts";
import { drawHere } from "../../src/picture/drawing.ts";
import { by, input } from "../picture/pictures.ts";
import { cellsOf } from "./csv-reader.ts";
import { Faults } from "./faults.ts";
import { COUNT, everywhere, hostileBatches, LONG, MARK_PILE, STEERING } from "./hostile-texts.ts";

const TEXTS = hostileBatches(COUNT).flat();
const BATCHES = hostileBatches(40);
const PICTURES = 12;
const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const auditText = z.looseObject({ text: z.string() });
const logLine = z.strictObject({
  message: z.string(),
  user: z.string(),
  level: z.string(),
  time: z.string(),
});
/** What starts a formula in a spreadsheet, behind whatever it does not see. */
const FORMULA =
  /^[\s\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\uFFFD]*[=+\-@＝＋－＠]/u;

/** An opening with the text wherever the log writes it. */
function hostileOpening(text: string): Opening {
  const somebody = { key: text, name: text, objectId: null, kind: "user" } as const;
  return opening({
    vm: null,
    vmName: text,
    rule: rule({ name: text, description: text, sources: [text] }),
    closedBy: text,
    attribution: attribution({
      actor: somebody,
      justification: text,
      clientAddress: text,
      candidates: [candidate(somebody, "r-1")],
      reasons: [{ code: "vm-named", weighs: "for", text }],
    }),
    findings: [finding("any-source", "critical", text)],
    events: [text],
  });
}

function auditOf(text: string): AuditEntry {
  return {
    id: "a-0123456789ab",
    at: 0,
    kind: "question",
    channel: { platform: "slack", workspace: text, channel: text },
    user: { id: text, name: text },
    text,
    outcome: "answered",
    reason: null,
    vms: [text, text],
    openings: 1,
    took: 2,
  };
}

describe("10,000 hostile texts", () => {
  test("in a terminal send no control sequence but the program's own colours and links", () => {
    const own = ownSequences();
    const faults = new Faults();
    for (const texts of [...BATCHES, LONG.map((text) => text.slice(0, 3_000))]) {
      const fancy = { width: 100, zone: "UTC", colour: "ansi", hyperlinks: true } as const;
      const plain = { width: 30, zone: "UTC", colour: "none", hyperlinks: false } as const;
      const lines = [
        ...renderMessage(everywhere(texts), fancy).replaceAll(own, "").split("\n"),
        ...renderMessage(everywhere(texts), plain).split("\n"),
      ];
      for (const line of lines) {
        faults.note(STEERING.test(line), "steers", line);
        faults.note(MARK_PILE.test(line), "piles marks", line);
        faults.note(/^\p{M}/u.test(line), "begins with a mark", line);
      }
    }
    expect(faults.found).toEqual([]);
  });

  test("in a terminal begin no line of their own", () => {
    const faults = new Faults();
    const wide = { width: 1_000_000, zone: "UTC", colour: "none", hyperlinks: false } as const;
    const linesWith = (text: string): number =>
      renderMessage(notificationMessage([hostileOpening(text)], []), wide).split("\n").length;
    const usual = linesWith("alice");
    for (const text of TEXTS.slice(0, 2_500)) {
      faults.note(text.trim() !== "" && linesWith(text) > usual, "begins a line", text);
    }
    expect(faults.found).toEqual([]);
  });

  test.each<[string, string, (text: string) => string]>([
    ["the trail", trailCsvHeader(), (text) => trailCsvLine(hostileOpening(text))],
    ["the audit", auditCsvHeader(), (text) => auditCsvLine(auditOf(text))],
  ])("in the CSV of %s stay in their cells, and begin no formula", (_, header, lineOf) => {
    const columns = header.split(",").length;
    const faults = new Faults();
    for (const text of TEXTS) {
      const line = lineOf(text);
      const rows = cellsOf(line, ",");
      faults.note(rows.length !== 1 || rows[0]?.length !== columns, "breaks its row", text);
      faults.note(STEERING.test(line), "steers", text);
      // Where a comma is the decimal sign, spreadsheets split lines at semicolons; others at tabs.
      const cells = [rows, cellsOf(line, ";"), cellsOf(line, "\t")].flat(2);
      faults.note(
        cells.some((cell) => FORMULA.test(cell)),
        "is a formula",
        line,
      );
    }
    expect(faults.found).toEqual([]);
  });

  test("in JSON say exactly what they said, on one line, and steer nothing", () => {
    const faults = new Faults();
    for (const text of TEXTS) {
      const value = auditRow(auditOf(text));
      const line = jsonLine(value);
      faults.note(CONTROLS.test(line), "steers", line);
      faults.note(auditText.parse(JSON.parse(line)).text !== text, "says something else", line);
      faults.note(CONTROLS.test(jsonLine(trailRow(hostileOpening(text)))), "steers", text);
    }
    expect(faults.found).toEqual([]);
  });

  test("in the log stand in one line each, under their own key", () => {
    const written: string[] = [];
    const log = logLines((line) => written.push(line), "debug", {
      now: () => 0,
      sleep: () => Promise.resolve(),
    });
    for (const text of TEXTS) {
      log("warning", text, { user: text, level: text, time: text });
    }
    const lines = written.join("").split(/\r\n|[\n\v\f\r\u0085\u2028\u2029]/);
    expect(lines).toHaveLength(TEXTS.length + 1);
    const faults = new Faults();
    for (const [index, text] of TEXTS.entries()) {
      const line = lines[index] ?? "";
      const { message, user, level, time } = logLine.parse(JSON.parse(line));
      faults.note(CONTROLS.test(line), "steers", line);
      faults.note(message !== text || user !== text, "says something else", line);
      faults.note(level !== "warning" || !time.startsWith("1970-01-01T"), "forges", line);
    }
    expect(faults.found).toEqual([]);
  });

  test("in pictures are letters, and add no element, address or script", async () => {
    const faults = new Faults();
    for (const text of [...TEXTS, ...LONG]) {
      const shown = pictureText(text);
      faults.note(STEERING.test(shown) || MARK_PILE.test(shown), "steers", shown);
      faults.note(Array.from(shown).length > 300 || /^\p{M}/u.test(shown), "is too much", shown);
    }
    const size = Math.ceil(TEXTS.length / PICTURES);
    for (let from = 0; from < TEXTS.length; from += size) {
      const texts = TEXTS.slice(from, from + size);
      const [title = ""] = texts;
      const openings = texts.map((text, index) =>
        by(text, { id: `o-${index}`, vm: null, vmName: text }),
      );
      const { svg, altText } = await drawHere(input(trail(openings), { title }));
      const elements = Array.from(svg.matchAll(/<\/?([^\s/>]+)/g), (match) => match[1] ?? "");
      faults.note(
        elements.some((name) => !/^(?:svg|title|desc|g|path|line|rect|text)$/.test(name)),
        "adds an element",
        elements.join(" "),
      );
      const address = /<[^<>]*\s(?:on\w+|href|xlink:href|style|src)=/i;
      faults.note(address.test(svg), "adds an attribute", svg);
      // The two isolates are the program's own.
      const seen = `${svg}${altText}`.replaceAll(/[\n\u2066\u2069]/g, "");
      faults.note(STEERING.test(seen), "steers", STEERING.exec(seen)?.[0] ?? "");
    }
    expect(faults.found).toEqual([]);
  });
});

/** The sequences that the renderer itself writes: colours, and links to the portal. */
function ownSequences(): RegExp {
  const escape = String.fromCodePoint(0x1b);
  const colour = "\\[(?:1|2|22|3[0-9])m";
  const link = "\\]8;;(?:https://portal\\.azure\\.com/[\\w.!~*'()/%#:?&=+,;@-]*)?";
  return new RegExp(`${escape}${colour}|${escape}${link}${escape}\\\\`, "g");
}
