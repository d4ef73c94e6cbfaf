import { describe, expect, test } from "vitest";
import { parseQuestion } from "../../src/ask/parse-question.ts";
import type { QuestionContext } from "../../src/ask/question-context.ts";
import { questionText } from "../../src/ask/question-text.ts";
import { at } from "./trail-builder.ts";

const ID =
  "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-a/providers/Microsoft.Compute/virtualMachines/vm-x";

/** Tuesday 24 November 2026, 10:30 in Berlin. */
const CONTEXT: QuestionContext = {
  now: at("2026-11-24T09:30Z"),
  zone: "Europe/Berlin",
  names: { vms: ["vm-x", "vm-y", "vm-may-2024", "web01"], people: ["alice@contoso.com"] },
  previous: null,
};

function understood(text: string, context: Partial<QuestionContext> = {}): string {
  const merged = { ...CONTEXT, ...context };
  const result = parseQuestion(text, merged);
  return result.ok
    ? questionText(result.question, merged.zone)
    : `${result.problem.code}: ${result.problem.message}`;
}

function problemOf(text: string, context: Partial<QuestionContext> = {}) {
  const result = parseQuestion(text, { ...CONTEXT, ...context });
  if (result.ok) {
    throw new Error(`understood: ${questionText(result.question, CONTEXT.zone)}`);
  }
  return result.problem;
}

describe("the forms of questions", () => {
  test.each([
    ["who opened port 3389 on vm-x", "who opened port 3389 on vm-x"],
    ["WHO OPENED PORT 3389 ON VM-X?", "who opened port 3389 on VM-X"],
    ["who opened rdp on vm-x", "who opened port 3389 on vm-x"],
    ["who has opened the rdp port on vm-x", "who opened port 3389 on vm-x"],
    ["who opened 22 or 3389 on vm-x", "who opened port 22,3389 on vm-x"],
    ["who opened ssh, rdp and 5985-5986 on vm-x", "who opened port 22,3389,5985-5986 on vm-x"],
    ["who opened winrm on vm-x", "who opened port 5985-5986 on vm-x"],
    ["who opened 3389/tcp on vm-x", "who opened port 3389 on vm-x"],
    ["who opened anything on vm-*", "who opened anything on vm-*"],
    ["who opened any port on vm-x", "who opened anything on vm-x"],
    ["who opened anything on *", "who opened anything on any vm"],
    ["who opened rdp anywhere", "who opened port 3389 on any vm"],
    ["who opened rdp", "who opened port 3389 on any vm"],
    ["who opened rdp vm-x", "who opened port 3389 on vm-x"],
    ["who opened vm-x", "who opened anything on vm-x"],
    ["who opened web01", "who opened anything on web01"],
    ["who opened 3389 on vm vm-x", "who opened port 3389 on vm-x"],
    ["who opened 3389 on server db", 'who opened port 3389 on "db"'],
    ["who opened 3389 to any source", "who opened port 3389 to any source on any vm"],
    ["who opened 3389 on vm-x to the internet", "who opened port 3389 to any source on vm-x"],
    [`who opened 3389 on ${ID}`, `who opened port 3389 on ${ID}`],
    ["please, who opened rdp on vm-x? thanks!", "who opened port 3389 on vm-x"],
    ["Hey, can you tell me who opened rdp on vm-x please", "who opened port 3389 on vm-x"],
    ["who opened 5985–5986 on vm–x", "who opened port 5985-5986 on vm-x"],
    ["who opened rdp — on vm-x —", "who opened port 3389 on vm-x"],
    [
      "who opened rdp on vm-x — since 2026-11-20T03:12Z",
      "who opened port 3389 on vm-x since 2026-11-20T04:12+01:00",
    ],
    ["who opened rdp on “vm-x”", "who opened port 3389 on vm-x"],
    ["who opened rdp on ‘vm-x’?", "who opened port 3389 on vm-x"],
    ["who’s opened rdp on vm-x", "who opened port 3389 on vm-x"],
    ["who\u200B opened\u00A0rdp on vm-x", "who opened port 3389 on vm-x"],
    ["who has access to vm-x", "who has access to vm-x"],
    ["who can reach vm-x", "who has access to vm-x"],
    ["who has access", "who has access to any vm"],
    ["what is open", "what is open on any vm"],
    ["what's open?", "what is open on any vm"],
    ["which ports are open on vm-x", "what is open on vm-x"],
    ["what is still open on vm-x", "what is open on vm-x"],
    ["what is open to any source", "what is open to any source on any vm"],
    ["what is open to the internet on vm-*", "what is open to any source on vm-*"],
    ["what is open on port 22", "what is open on port 22 on any vm"],
    ["is rdp open on vm-x", "what is open on port 3389 on vm-x"],
    ["is vm-x open", "what is open on vm-x"],
    ["what did alice open", 'what did "alice" open on any vm'],
    ["what did alice@contoso.com open on vm-x", "what did alice@contoso.com open on vm-x"],
    ["what has Alice Smith opened", 'what did "Alice Smith" open on any vm'],
    ["what did 198.51.100.7 open", "what did 198.51.100.7 open on any vm"],
    ["what did 2001:DB8::1 open", "what did 2001:db8::1 open on any vm"],
    ["explain rule SecurityCenter-JITRule-1-8C18", "explain rule SecurityCenter-JITRule-1-8C18"],
    ["explain SecurityCenter-JITRule-1-8C18", "explain rule SecurityCenter-JITRule-1-8C18"],
    ["who made rule allow-all", "explain rule allow-all"],
    ["who is behind the rule allow-all?", "explain rule allow-all"],
    ["history of vm-x", "history of vm-x"],
    ["show history of vm-x", "history of vm-x"],
    ["requests denied", "denied requests on any vm"],
    ["denied requests", "denied requests on any vm"],
    ["denied requests on vm-x", "denied requests on vm-x"],
    ["who was denied", "denied requests on any vm"],
    ["what requests were denied for vm-x", "denied requests on vm-x"],
    ["show o-0123456789AB", "show o-0123456789ab"],
    ["show me opening o-0123456789ab", "show o-0123456789ab"],
    ["what never closed", "what never closed on any vm"],
    ["what did not close on vm-x", "what never closed on vm-x"],
    ["what closes within 8h", "what closes within 8h on any vm"],
    ["what will close in the next 90 minutes", "what closes within 90m on any vm"],
    ["what closes within an hour on vm-x", "what closes within 1h on vm-x"],
    ["status", "status"],
    ["help", "help"],
    ["help times", "help times"],
    ["help on port", "help ports"],
  ])("%s", (text, expected) => {
    expect(understood(text)).toBe(expected);
  });
});

