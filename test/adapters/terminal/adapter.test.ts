import { describe, expect, test } from "vitest";
import { TERMINAL_CHANNEL } from "../../../adapters/terminal/index.ts";
import type { ChatAdapter } from "../../../src/ports.ts";
import type { Receipt } from "../../../src/domain/notification.ts";
import { DeliveryError, DoorbellError } from "../../../src/errors.ts";
import {
  choices,
  fact,
  facts,
  inline,
  list,
  message,
  notice,
  paragraph,
  table,
  time,
} from "../../../src/message/build.ts";
import type { Message } from "../../../src/message/message.ts";
import { notificationMessage } from "../../../src/message/notification-message.ts";
import { fresh } from "../../contracts/chat-adapter-contract.ts";
import { longMessage } from "../../contracts/chat-messages.ts";
import { ALICE, at, attribution, BOB, finding, OPEN, opening } from "../../ask/trail-builder.ts";
import { sitDown } from "./terminal-sitting.ts";

const KEY = "n-0123456789ab";

function say(text: string, severity: Message["severity"] = "info"): Message {
  return message(severity, text, [paragraph(text)]);
}

async function ring(chat: ChatAdapter, said: Message, key = KEY): Promise<Receipt> {
  return chat.post(TERMINAL_CHANNEL, said, fresh(key));
}

describe("a notification", () => {
  test("rings above the line that is being typed", async () => {
    const { chat, screen, press } = await sitDown();
    await press("who open");
    await ring(chat, say("alice opened RDP."));
    await press("ed rdp\r");
    expect(screen.lines).toEqual([
      `ring 14:02 UTC ${KEY}:`,
      "alice opened RDP.",
      "",
      "doorbell> who opened rdp",
      "answered: who opened rdp",
      "",
      "doorbell>",
    ]);
    expect(screen.bells).toBe(1);
  });

  test("says its severity in words, and local time with UTC beside", async () => {
    const { chat, screen } = await sitDown({
      render: () => ({ width: 80, zone: "Europe/Berlin", colour: "none", hyperlinks: false }),
    });
    const until = paragraph("Open until ", time(at("2026-11-23T16:02Z"), "time"), ".");
    await ring(chat, message("critical", "Open.", [until]));
    expect(screen.lines.slice(0, 2)).toEqual([
      `ring 15:02 (14:02 UTC) ${KEY}, critical:`,
      "Open until 17:02 (16:02 UTC).",
    ]);
  });

  test("is coloured by its severity where the terminal has colour", async () => {
    const { chat, screen } = await sitDown({
      render: () => ({ width: 80, zone: "UTC", colour: "ansi", hyperlinks: false }),
    });
    await ring(chat, say("Open.", "critical"));
    expect(screen.raw).toContain(`\u001B[31mring 14:02 UTC ${KEY}, critical:\u001B[39m`);
  });

  test("names a channel that is not the terminal's own, whatever its name", async () => {
    const { chat, screen } = await sitDown();
    const channel = { ...TERMINAL_CHANNEL, channel: "ops\u001B[2J" };
    await chat.post(channel, say("Open."), fresh(KEY));
    expect(screen.lines[0]).toBe(`ring 14:02 UTC ${KEY} in #ops\uFFFD[2J:`);
    expect(screen.effects).toEqual([]);
  });

  test.each([
    ["when the bell is switched off", false, true],
    ["where the output is no terminal", true, false],
  ])("makes no sound %s", async (_, bell, isTerminal) => {
    const { chat, screen } = await sitDown({ bell, interactive: false });
    screen.isTTY = isTerminal;
    await ring(chat, say("Open."));
    expect(screen.bells).toBe(0);
    expect(screen.text).toContain("Open.");
  });

  test("with one key stands there once, however often it is posted", async () => {
    const { chat, screen } = await sitDown();
    const [first, second] = await Promise.all([ring(chat, say("Open.")), ring(chat, say("Open."))]);
    expect(second).toEqual(first);
    expect(screen.lines.filter((line) => line === "Open.")).toHaveLength(1);
  });

  test("that is long does not flood the screen, and says so", async () => {
    const { chat, screen } = await sitDown({ columns: 100 });
    await ring(chat, longMessage("marmot"));
    expect(screen.lines[1]).toBe("It is about marmot.");
    expect(screen.text).toContain("\u2026 and 370 more facts.");
    expect(screen.text).toContain("\u2026 and 370 more rows.");
    expect(screen.lines.length).toBeLessThan(20_000);
  });

  test("is refused when the output is gone", async () => {
    const { chat, screen } = await sitDown();
    screen.destroy(new Error("EIO"));
    await chat.left;
    const failure: unknown = await ring(chat, say("Open.")).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DeliveryError);
    expect(failure).toMatchObject({ fault: "channel-closed" });
    await expect(ring(chat, say("Open."))).rejects.toMatchObject({ fault: "channel-closed" });
  });

  test("wraps in a narrow window, above a line of several rows", async () => {
    const { chat, screen, press } = await sitDown({ columns: 24 });
    await press("who opened rdp on vm-x");
    await ring(chat, say("alice@contoso.com opened RDP on vm-x.", "critical"));
    expect(screen.lines).toEqual([
      "ring 14:02 UTC",
      "n-0123456789ab,",
      "critical:",
      "alice@contoso.com opened",
      "RDP on vm-x.",
      "",
      "doorbell> who opened rdp",
      " on vm-x",
    ]);
  });

  test("is not sent before the chat is started", async () => {
    const { chat, screen } = await sitDown({ starts: false });
    await expect(ring(chat, say("Open."))).rejects.toMatchObject({ fault: "not-sent" });
    expect(screen.text).toBe("");
  });

  test("goes on being printed after the person has left the prompt", async () => {
    const { chat, screen, press } = await sitDown();
    await press("exit\r");
    await chat.left;
    await ring(chat, say("Open."));
    expect(screen.lines.slice(-2)).toEqual([`ring 14:02 UTC ${KEY}:`, "Open."]);
  });
});

