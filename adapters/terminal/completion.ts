import { safeText } from "./safe-text.ts";

/** What tab completion may propose. */
export interface CompletionNames {
  /** Complete questions. */
  readonly forms: readonly string[];
  /** Names of VMs, which come from Azure. */
  readonly vms: () => readonly string[] | Promise<readonly string[]>;
}

/**
 * What may follow the line: whole questions by their beginning, else names of VMs for the last word. A
 * name that could steer the terminal is not proposed.
 *
 * @returns the proposals, and the part of the line that they take the place of.
 */
export async function completions(
  line: string,
  names: CompletionNames,
): Promise<[string[], string]> {
  const begun = line.toLowerCase();
  const forms = names.forms.filter((form) => form.toLowerCase().startsWith(begun));
  if (forms.length > 0) {
    return [forms, line];
  }
  const word = /\S*$/.exec(line)?.[0] ?? "";
  if (word === "") {
    return [[], word];
  }
  const vms = await names.vms();
  const fitting = vms.filter(
    (vm) => vm === safeText(vm) && vm.toLowerCase().startsWith(word.toLowerCase()),
  );
  return [fitting, word];
}
