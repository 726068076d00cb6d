/** Spoils a change stream as a network can: whole events repeated or swapped, pieces split, the end cut off. */
export class ChangeFilter {
  readonly #random: () => number;
  readonly #note: (fault: string) => void;
  #rest = '';
  #before = '';

  constructor(random: () => number, note: (fault: string) => void) {
    this.#random = random;
    this.#note = note;
  }

  /** What goes on to the client; `isCut`: nothing more does. */
  push(chunk: Buffer, isCalm: boolean): { bytes: Buffer[]; isCut: boolean } {
    const blocks = (this.#rest + chunk.toString()).split(/(?<=\n\n)/);
    this.#rest = blocks.at(-1)!.endsWith('\n\n') ? '' : blocks.pop()!;
    // How many heartbeats come is a matter of time: what becomes of the events must not depend on them.
    const isNews = blocks.some((block) => !block.startsWith(':'));
    if (isCalm || !isNews) return { bytes: [Buffer.from(blocks.join(''))], isCut: false };
    const at = (share: number, fault: string): boolean => {
      const happens = this.#random() < share;
      if (happens) this.#note(fault);
      return happens;
    };
    // Whole: with the later one alone, the client could not know that there was an earlier one.
    if (blocks.length > 1 && at(0.2, 'events swapped')) {
      blocks.splice(0, 2, blocks[1]!, blocks[0]!);
      return { bytes: [Buffer.from(blocks.join(''))], isCut: false };
    }
    if (this.#before && at(0.08, 'event repeated')) blocks.unshift(this.#before);
    this.#before = blocks.at(-1) ?? this.#before;
    const bytes = Buffer.from(blocks.join(''));
    const middle = Math.floor(this.#random() * bytes.length);
    if (at(0.03, 'stream cut')) return { bytes: [bytes.subarray(0, middle)], isCut: true };
    return { bytes: [bytes.subarray(0, middle), bytes.subarray(middle)].filter(({ length }) => length), isCut: false };
  }
}
