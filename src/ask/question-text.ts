import { DateTime } from "luxon";
import { HOUR, MINUTE } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { Period, PortFilter, Question, VmFilter } from "../domain/question.ts";
import { quoteUnless, vmFilterText } from "../domain/question-name.ts";
import { portText } from "../domain/security-rule.ts";

/**
 * The question in its canonical form, which `parseQuestion` understands as the same question whenever
 * it is asked: times are absolute, with the offset of `zone`.
 */
export function questionText(question: Question, zone: string): string {
  switch (question.kind) {
    case "who-opened":
      return join(
        "who opened",
        portsText(question.ports),
        question.anySource ? "to any source" : "",
        vmText(question.vm),
        periodText(question.period, zone),
      );
    case "who-has-access":
      return question.vm.kind === "any"
        ? "who has access to any vm"
        : `who has access to ${vmFilterText(question.vm)}`;
    case "what-is-open":
      return join(
        question.period === null ? "what is open" : "what was open",
        question.anySource ? "to any source" : "",
        question.ports.length === 0 ? "" : `on ${portsText(question.ports)}`,
        vmText(question.vm),
        periodText(question.period, zone),
      );
    case "opened-by-person":
      return join(
        "what did",
        personText(question.person),
        "open",
        vmText(question.vm),
        periodText(question.period, zone),
      );
    case "opened-from-address":
      return join(
        "what did",
        question.address,
        "open",
        vmText(question.vm),
        periodText(question.period, zone),
      );
    case "explain-rule":
      return `explain rule ${quoteUnless(/^(?=.*[\d-])[\w.-]+$/, question.rule)}`;
    case "history":
      return join("history of", vmFilterText(question.vm), periodText(question.period, zone));
    case "denied-requests":
      return join("denied requests", vmText(question.vm), periodText(question.period, zone));
    case "show-opening":
      return `show ${question.id}`;
    case "never-closed":
      return join("what never closed", vmText(question.vm));
    case "closes-within":
      return join("what closes within", durationText(question.within), vmText(question.vm));
    case "status":
      return "status";
    case "help":
      return join("help", question.topic ?? "");
  }
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" ");
}

function portsText(ports: PortFilter): string {
  return ports.length === 0 ? "anything" : `port ${ports.map(portText).join(",")}`;
}

function vmText(vm: VmFilter): string {
  return `on ${vmFilterText(vm)}`;
}

function personText(person: string): string {
  return person.includes("@") ? quoteUnless(/^[\w.+@#-]+$/, person) : quoteUnless(/^$/, person);
}

function periodText(period: Period | null, zone: string): string {
  if (period === null) {
    return "";
  }
  if (period.from === null) {
    return period.to === null ? "" : `before ${instantText(period.to, zone)}`;
  }
  return period.to === null
    ? `since ${instantText(period.from, zone)}`
    : `between ${instantText(period.from, zone)} and ${instantText(period.to, zone)}`;
}

function instantText(at: Instant, zone: string): string {
  const time = DateTime.fromMillis(at, { zone });
  const format = time.millisecond !== 0 ? "HH:mm:ss.SSS" : time.second !== 0 ? "HH:mm:ss" : "HH:mm";
  return time.toFormat(`yyyy-MM-dd'T'${format}${time.offset === 0 ? "'Z'" : "ZZ"}`);
}

function durationText(duration: Duration): string {
  return duration % HOUR === 0 ? `${duration / HOUR}h` : `${Math.round(duration / MINUTE)}m`;
}
