import type { HelpQuestion } from "../domain/question.ts";
import {
  choices,
  code,
  context,
  fact,
  facts,
  heading,
  inline,
  list,
  message,
  paragraph,
} from "../message/build.ts";
import type { Message } from "../message/message.ts";
import { honesty } from "./honesty.ts";
import type { Knowledge } from "./knowledge.ts";
import { QUESTION_FORMS } from "./question-catalogue.ts";

/** `status`: how far the log goes and what was found in it. */
export function answerStatus(knowledge: Knowledge): Message {
  const { openings, requests } = knowledge.trail;
  const standing = openings.filter(({ closedAt }) => closedAt === null).length;
  const denied = requests.filter(({ outcome }) => outcome === "denied").length;
  const verdicts = (["certain", "likely", "ambiguous", "unattributed"] as const).map((verdict) => {
    const count = openings.filter(({ attribution }) => attribution.verdict === verdict).length;
    return `${count} ${verdict}`;
  });
  const said = `Known: ${counted(openings.length, "opening")}, ${standing} of them standing, and ${counted(requests.length, "request")}.`;
  return message("info", said, [
    paragraph(said),
    facts(
      fact("verdicts", verdicts.join(", ")),
      fact("denied", `${denied} of ${counted(requests.length, "request")}`),
      fact("VMs", String(knowledge.names.vms.length)),
      fact("rows read", String(knowledge.coverage.events)),
      fact("not understood", String(knowledge.coverage.quarantined)),
    ),
    ...honesty(knowledge, null),
  ]);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

const TIMES_HELP = [
  "yesterday, today, last week, this month, friday, last night",
  "on 2026-11-20, 20 november at 14:02, at 03:12 last tuesday",
  "since friday, before 14:00, until yesterday",
  "between 02:00 and 04:00, yesterday between 22:00 and 02:00",
  "in the last 8 hours, 3 days ago",
  "Times are yours; write utc after one to mean UTC.",
];
const NAMES_HELP = [
  "vm-x: a name, in any casing",
  "vm-*: every VM whose name begins so",
  "/subscriptions/…/virtualMachines/vm-x: one VM where names repeat",
  "A follow-up keeps the VM and the port: and yesterday?",
];
const PORTS_HELP = [
  "3389, 5985-5986, 22 or 3389",
  "rdp, ssh, winrm, https, http, sql, smb, vnc, telnet, ftp, mysql, postgres and more",
  "anything, any port",
];

/** `help`: the forms of questions with examples. */
export function answerHelp(question: HelpQuestion): Message {
  const { topic } = question;
  const extra = { times: TIMES_HELP, names: NAMES_HELP, ports: PORTS_HELP };
  const lines = topic === "times" || topic === "names" || topic === "ports" ? extra[topic] : [];
  const forms = QUESTION_FORMS.filter((form) => topic === null || form.topic === topic);
  return message("info", "Ask who opened a port, and when, why and until when.", [
    heading(topic === null ? "Questions" : `Help: ${topic}`),
    ...(lines.length === 0 ? [] : [list(lines.map((line) => inline(line)))]),
    ...(forms.length === 0
      ? []
      : [list(forms.map((form) => inline(code(form.example), `: ${form.meaning}`)))]),
    topic === null
      ? context("Words may stand in any casing; politeness and question marks are fine.")
      : choices("More:", ["help"]),
  ]);
}
