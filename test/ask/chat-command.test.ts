import { describe, expect, test } from "vitest";
import { filterWords } from "../../src/ask/channel-subscriptions.ts";
import { COMMAND_FORMS, EVERY_JIT_OPENING, parseChatCommand } from "../../src/ask/chat-command.ts";
import { durationText } from "../../src/domain/instant.ts";
import { filterText } from "../../src/ask/vm-match.ts";
import type { QuestionContext } from "../../src/ask/question-context.ts";
import { at } from "./trail-builder.ts";

const CONTEXT: QuestionContext = {
  now: at("2026-11-24T09:30Z"),
  zone: "UTC",
  names: { vms: ["vm-x", "vm-y"], people: [] },
  previous: null,
};

/** The command in words, as the channel is told. */
function understood(text: string): string {
  const parsed = parseChatCommand(text, CONTEXT);
  if (parsed === null) {
    return "a question";
  }
  if (!parsed.ok) {
    return `${parsed.problem.code}: ${parsed.problem.message}`;
  }
  const { command } = parsed;
  switch (command.kind) {
    case "subscribe":
      return filterWords(command.filter);
    case "unsubscribe":
      return `end ${command.id ?? "all"}`;
    case "subscriptions":
      return "list";
    case "acknowledge":
      return `acknowledge ${command.id}`;
    case "silence":
      return `silence ${command.subject} ${command.text} for ${durationText(command.length)}`;
    case "timeline":
      return `timeline of ${filterText(command.subject.vm)} in ${command.subject.subscriptionId ?? "any"}`;
    case "silences":
      return "silences";
    case "end-silence":
      return `end ${command.id}`;
  }
}

describe("the commands of a channel", () => {
  test.each([
    ["notify here", "every new JIT opening"],
    ["please notify us here in this channel", "every new JIT opening"],
    ["Notify me", "every new JIT opening"],
    ["notify here about anything", "every new opening"],
    ["notify here about rdp on vm-*", "every new JIT opening of port 3389 on vm-*"],
    ["notify here about ssh or rdp", "every new JIT opening of port 22 or 3389"],
    ["notify here about port 22 on vm-x, vm-y", "every new JIT opening of port 22 on vm-x or vm-y"],
    ["notify here about vm-*", "every new JIT opening on vm-*"],
    ["acknowledge n-0123456789ab", "acknowledge n-0123456789ab"],
    ["Ack O-0123456789AB", "acknowledge o-0123456789ab"],
    ["silence vm-x for 8h", "silence name vm-x for 8 h"],
    ["mute vm \u201cvm y\u201d for two days", "silence vm vm y for 2 d"],
    ["silence vm for an hour", "silence name vm for 1 h"],
    ["silence person alice@contoso.com for 1 week", "silence person alice@contoso.com for 7 d"],
    ["silence vm\u2013x for 90 minutes", "silence name vm-x for 1 h 30 min"],
    ["silences", "silences"],
    ["timeline of vm-x", "timeline of vm-x in any"],
    ["Please show me the timeline of vm-* since friday", "timeline of vm-* in any"],
    ["timeline", "timeline of any VM in any"],
    [
      "timeline of subscription 00000000-0000-0000-0000-00000000000A",
      "timeline of any VM in 00000000-0000-0000-0000-00000000000a",
    ],
    ["show silences?", "silences"],
    ["end silence q-0123456789AB", "end q-0123456789ab"],
    ["notify here about direct openings", "every new direct opening"],
    [
      "notify here about direct openings to any source",
      "every new direct opening with the finding any-source",
    ],
    [
      "notify here about jit and direct openings in resource group RG-Prod",
      "every new opening in resource group rg-prod",
    ],
    [
      "notify here about openings in subscription 00000000-0000-0000-0000-00000000000A",
      "every new JIT opening in Azure subscription 00000000-0000-0000-0000-00000000000a",
    ],
    [
      "notify here about unattributed or ambiguous openings",
      "every new JIT opening whose verdict is ambiguous or unattributed",
    ],
    [
      "notify here about finding open-past-end",
      "every new JIT opening with the finding open-past-end",
    ],
    ["subscribe", "every new JIT opening"],
    ["stop notifying", "end all"],
    ["stop notifying here", "end all"],
    ["unsubscribe", "end all"],
    ["stop notifying s-0123456789ab", "end s-0123456789ab"],
    ["subscriptions", "list"],
    ["show subscriptions", "list"],
    ["who opened rdp on vm-x", "a question"],
    ["show o-0123456789ab", "a question"],
    ["", "a question"],
  ])("“%s” means: %s", (text, meaning) => {
    expect(understood(text)).toBe(meaning);
  });

  test("a word that fits nothing is pointed at, with the nearest that would", () => {
    const text = "notify here about direkt openings";
    const parsed = parseChatCommand(text, CONTEXT);
    expect(parsed).toMatchObject({
      ok: false,
      problem: {
        at: { start: 18, end: 24 },
        suggestions: ["notify here about direct openings"],
      },
    });
  });

  test.each([
    ["stop notifying vm-x", "“vm-x” is no subscription."],
    ["notify here in subscription production", "is not the ID of an Azure subscription"],
    ["notify here in resource group", "ends before the name of a resource group"],
    ["notify here about finding soon", "Which finding? There are: any-source"],
    ["notify here about 70000", "I do not understand “70000”"],
    ["timeline of vm-x sometimes", "sometimes"],
    ["acknowledge", "Which notification?"],
    ["acknowledge vm-x", "Which notification?"],
    ["silence", "Whom? Name a VM or a person"],
    ["silence for 8h", "Whom? Name a VM or a person"],
    ["silence vm-x", "For how long is “vm-x” to be silenced?"],
    ["silence vm-x for", "For how long? Say minutes, hours, days or weeks"],
    ["silence vm-x for ever", "For how long? Say minutes, hours, days or weeks"],
    ["silence vm-x for 2 months", "For how long? Say minutes, hours, days or weeks"],
    ["silence vm-x for 31d", "Nothing is silenced for longer than 30 d."],
    ["end silence vm-x", "Which silence?"],
    ["silences now", "I do not understand “now” there."],
  ])("“%s” is refused: %s", (text, reason) => {
    expect(understood(text)).toContain(reason);
  });

  test.each(COMMAND_FORMS.map(({ example }) => example))("help shows “%s”", (example) => {
    expect(parseChatCommand(example, CONTEXT)).toMatchObject({ ok: true });
  });

  test("a filter that is not narrowed is that of every JIT opening", () => {
    expect(parseChatCommand("notify here", CONTEXT)).toEqual({
      ok: true,
      command: { kind: "subscribe", filter: EVERY_JIT_OPENING },
    });
  });
});
