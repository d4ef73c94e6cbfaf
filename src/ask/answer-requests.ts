import type { AccessRequest, RequestTarget } from "../domain/access-request.ts";
import type { Question } from "../domain/question.ts";
import { portText } from "../domain/security-rule.ts";
import {
  choices,
  code,
  context,
  heading,
  inline,
  list,
  message,
  paragraph,
  person,
  strong,
  time,
} from "../message/build.ts";
import type { Pieces } from "../message/build.ts";
import type { Inline, Message, MessageNode } from "../message/message.ts";
import { plainText } from "../message/plain.ts";
import { honesty, logSubject, periodWords } from "./honesty.ts";
import type { Knowledge } from "./knowledge.ts";
import { MOST_ROWS } from "./opening-detail.ts";
import { questionText } from "./question-text.ts";
import { periodOf } from "./question-words.ts";
import { filterText, vmFilterOf } from "./vm-match.ts";

const MOST_TARGETS = 4;

/** `requests denied today`: who was refused what, when and why. */
export function answerDenied(
  question: Question,
  requests: readonly AccessRequest[],
  knowledge: Knowledge,
): Message {
  const period = periodOf(question);
  const vm = vmFilterOf(question);
  const where = vm.kind === "any" ? "" : ` for ${filterText(vm)}`;
  const [first] = requests;
  if (first === undefined) {
    const said: Pieces = [
      ...logSubject(knowledge),
      ` shows no denied request${where}`,
      ...(period === null ? [] : [" ", ...periodWords(period)]),
      ".",
    ];
    return message("info", plainText(inline(...said), knowledge.zone), [
      paragraph(...said),
      period === null
        ? null
        : choices("Ask wider:", [
            questionText({ kind: "denied-requests", vm, period: null }, knowledge.zone),
          ]),
      ...honesty(knowledge, period),
    ]);
  }
  const said =
    requests.length === 1
      ? requestWords(first)
      : inline(
          strong(`${requests.length} requests`),
          ` were denied${where}. Latest: `,
          ...requestWords(first),
        );
  return message("warning", plainText(said, knowledge.zone), [
    paragraph(...said),
    ...(requests.length === 1 ? [] : requestList(requests)),
    ...honesty(knowledge, period),
  ]);
}

/** Requests under a title, which say what became of them; nothing where there are none. */
export function requestNodes(
  title: string,
  requests: readonly AccessRequest[],
): readonly MessageNode[] {
  return requests.length === 0 ? [] : [heading(title), ...requestList(requests)];
}

function requestList(requests: readonly AccessRequest[]): readonly MessageNode[] {
  const more = requests.length - MOST_ROWS;
  return [
    list(requests.slice(0, MOST_ROWS).map(requestWords)),
    ...(more > 0 ? [context(`and ${more} more; narrow with a VM or a time.`)] : []),
  ];
}

function requestWords(request: AccessRequest): Inline {
  const { actor, targets, clientAddress, justification } = request;
  const reason = request.denialReason === null ? "" : ` (${request.denialReason})`;
  const outcome = {
    accepted: "accepted",
    denied: `denied${reason}`,
    unknown: "outcome not in the log",
  }[request.outcome];
  const shown = targets
    .slice(0, MOST_TARGETS)
    .map((target) => targetWords(target, request.outcome))
    .join("; ");
  const more =
    targets.length > MOST_TARGETS ? ` and ${targets.length - MOST_TARGETS} more VMs` : "";
  return inline(
    actor === null ? "Somebody whom the log does not name" : person(actor),
    ` asked for ${shown === "" ? "access that the log does not name" : `${shown}${more}`} at `,
    time(request.at),
    clientAddress === null ? null : ` from ${clientAddress}`,
    `: ${outcome}`,
    justification === null ? null : `; why: ${justification}`,
    " [",
    code(request.id),
    "].",
  );
}

function targetWords(
  { vm, ports, denied }: RequestTarget,
  outcome: AccessRequest["outcome"],
): string {
  const words = ports.map(({ port }) => portText(port)).join(", ");
  const refused = denied && outcome !== "denied" ? " (denied)" : "";
  return `${words === "" ? "ports not in the log" : words} on ${vm.name}${refused}`;
}
