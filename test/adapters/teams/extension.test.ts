import { expect, test } from "vitest";
import { z } from "zod";
import type { ChatHandlers } from "../../../src/ports.ts";
import { cardText } from "../../fakes/teams/reading.ts";
import { answerTo, sitting } from "./teams-sitting.ts";

const hits = z.object({
  composeExtension: z.object({
    type: z.literal("result"),
    attachmentLayout: z.literal("list"),
    attachments: z.array(
      z.object({
        contentType: z.literal("application/vnd.microsoft.card.adaptive"),
        content: z.looseObject({}),
        preview: z.object({
          contentType: z.string(),
          content: z.object({ title: z.string(), text: z.string() }),
        }),
      }),
    ),
  }),
});
const telling = z.object({
  composeExtension: z.object({ type: z.literal("message"), text: z.string() }),
});

const OPENING = { title: "vm-x: RDP", text: "alice opened RDP.", message: answerTo("vm-x") };

/** Finds one opening whatever is typed, and writes down what was. */
function finding(typed: string[]): Partial<ChatHandlers> {
  return {
    openings: (text, most) => {
      typed.push(`${text} ${most}`);
      return Promise.resolve([OPENING]);
    },
  };
}

test("a search lists openings, and a chosen one is put into the chat", async () => {
  const typed: string[] = [];
  const at = await sitting({ handlers: finding(typed) });
  const { answer } = await at.alice.searches(at.ops, "openings", "vm-x");
  const { attachments } = hits.parse(answer).composeExtension;
  expect(attachments.map(({ preview }) => preview.content)).toEqual([
    { title: "vm-x: RDP", text: "alice opened RDP." },
  ]);
  expect(typed).toEqual(["vm-x 25"]);
  const [chosen] = attachments;
  expect(cardText(chosen?.content)).toBe("You asked: vm-x");
  if (chosen !== undefined) {
    at.alice.inserts(at.ops, chosen);
  }
});

test("a search that begins asks for the newest", async () => {
  const typed: string[] = [];
  const at = await sitting({ handlers: finding(typed) });
  await at.alice.searches(at.ops, "openings", "");
  expect(typed).toEqual([" 25"]);
});

test.each([
  [{ openings: () => Promise.resolve([]) }, "No opening of the last 30 days fits."],
  [{}, "No opening of the last 30 days fits."],
  [{ openings: () => Promise.reject(new Error("disk full")) }, "something failed inside"],
])("a search without hits says so", async (handlers, says) => {
  const at = await sitting({ handlers });
  const { answer } = await at.alice.searches(at.ops, "openings", "vm-x");
  expect(telling.parse(answer).composeExtension.text).toContain(says);
});

test("a search that takes too long says so", async () => {
  const at = await sitting({ handlers: { openings: async () => new Promise(() => undefined) } });
  const searched = at.alice.searches(at.ops, "openings", "vm-x");
  await at.teams.tenant.until(() => at.clock.sleepers > 0);
  at.clock.advance(5000);
  const { answer } = await searched;
  expect(telling.parse(answer).composeExtension.text).toContain("Doorbell needs longer");
});

test("whoever may not ask in a personal chat may not search", async () => {
  const typed: string[] = [];
  const at = await sitting({ handlers: finding(typed), settings: { directMessages: false } });
  const { answer } = await at.alice.searches(at.ops, "openings", "vm-x");
  expect(telling.parse(answer).composeExtension.text).toContain("does not answer in personal");
  expect(typed).toEqual([]);
});

test("where Doorbell is not, those who asked it elsewhere may search", async () => {
  const typed: string[] = [];
  const at = await sitting({ handlers: finding(typed) });
  const elsewhere = at.teams.tenant.addGroupChat({ name: "elsewhere", installed: false });
  const first = await at.alice.searches(elsewhere, "openings", "vm-x");
  expect(telling.parse(first.answer).composeExtension.text).toContain(
    "Teams does not tell Doorbell who you are here",
  );
  await at.alice.says(at.ops, "@doorbell what is open");
  await at.said(at.ops);
  const second = await at.alice.searches(elsewhere, "openings", "vm-x");
  expect(hits.safeParse(second.answer).success).toBe(true);
});

test.each([[null], [{}], [{ parameters: "x" }], [{ parameters: [{ name: "query", value: 7 }] }]])(
  "a search that carries %j asks for the newest",
  async (value) => {
    const typed: string[] = [];
    const at = await sitting({ handlers: finding(typed) });
    const { answer } = await at.alice.invokes(at.ops, "composeExtension/query", value);
    expect(hits.safeParse(answer).success).toBe(true);
    expect(typed).toEqual([" 25"]);
  },
);
