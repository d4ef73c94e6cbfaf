import { expect, test } from "vitest";
import { resource } from "../ask/trail-builder.ts";
import {
  facts,
  fact,
  highestSeverity,
  inline,
  list,
  message,
  notice,
  paragraph,
  person,
  portalLink,
  table,
  time,
} from "../../src/message/build.ts";
import { plainText } from "../../src/message/plain.ts";

test("a message is frozen to its leaves", () => {
  const built = message("info", "Said.", [
    paragraph("text ", time(0)),
    facts(fact("label", "value")),
    table(["a"], [[inline("1")]]),
    list([inline("x")]),
    notice("warning", "careful"),
  ]);
  const frozen = (value: unknown): boolean =>
    typeof value !== "object" ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(frozen));
  expect(frozen(built)).toBe(true);
});

test("what is null is left out", () => {
  expect(message("info", "Said.", [null, paragraph("a", null, "b")]).nodes).toEqual([
    {
      kind: "paragraph",
      content: [
        { kind: "text", text: "a" },
        { kind: "text", text: "b" },
      ],
    },
  ]);
  expect(facts(null, fact("label", "value")).facts).toHaveLength(1);
});

test("a row with too few cells is a mistake", () => {
  expect(() => table(["a", "b"], [[inline("1")]])).toThrow(RangeError);
});

test("a portal link keeps hostile names within its path", () => {
  const link = portalLink(resource("vm", "vm\"<x>&'%"), "vm");
  expect(link.url).toMatch(/^https:\/\/portal\.azure\.com\/#resource\/subscriptions\//);
  expect(link.url).toMatch(/\/virtualMachines\/vm%22%3Cx%3E%26'%25$/);
});

test("the highest severity wins", () => {
  expect(highestSeverity([])).toBe("info");
  expect(highestSeverity(["warning", "critical", "info"])).toBe("critical");
  expect(highestSeverity(["info", "warning"])).toBe("warning");
});

test("plain text names the zone of its times", () => {
  const said = inline(
    person({ name: "alice", objectId: null }),
    " at ",
    time(0),
    " to ",
    time(3_600_000, "time"),
  );
  expect(plainText(said, "UTC")).toBe("alice at 1970-01-01 00:00 UTC to 01:00 UTC");
  expect(plainText(said, "Asia/Tokyo")).toBe("alice at 1970-01-01 09:00 +09:00 to 10:00 +09:00");
});
