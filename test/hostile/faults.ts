/** What a text did that it must not, with the text itself; so few are kept that they can be read. */
export class Faults {
  readonly found: string[] = [];

  /** Notes a fault where there is one: `expect` for each of ten thousand texts would take minutes. */
  note(isFault: boolean, what: string, text: string): void {
    if (isFault && this.found.length < 10) {
      this.found.push(`${what}: ${JSON.stringify(text.slice(0, 300))}`);
    }
  }
}
