import { durationText } from "../domain/instant.ts";
import type { Period, PortFilter, Question } from "../domain/question.ts";
import { portWords } from "../domain/service-port.ts";
import { filterText, vmFilterOf } from "./vm-match.ts";

/** What a question is about, as the end of “openings of …”. */
export function subjectWords(question: Question): string {
  const vm = vmFilterOf(question);
  const where = vm.kind === "any" ? "" : ` on ${filterText(vm)}`;
  switch (question.kind) {
    case "who-opened":
    case "what-is-open":
      return `${portsWords(question.ports)}${where}${question.anySource ? " to any source" : ""}`;
    case "opened-by-person":
      return `any port${where} by ${question.person}`;
    case "opened-from-address":
      return `any port${where} from or to ${question.address}`;
    case "explain-rule":
      return `rule ${question.rule}`;
    case "never-closed":
      return `any port${where} that never closed`;
    case "closes-within":
      return `any port${where} that closes within ${durationText(question.within)} of the log's end`;
    default:
      return `any port${where}`;
  }
}

/** The period that a question names; null when it names none. */
export function periodOf(question: Question): Period | null {
  return "period" in question ? question.period : null;
}

function portsWords(ports: PortFilter): string {
  return ports.length === 0 ? "any port" : ports.map(portWords).join(" or ");
}
