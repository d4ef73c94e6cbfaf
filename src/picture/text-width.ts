/** Advance widths of DejaVu Sans Condensed in hundredths of the font's size, by the letters that have them. */
const ADVANCES: readonly (readonly [number, string])[] = [
  [25, "'ijl"],
  [27, "IJ"],
  [29, " ,."],
  [30, "/:;\\|"],
  [32, "-f"],
  [35, "()[]t"],
  [37, "!r"],
  [45, '"*_`'],
  [48, "?sz"],
  [50, "Lc"],
  [53, "Fkvxy"],
  [57, "$0123456789EPSTYabdeghnopqu{}"],
  [63, "ABCKRVXZ"],
  [70, "&DGHNOQU"],
  [75, "#+<=>^w~"],
  [90, "%@MWm"],
];
const ADVANCE = new Map(
  ADVANCES.flatMap(([width, letters]) =>
    Array.from(letters).map((letter) => [letter, width] as const),
  ),
);
/** Letters outside of ASCII: no narrower than almost all of them. */
const WIDEST = 100;
const BOLD = 1.12;

/** How wide the text is drawn, in the unit of `size`; rather too much than too little. */
export function textWidth(
  text: string,
  size: number,
  weight: "normal" | "bold" = "normal",
): number {
  let hundredths = 0;
  for (const character of text) {
    hundredths += ADVANCE.get(character) ?? WIDEST;
  }
  return (hundredths / 100) * size * (weight === "bold" ? BOLD : 1);
}

/**
 * The text with its middle left out until it fits: of `alice@contoso.com.evil.example` both the
 * beginning and the end matter.
 */
export function fitted(text: string, width: number, size: number, weight?: "bold"): string {
  if (textWidth(text, size, weight) <= width) {
    return text;
  }
  const characters = Array.from(text);
  for (let kept = characters.length - 1; kept > 0; kept -= 1) {
    const head = Math.ceil(kept / 2);
    const tail = kept - head;
    const cut = `${characters.slice(0, head).join("")}…${characters.slice(characters.length - tail).join("")}`;
    if (textWidth(cut, size, weight) <= width) {
      return cut;
    }
  }
  return "…";
}

/** The text in lines that fit; what would need more lines than allowed ends in an ellipsis. */
export function wrapped(
  text: string,
  width: number,
  size: number,
  most: number,
  weight?: "bold",
): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && textWidth(longer, size, weight) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  lines.push(line);
  const kept = lines.slice(0, most).map((one) => fitted(one, width, size, weight));
  const last = kept.at(-1);
  if (lines.length > most && last !== undefined) {
    kept[most - 1] = fitted(`${last.replace(/…$/u, "")} …`, width, size, weight);
  }
  return kept;
}
