import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ALT_TEXT_LIMIT } from "../../src/picture/alt-text.ts";
import { drawTimeline } from "../../src/picture/draw-timeline.ts";
import { drawHere } from "../../src/picture/drawing.ts";
import type { Drawing } from "../../src/picture/drawing.ts";
import { PAGE } from "../../src/picture/page.ts";
import { at, finding, OPEN, opening, request, resource, trail } from "../ask/trail-builder.ts";
import { by, input, INPUTS } from "./pictures.ts";

/** Elements that a picture is made of; everything else came in from outside. */
const ELEMENTS = /^(?:svg|title|desc|g|path|line|rect|text)$/;

function expectSound({ svg, png, width, height, altText }: Drawing): void {
  // The rasteriser's parser refuses what is not well-formed: that there is a PNG shows that it is.
  const image = new DataView(png.buffer, png.byteOffset, png.byteLength);
  expect(Array.from(png.slice(0, 8))).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  expect([image.getUint32(16), image.getUint32(20)]).toEqual([width, height]);
  expect(width).toBe(PAGE.width * PAGE.scale);
  const names = Array.from(svg.matchAll(/<\/?([^\s/>]+)/g), (match) => match[1] ?? "");
  expect(names.filter((name) => !ELEMENTS.test(name))).toEqual([]);
  expect(svg).not.toMatch(/<[^<>]*\s(?:on\w+|href|xlink:href|style)=/i);
  // The two isolates are the program's own.
  expect(svg.replaceAll(/[\u2066\u2069]/gu, "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
  expect(altText.length).toBeLessThanOrEqual(ALT_TEXT_LIMIT);
}

test("Whatever the trail: valid SVG, a PNG of the promised size, and words of the promised length", async () => {
  await fc.assert(
    fc.asyncProperty(INPUTS, async (one) => {
      const drawing = await drawHere(one);
      expect(drawing.svg).toMatch(/^<svg .*<\/svg>$/su);
      expectSound(drawing);
    }),
    { numRuns: 25 },
  );
});

test("The same trail gives the same bytes, whatever was drawn in between", async () => {
  const one = input(trail([opening(), opening({ id: "o-2", ...OPEN })]));
  const first = await drawHere(one);
  await drawHere(input(trail([])));
  const second = await drawHere(one);
  expect(second.svg).toBe(first.svg);
  expect(Buffer.from(second.png).equals(Buffer.from(first.png))).toBe(true);
});

test("A picture drawn beside the program is the same, byte for byte", async () => {
  const one = input(trail([opening(), opening({ id: "o-2", ...OPEN })], [request()]));
  const [here, beside] = await Promise.all([drawHere(one), drawTimeline(one)]);
  expect(beside).toEqual({ ...here, png: new Uint8Array(here.png) });
});

test("What goes wrong beside the program is told to whoever wanted the picture", async () => {
  const one = input(trail([opening()]), { zone: "Mars/Base" });
  await expect(drawTimeline(one)).rejects.toThrow("Not a time zone: Mars/Base");
});

test("The picture has a light ground, texts no smaller than promised, and a title for those who hear it", async () => {
  const { svg, altText } = await drawHere(input(trail([opening()])));
  expect(svg).toContain(`<rect width="${PAGE.width}"`);
  expect(svg).toMatch(/<rect [^>]*fill="#FFFFFF"/);
  const sizes = Array.from(svg.matchAll(/font-size="(\d+)px"/g), (match) => Number(match[1]));
  expect(Math.min(...sizes)).toBe(PAGE.text);
  expect(svg).toContain("<title>Openings of vm-x</title>");
  expect(svg).toContain(`<desc>${altText}</desc>`);
});

test("Text is drawn with the font that ships with the program", async () => {
  const withText = await drawHere(input(trail([opening()]), { title: "WWWWWWWWWW" }));
  const without = await drawHere(input(trail([opening()]), { title: "" }));
  // A missing font would draw nothing, and an empty line compresses to nothing.
  expect(withText.png.length - without.png.length).toBeGreaterThan(1000);
});

describe("Hostile text", () => {
  const HOSTILE = [
    "</text><script>alert(1)</script>",
    '" onload="alert(1)',
    "]]><!--<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
    "a\u0000b\u001B]8;;http://evil.example\u0007c",
    "alice\u202Emoc.osotnoc@ecila",
    "\uD800\uFFFE\uFFFF",
    "Z\u0351\u036B\u0343\u036A".repeat(200),
    "x".repeat(100_000),
    "datum.text + signal('y')",
    "",
  ];
  test.each(HOSTILE)("in every place cannot break the picture: %j", async (text) => {
    const one = by(text, {
      vm: null,
      vmName: text,
      findings: [finding("any-source", "critical", text)],
      ...OPEN,
    });
    const denied = request({ actor: { key: text, name: text, objectId: text, kind: null } });
    const drawing = await drawHere(input(trail([one], [denied]), { title: text }));
    expect(drawing.svg).not.toContain("<script");
    expectSound(drawing);
  });

  test("shows what was hidden in a name", async () => {
    const { svg, altText } = await drawHere(input(trail([by("alice\u202Emoc")])));
    expect(svg).toContain("alice\uFFFDmoc");
    expect(altText).toContain("alice\uFFFDmoc");
  });
});

describe("The words for those who do not see the picture", () => {
  test("say who, where, when, what still stands and what is wrong", async () => {
    const { altText } = await drawHere(
      input(
        trail(
          [
            opening({
              id: "o-1",
              ...OPEN,
              findings: [finding("any-source", "critical", "Open to any source address.")],
            }),
            by("bob@contoso.com", {
              id: "o-2",
              vm: resource("vm", "vm-y"),
              openedAtExact: false,
              promisedEnd: null,
            }),
          ],
          [request()],
        ),
        { zone: "Europe/Berlin" },
      ),
    );
    expect(altText).toBe(
      [
        "Timeline: Openings of vm-x. 2026-11-23 09:01 to 2026-11-24 12:02, Europe/Berlin (UTC+01:00).",
        "2 openings on 3 ports of 2 VMs or NSGs; 1 still open; 1 with findings; 1 denied request.",
        "Known up to now, 2026-11-24 10:20.",
        "RDP (3389) on vm-x: alice@contoso.com, from 2026-11-23 15:02 on, still open, promised until 17:02,",
        "past its promised end (critical, finding 1: Open to any source address).",
        "RDP (3389) on vm-y: bob@contoso.com, from 2026-11-23 15:02 or before to 17:02.",
        "SSH (22) on vm-x: request by bob@contoso.com denied at 2026-11-23 10:00.",
      ].join(" "),
    );
  });

  test("stop at 2,000 characters and say how much is left", async () => {
    const many = Array.from({ length: 500 }, (_, index) =>
      opening({
        id: `o-${index}`,
        openedAt: at("2026-11-20T00:00Z") + index * 600_000,
        closedAt: at("2026-11-20T00:05Z") + index * 600_000,
        promisedEnd: null,
      }),
    );
    const { altText } = await drawHere(input(trail(many)));
    expect(altText.length).toBeGreaterThan(ALT_TEXT_LIMIT - 250);
    expect(altText).toMatch(/And \d+ more that are drawn\. Not drawn: \d+ more openings/);
  });

  test("say that nothing was open", async () => {
    const { altText } = await drawHere(input(trail([])));
    expect(altText).toContain("No opening and no denied request in this time.");
  });
});