describe("times in the asker's zone", () => {
  const berlin = (text: string): string =>
    understood(`who opened rdp on vm-x ${text}`).replace("who opened port 3389 on vm-x ", "");

  test.each([
    ["yesterday", "between 2026-11-23T00:00+01:00 and 2026-11-24T00:00+01:00"],
    ["today", "since 2026-11-24T00:00+01:00"],
    ["since friday", "since 2026-11-20T00:00+01:00"],
    ["since tuesday", "since 2026-11-24T00:00+01:00"],
    ["last tuesday", "between 2026-11-17T00:00+01:00 and 2026-11-18T00:00+01:00"],
    ["on monday", "between 2026-11-23T00:00+01:00 and 2026-11-24T00:00+01:00"],
    ["last week", "between 2026-11-16T00:00+01:00 and 2026-11-23T00:00+01:00"],
    ["in the last week", "since 2026-11-17T10:30+01:00"],
    ["this month", "since 2026-11-01T00:00+01:00"],
    ["last month", "between 2026-10-01T00:00+02:00 and 2026-11-01T00:00+01:00"],
    ["last night", "between 2026-11-23T18:00+01:00 and 2026-11-24T06:00+01:00"],
    ["yesterday evening", "between 2026-11-23T18:00+01:00 and 2026-11-24T00:00+01:00"],
    ["this morning", "since 2026-11-24T00:00+01:00"],
    ["on 2026-11-20", "between 2026-11-20T00:00+01:00 and 2026-11-21T00:00+01:00"],
    ["on 20 november", "between 2026-11-20T00:00+01:00 and 2026-11-21T00:00+01:00"],
    ["on december 24th", "between 2025-12-24T00:00+01:00 and 2025-12-25T00:00+01:00"],
    ["on 20.11.2026", "between 2026-11-20T00:00+01:00 and 2026-11-21T00:00+01:00"],
    ["in june", "between 2026-06-01T00:00+02:00 and 2026-07-01T00:00+02:00"],
    ["at 03:12", "between 2026-11-24T03:12+01:00 and 2026-11-24T03:13+01:00"],
    ["at 23:00", "between 2026-11-23T23:00+01:00 and 2026-11-23T23:01+01:00"],
    ["at 03:12 last tuesday", "between 2026-11-17T03:12+01:00 and 2026-11-17T03:13+01:00"],
    ["yesterday at 3:12:05pm", "between 2026-11-23T15:12:05+01:00 and 2026-11-23T15:12:06+01:00"],
    ["at 03:12 utc", "between 2026-11-24T04:12+01:00 and 2026-11-24T04:13+01:00"],
    ["at 2026-11-20T03:12Z", "between 2026-11-20T04:12+01:00 and 2026-11-20T04:13+01:00"],
    ["2026-11-20 03:12", "between 2026-11-20T03:12+01:00 and 2026-11-20T03:13+01:00"],
    ["since 2026-11-20T03:12Z", "since 2026-11-20T04:12+01:00"],
    ["since 3pm", "since 2026-11-23T15:00+01:00"],
    ["since noon yesterday", "since 2026-11-23T12:00+01:00"],
    ["before 09:00", "before 2026-11-24T09:00+01:00"],
    ["until yesterday", "before 2026-11-24T00:00+01:00"],
    ["after monday", "since 2026-11-24T00:00+01:00"],
    ["between 02:00 and 04:00", "between 2026-11-24T02:00+01:00 and 2026-11-24T04:00+01:00"],
    ["between 22:00 and 02:00", "between 2026-11-23T22:00+01:00 and 2026-11-24T02:00+01:00"],
    [
      "yesterday between 22:00 and 02:00",
      "between 2026-11-23T22:00+01:00 and 2026-11-24T02:00+01:00",
    ],
    [
      "between 02:00 and 04:00 on 2026-11-20",
      "between 2026-11-20T02:00+01:00 and 2026-11-20T04:00+01:00",
    ],
    ["from monday to tuesday", "since 2026-11-23T00:00+01:00"],
    ["since friday until yesterday", "between 2026-11-20T00:00+01:00 and 2026-11-24T00:00+01:00"],
    ["in the last 8 hours", "since 2026-11-24T02:30+01:00"],
    ["last 30 minutes", "since 2026-11-24T10:00+01:00"],
    ["3 days ago", "between 2026-11-21T00:00+01:00 and 2026-11-22T00:00+01:00"],
    ["two hours ago", "between 2026-11-24T08:30+01:00 and 2026-11-24T08:31+01:00"],
  ])("%s", (text, expected) => {
    expect(berlin(text)).toBe(expected);
  });

  test("a VM whose name holds a date is a VM", () => {
    expect(understood("who opened rdp on vm-may-2024 yesterday")).toBe(
      "who opened port 3389 on vm-may-2024 between 2026-11-23T00:00+01:00 and 2026-11-24T00:00+01:00",
    );
  });

  test("the time may stand before the VM or around it", () => {
    expect(understood("what was open at 03:12 on vm-x last tuesday")).toBe(
      "what was open on vm-x between 2026-11-17T03:12+01:00 and 2026-11-17T03:13+01:00",
    );
  });

  test("yesterday in Auckland is another day than in New York", () => {
    expect(understood("denied requests yesterday", { zone: "Pacific/Auckland" })).toBe(
      "denied requests on any vm between 2026-11-23T00:00+13:00 and 2026-11-24T00:00+13:00",
    );
    expect(understood("denied requests yesterday", { zone: "America/New_York" })).toBe(
      "denied requests on any vm between 2026-11-23T00:00-05:00 and 2026-11-24T00:00-05:00",
    );
  });

  test("a day on which clocks go forward has 23 hours", () => {
    expect(understood("denied requests yesterday", { now: at("2026-03-30T09:00Z") })).toBe(
      "denied requests on any vm between 2026-03-29T00:00+01:00 and 2026-03-30T00:00+02:00",
    );
  });

  test("a time that the clocks skip moves on with them", () => {
    expect(understood("what was open at 02:30", { now: at("2026-03-29T09:00Z") })).toBe(
      "what was open on any vm between 2026-03-29T03:30+02:00 and 2026-03-29T03:31+02:00",
    );
  });

  test("a time that comes twice as clocks go back spans both", () => {
    expect(understood("what was open at 02:30 on 2026-10-25")).toBe(
      "what was open on any vm between 2026-10-25T02:30+02:00 and 2026-10-25T02:31+01:00",
    );
  });

  test("hours are counted through a change of clocks", () => {
    expect(
      understood("denied requests in the last 8 hours", { now: at("2026-03-29T05:00Z") }),
    ).toBe("denied requests on any vm since 2026-03-28T22:00+01:00");
  });
});

