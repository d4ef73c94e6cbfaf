import type { VmFilter } from "../domain/question.ts";
import { parseResourceId, VM_TYPE } from "../domain/resource-id.ts";
import { ANY_VM, isKnownVm, previousVm, startsTime } from "./question-context.ts";
import type { QuestionContext } from "./question-context.ts";
import { nearestNames, QuestionSyntaxError, quoted } from "./question-problem.ts";
import type { QuestionToken } from "./question-token.ts";
import type { TokenCursor } from "./token-cursor.ts";

const ID_LIMIT = 280;
const VM_NOUNS = new Set(["vm", "vms", "machine", "server", "host"]);
/**
 * Parses a VM: a name, a wildcard, a resource ID, `any vm`, or `it`.
 *
 * @throws QuestionSyntaxError when none stands here.
 */
export function parseVm(cursor: TokenCursor, context: QuestionContext): VmFilter {
  if (
    cursor.accept("any|all|every vm|vms|machine|machines|server|servers") ||
    cursor.accept("anything|everything|anywhere")
  ) {
    return ANY_VM;
  }
  if (cursor.accept("it|there") || cursor.accept("that|this|the vm|machine|server")) {
    const kept = previousVm(context.previous);
    if (kept !== null) {
      return kept;
    }
    if (cursor.atEnd) {
      throw new QuestionSyntaxError(
        "nothing-to-follow",
        "Which VM? Name it, for example: who opened rdp on vm-x.",
        cursor.peek(-1) ?? null,
      );
    }
  }
  const following = cursor.peek(1);
  if (
    VM_NOUNS.has(cursor.word()) &&
    following !== undefined &&
    !isKnownVm(cursor.peek(), context)
  ) {
    cursor.skip();
    if (startsTime(cursor, context)) {
      cursor.rewind(cursor.mark - 1);
    }
  }
  const token = cursor.peek();
  if (token === undefined) {
    throw new QuestionSyntaxError("missing-word", "The question ends before the VM's name.", null);
  }
  const vm = readVm(token, context);
  cursor.skip();
  return vm;
}

function readVm(token: QuestionToken, context: QuestionContext): VmFilter {
  const { text } = token;
  const filter = vmFilterOfText(text);
  if (filter !== null) {
    return filter;
  }
  if (text.startsWith("/")) {
    throw new QuestionSyntaxError(
      "bad-vm",
      "That is not the resource ID of a VM. It looks like /subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/virtualMachines/vm-x.",
      token,
    );
  }
  throw new QuestionSyntaxError(
    "bad-vm",
    `${quoted(text)} is not the name of a VM. Give a name such as vm-x, a wildcard such as vm-*, or a resource ID.`,
    token,
    nearestNames(text, context.names.vms),
  );
}

/** The VMs that a name, a wildcard or a resource ID means; null when the text is none of these. */
export function vmFilterOfText(text: string): VmFilter | null {
  if (text.startsWith("/")) {
    const id = parseResourceId(text);
    const isVm = id !== null && id.type === VM_TYPE && id.text.length <= ID_LIMIT;
    return isVm ? { kind: "resource", id } : null;
  }
  if (!/^[\p{L}\p{N}_.*-]{1,80}$/u.test(text)) {
    return null;
  }
  if (/^\*+$/.test(text)) {
    return ANY_VM;
  }
  return text.includes("*") ? { kind: "wildcard", pattern: text } : { kind: "name", name: text };
}
