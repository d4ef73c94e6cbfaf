const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * A seeded source of randomness (the small fast counter generator "sfc32"): equal seeds give equal
 * sequences on every machine. Not for secrets.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 0x1_0000_0000) | 0;
    this.#c = 0x9e3779b9 | 0;
    this.#counter = 1;
    // The first outputs of near seeds resemble each other.
    for (let round = 0; round < 15; round += 1) {
      this.u32();
    }
  }

  /** A whole number from 0 to 4,294,967,295. */
  u32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** A whole number between the two, both included. */
  int(from: number, to: number): number {
    return from + Math.floor((this.u32() / 0x1_0000_0000) * (to - from + 1));
  }

  /** True with the given probability, 0 to 1. Draws one number whatever the probability is. */
  chance(probability: number): boolean {
    return this.u32() / 0x1_0000_0000 < probability;
  }

  /** One of the items, which must not be empty. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.int(0, items.length - 1)];
    if (item === undefined) {
      throw new RangeError("There is nothing to pick from.");
    }
    return item;
  }

  /** The items in a random order, as a new array. */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled: T[] = [];
    for (const item of items) {
      const place = this.int(0, shuffled.length);
      const moved = shuffled[place];
      if (moved === undefined) {
        shuffled.push(item);
      } else {
        shuffled.push(moved);
        shuffled[place] = item;
      }
    }
    return shuffled;
  }

  /** That many lower-case hexadecimal digits, a multiple of eight. */
  hex(digits: number): string {
    let text = "";
    while (text.length < digits) {
      const number = this.u32();
      text +=
        byteText(number >>> 24) +
        byteText((number >>> 16) & 0xff) +
        byteText((number >>> 8) & 0xff) +
        byteText(number & 0xff);
    }
    return text;
  }

  /** A random GUID in lower case. */
  guid(): string {
    const hex = this.hex(32);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  /** A signed 32-bit number other than zero. */
  signed32(): number {
    return this.u32() | 0 || 1;
  }
}

function byteText(byte: number): string {
  return BYTES[byte] ?? "";
}