describe("an edit", () => {
  test("says only what is new, and what is no longer so", async () => {
    const { chat, screen, press } = await sitDown();
    const before = message("warning", "Somebody opened RDP.", [
      paragraph("Somebody opened RDP."),
      notice("warning", "No request is known."),
      facts(fact("VM", "vm-x"), fact("closed", "not yet")),
      list([inline("one"), inline("two")]),
      table(["port"], [[inline("3389")]]),
      choices("Ask on:", ["show o-1"]),
    ]);
    const after = message("warning", "alice opened RDP.", [
      paragraph("alice opened RDP."),
      facts(fact("VM", "vm-x"), fact("closed", "at 16:02")),
      list([inline("two"), inline("three")]),
      table(["port"], [[inline("3389")], [inline("22")]]),
      choices("Ask on:", ["show o-1", "show o-2"]),
    ]);
    await press("typing");
    const receipt = await ring(chat, before);
    const height = screen.lines.length;
    await chat.edit(receipt, after);
    expect(screen.lines.slice(height - 1)).toEqual([
      `update 14:02 UTC ${KEY}, warning:`,
      "alice opened RDP.",
      "",
      "closed:  at 16:02",
      "",
      "- three",
      "",
      "port",
      "22",
      "",
      "Ask on:",
      "  show o-2",
      "",
      "No longer so: No request is known.",
      "",
      "doorbell> typing",
    ]);
  });

  test("of an opening whose person becomes known and that closes reads as its story", async () => {
    const { chat, screen } = await sitDown({ columns: 100 });
    const unknown = opening({
      ...OPEN,
      attribution: attribution({ verdict: "unattributed", actor: null, candidates: [] }),
      findings: [finding("no-request", "warning", "No request.")],
    });
    const receipt = await ring(chat, notificationMessage([unknown], []));
    await chat.edit(receipt, notificationMessage([opening({ ...OPEN })], []));
    await chat.edit(receipt, notificationMessage([opening()], []));
    const updates = screen.text.split(/^update .*$/m).slice(1);
    expect(updates[0]).toContain(`${ALICE.name} opened`);
    expect(updates[0]).toContain("No longer so: ");
    expect(updates[1]).toContain("closed");
    expect(updates[1]).not.toContain("203.0.113.7");
    expect(screen.text).not.toContain(BOB.name);
  });

  test("that changes nothing prints nothing", async () => {
    const { chat, screen } = await sitDown();
    const receipt = await ring(chat, say("Open."));
    const before = screen.text;
    await chat.edit(receipt, say("Open."));
    expect(screen.text).toBe(before);
  });

  test("of the summary alone says the summary", async () => {
    const { chat, screen } = await sitDown();
    const receipt = await ring(chat, message("info", "Open.", [paragraph("RDP")]));
    await chat.edit(receipt, message("info", "Closed.", [paragraph("RDP")]));
    expect(screen.text).toContain(`update 14:02 UTC ${KEY}:\nClosed.\n`);
  });

  test("sounds the bell only when it is graver", async () => {
    const { chat, screen } = await sitDown();
    const receipt = await ring(chat, say("one"));
    await chat.edit(receipt, say("two"));
    expect(screen.bells).toBe(1);
    await chat.edit(receipt, say("three", "critical"));
    expect(screen.bells).toBe(2);
    await chat.edit(receipt, say("four", "info"));
    expect(screen.bells).toBe(2);
  });

  test("of a message that another run printed shows it whole, without a sound", async () => {
    const earlier = await sitDown();
    const receipt = await ring(earlier.chat, say("Open."));
    const { chat, screen } = await sitDown({ run: "run-2" });
    await chat.edit(receipt, message("info", "x", [paragraph("Closed."), facts(fact("VM", "x"))]));
    expect(screen.lines.slice(0, 4)).toEqual([`update 14:02 UTC ${KEY}:`, "Closed.", "", "VM:  x"]);
    expect(screen.bells).toBe(0);
  });
});

