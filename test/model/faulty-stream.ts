/** Corrupts a change stream like a network can: repeats or swaps whole events, splits chunks, cuts off the end. */
export class FaultyStream {
  readonly #random: () => number;
  readonly #onFault: (fault: string) => void;
  #rest = '';
  #before = '';

  constructor(random: () => number, onFault: (fault: string) => void) {
    this.#random = random;
    this.#onFault = onFault;
  }

  /** What is forwarded to the client; with `isCut`, nothing follows. */
  push(chunk: Buffer, isReliable: boolean): { bytes: Buffer[]; isCut: boolean } {
    const blocks = (this.#rest + chunk.toString()).split(/(?<=\n\n)/);
    this.#rest = blocks.at(-1)!.endsWith('\n\n') ? '' : blocks.pop()!;
    // The number of heartbeats depends on timing, which must not influence what happens to the events.
    const hasEvents = blocks.some((block) => !block.startsWith(':'));
    if (isReliable || !hasEvents) return { bytes: [Buffer.from(blocks.join(''))], isCut: false };
    const happens = (share: number, fault: string): boolean => {
      const isHit = this.#random() < share;
      if (isHit) this.#onFault(fault);
      return isHit;
    };
    // Both must be lost: given only the later event, the client could not know that there was an earlier one.
    if (blocks.length > 1 && happens(0.2, 'events swapped')) {
      blocks.splice(0, 2, blocks[1]!, blocks[0]!);
      return { bytes: [Buffer.from(blocks.join(''))], isCut: false };
    }
    if (this.#before && happens(0.08, 'event repeated')) blocks.unshift(this.#before);
    this.#before = blocks.at(-1) ?? this.#before;
    const bytes = Buffer.from(blocks.join(''));
    const middle = Math.floor(this.#random() * bytes.length);
    if (happens(0.03, 'stream cut')) return { bytes: [bytes.subarray(0, middle)], isCut: true };
    return { bytes: [bytes.subarray(0, middle), bytes.subarray(middle)].filter(({ length }) => length), isCut: false };
  }
}