describe("follow-ups", () => {
  const first = parseQuestion("who opened rdp on vm-x yesterday", CONTEXT);
  const previous = first.ok ? first.question : null;
  const kept = "between 2026-11-23T00:00+01:00 and 2026-11-24T00:00+01:00";

  test.each([
    ["and today?", "who opened port 3389 on vm-x since 2026-11-24T00:00+01:00"],
    ["today", "who opened port 3389 on vm-x since 2026-11-24T00:00+01:00"],
    ["and vm-y", `who opened port 3389 on vm-y ${kept}`],
    ["what about new-vm", `who opened port 3389 on new-vm ${kept}`],
    ["and on vm-*", `who opened port 3389 on vm-* ${kept}`],
    ["how about ssh", `who opened port 22 on vm-x ${kept}`],
    ["22", `who opened port 22 on vm-x ${kept}`],
    ["who opened 22", "who opened port 22 on vm-x"],
    ["who opened it today", "who opened port 3389 on vm-x since 2026-11-24T00:00+01:00"],
    ["who opened 22 on any vm", "who opened port 22 on any vm"],
    ["who has access", "who has access to vm-x"],
    ["who has access to it", "who has access to vm-x"],
    ["history", "history of vm-x"],
    ["what is open", "what is open on any vm"],
    ["what is open there", "what is open on vm-x"],
  ])("%s", (text, expected) => {
    expect(understood(text, { previous })).toBe(expected);
  });

  test("a follow-up with nothing before it is told so", () => {
    expect(problemOf("and today?").code).toBe("nothing-to-follow");
    expect(problemOf("who opened rdp on it").code).toBe("nothing-to-follow");
  });

  test("a part that the question before does not have is refused", () => {
    const status = parseQuestion("status", CONTEXT);
    expect(problemOf("and today?", { previous: status.ok ? status.question : null }).code).toBe(
      "nothing-to-follow",
    );
  });
});

