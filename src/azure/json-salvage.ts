import { parseJson } from "./wire-fields.ts";

/** Lists whose elements are only understood whole: half a rule would be a wrong rule. */
const WHOLE_ELEMENTS: ReadonlySet<string> = new Set(["securityrules", "ports", "rules"]);

interface Frame {
  readonly close: "}" | "]";
  /** The lower-cased key that holds this list; empty for an object. */
  readonly listKey: string;
  /** Whether this is an element that is only understood whole. */
  readonly whole: boolean;
}

/**
 * Reads what is left of JSON text that was cut off: every member and element that was complete, with
 * the open brackets closed. An open element of a rule or port list is left out as a whole.
 *
 * @returns undefined when nothing could be read.
 */
export function salvageJson(text: string): unknown {
  const frames: Frame[] = [];
  /** What closes the open frames, innermost first. */
  let closers = "";
  let openWholes = 0;
  let key = "";
  let lastText = "";
  let kept: { readonly end: number; readonly closers: string } | null = null;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    if (char === '"') {
      const end = endOfText(text, i);
      if (end === -1) {
        break;
      }
      lastText = text.slice(i + 1, Math.min(end, i + 64));
      i = end;
    } else if (char === ":") {
      key = lastText.toLowerCase();
    } else if (char === "{") {
      const whole = WHOLE_ELEMENTS.has(frames.at(-1)?.listKey ?? "");
      frames.push({ close: "}", listKey: "", whole });
      closers = `}${closers}`;
      openWholes += whole ? 1 : 0;
    } else if (char === "[") {
      frames.push({ close: "]", listKey: key, whole: false });
      closers = `]${closers}`;
    } else if (char === "}" || char === "]") {
      const frame = frames.pop();
      if (frame?.close !== char) {
        break;
      }
      closers = closers.slice(1);
      openWholes -= frame.whole ? 1 : 0;
      kept = openWholes > 0 ? kept : { end: i + 1, closers };
    } else if (char === ",") {
      kept = openWholes > 0 ? kept : { end: i, closers };
    }
  }
  return kept === null ? undefined : parseJson(text.slice(0, kept.end) + kept.closers);
}

/**
 * Closes JSON text that was cut off inside a text that is the last member of a flat object, such as the
 * `Properties` column of Log Analytics, and keeps that text as far as it goes.
 *
 * @returns undefined when the cut is elsewhere.
 */
export function salvageOpenText(text: string): unknown {
  const whole = text.replace(/\\(?:u[0-9a-f]{0,3})?$/i, "");
  return parseJson(`${whole}"}`);
}

/** The index of the quote that ends the text starting at `start`; -1 when it is not ended. */
function endOfText(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i += 1) {
    const char = text[i];
    if (char === "\\") {
      i += 1;
    } else if (char === '"') {
      return i;
    }
  }
  return -1;
}
