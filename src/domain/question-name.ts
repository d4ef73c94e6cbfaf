import type { VmFilter } from "./question.ts";

/** The VMs of a filter as a question names them, such that the question is understood the same way. */
export function vmFilterText(vm: VmFilter): string {
  switch (vm.kind) {
    case "any":
      return "any vm";
    case "name":
      return quoteUnless(/^(?=.*[\d-])[A-Za-z_][\w.-]*$/, vm.name);
    case "wildcard":
      return quoteUnless(/^(?=.*[\d-])[A-Za-z_][\w.*-]*$/, vm.pattern);
    case "resource":
      return quoteUnless(/^[\w/.()~-]+$/, vm.id.text);
  }
}

/**
 * Quotes keep a name from being taken for a keyword, an address or a date, its last full stop from being
 * taken for the end of the sentence, and a dash that is a name from parting words.
 */
export function quoteUnless(plain: RegExp, text: string): string {
  if (plain.test(text) && !text.endsWith(".") && !/^--?$/.test(text)) {
    return text;
  }
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}