describe("what is not understood", () => {
  test.each([
    ["who opened rpd on vm-x", "bad-port", "who opened rdp on vm-x"],
    ["who opend rdp on vm-x", "unknown-word", "who opened rdp on vm-x"],
    ["hwo opend rdp on vm-x", "unknown-question", "who opened rdp on vm-x"],
    ["who opened rdp on vm-x yestreday", "bad-time", "who opened rdp on vm-x yesterday"],
    ["who opened rdp on vm$x", "bad-vm", "who opened rdp on vm-x"],
    ["waht is open", "unknown-question", "what is open"],
    ["what is opne", "unknown-word", "what is open"],
    ["sttaus", "unknown-question", "status"],
    ["help tmies", "unknown-word", "help times"],
    ["histroy of vm-x", "unknown-question", "history of vm-x"],
    ["explian rule allow-all", "unknown-question", "explain rule allow-all"],
    ["requests dennied", "unknown-word", "requests denied"],
  ])("%s: %s, did you mean %s", (text, code, suggestion) => {
    const problem = problemOf(text);
    expect(problem.code).toBe(code);
    expect(problem.suggestions[0]).toBe(suggestion);
  });

  test.each([
    ["", "empty"],
    [" ?! ", "empty"],
    ["who", "missing-word"],
    ["who opened 70000 on vm-x", "bad-port"],
    ["who opened port 22-21 on vm-x", "bad-port"],
    ["who opened 22 or 99999 on vm-x", "bad-port"],
    ["who opened 1,2,3,4,5,6,7,8,9 on vm-x", "bad-port"],
    ["who opened rdp on", "missing-word"],
    ["who opened rdp on vm-x on vm-y", "bad-vm"],
    ["who opened rdp on /subscriptions/x", "bad-vm"],
    ["who opened rdp on vm-x tomorrow", "future-time"],
    ["who opened rdp on vm-x on 2027-01-01", "future-time"],
    ["who opened rdp on vm-x at 23:00 today", "future-time"],
    ["who opened rdp on vm-x 05/06/2026", "bad-time"],
    ["who opened rdp on vm-x at 25:00", "bad-time"],
    ["who opened rdp on vm-x on 1999-01-01", "bad-time"],
    ["who opened rdp on vm-x between tuesday and monday", "bad-time"],
    ["who has access to vm-x yesterday", "unknown-word"],
    ["what closes within soon", "bad-time"],
    ["what closes within 91 days", "bad-time"],
    ["what did i open", "unknown-word"],
    ["what did", "missing-word"],
    ["explain", "missing-word"],
    ["show vm-x", "unknown-word"],
    ["history", "missing-word"],
    ["status now", "unknown-word"],
    ["notify here", "unknown-question"],
    ["x".repeat(501), "too-long"],
  ])("%s: %s", (text, code) => {
    expect(problemOf(text).code).toBe(code);
  });

  test("the place of the word is that of the text as typed", () => {
    const text = "who\u200B opened  “rdp” or  rpd on vm-x";
    const { at: place } = problemOf("please  who opened rpd on vm-x");
    expect("please  who opened rpd on vm-x".slice(place?.start, place?.end)).toBe("rpd");
    expect(problemOf(text.replace("“rdp” or ", "")).at).toEqual({ start: 14, end: 17 });
  });

  test("an unknown zone is named as the fault", () => {
    expect(problemOf("status", { zone: "Mars/Olympus" }).code).toBe("bad-zone");
  });
});