describe("a question", () => {
  test("goes to the program with who asked, and with an identity of its own", async () => {
    const { asked, press } = await sitDown();
    await press("what is open\rand yesterday\r");
    await press("");
    expect(asked).toEqual(
      ["what is open", "and yesterday"].map((text, index) => ({
        deliveryId: `terminal/run-1/${index + 1}`,
        channel: TERMINAL_CHANNEL,
        conversation: "terminal/run-1",
        user: { id: "1000", name: "alice", zone: null },
        text,
      })),
    );
  });

  test("that was answered before is passed over", async () => {
    const { screen, press } = await sitDown({ answer: () => Promise.resolve(null) });
    await press("what is open\r");
    expect(screen.lines).toEqual(["doorbell> what is open", "doorbell>"]);
  });

  test("that cannot be answered says why, and the chat goes on", async () => {
    const { screen, press } = await sitDown({
      answer: () => Promise.reject(new DoorbellError("store", "The database is locked.")),
    });
    await press("one\r");
    await press("two\r");
    expect(screen.lines.filter((line) => line === "Warning: The database is locked.")).toHaveLength(
      2,
    );
  });

  test("that fails in an unforeseen way ends the chat with the reason", async () => {
    const { chat, press } = await sitDown({
      answer: () => Promise.reject(new TypeError("a fault of Doorbell")),
    });
    const ended = chat.left.then(
      () => "left",
      (error: unknown) => String(error),
    );
    await press("one\r");
    expect(await ended).toBe("TypeError: a fault of Doorbell");
  });

  test("is completed by tab, with its VM", async () => {
    const { asked, press } = await sitDown();
    await press("history of v\t");
    await press("\r");
    expect(asked.map(({ text }) => text)).toEqual(["history of vm-x"]);
  });
});

describe("on a pipe", () => {
  test("questions and notifications come plainly, one after the other, and all of them", async () => {
    const { chat, screen, press, hangUp } = await sitDown({ interactive: false });
    await ring(chat, say("alice opened RDP."));
    await press("what is open\nstatus");
    await hangUp();
    await chat.left;
    expect(screen.raw.replaceAll("\u0007", "")).toBe(
      `ring 14:02 UTC ${KEY}:\nalice opened RDP.\n\n> what is open\nanswered: what is open\n\n> status\nanswered: status\n\n`,
    );
  });
});
