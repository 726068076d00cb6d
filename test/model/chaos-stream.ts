/** Disturbs a change stream like a network can: repeats or swaps events, splits them, and cuts the stream. */
export class ChangeFilter {
  readonly #random: () => number;
  readonly #note: (fault: string) => void;
  #rest = '';
  #before = '';

  constructor(random: () => number, note: (fault: string) => void) {
    this.#random = random;
    this.#note = note;
  }

  /** The bytes for the client. `isCut`: the last ones. */
  push(chunk: Buffer, isCalm: boolean): { bytes: Buffer[]; isCut: boolean } {
    const blocks = (this.#rest + chunk.toString()).split(/(?<=\n\n)/);
    this.#rest = blocks.at(-1)!.endsWith('\n\n') ? '' : blocks.pop()!;
    // The number of heartbeats depends on the time, and must not affect the faults.
    const isNews = blocks.some((block) => !block.startsWith(':'));
    if (isCalm || !isNews) return { bytes: [Buffer.from(blocks.join(''))], isCut: false };
    const at = (share: number, fault: string): boolean => {
      const happens = this.#random() < share;
      if (happens) this.#note(fault);
      return happens;
    };
    // Sent together: with the later one alone, the client could not know of the earlier one.
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
