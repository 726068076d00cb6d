import type { Change } from '../../model/changes.js';

/** Changes kept for who comes later. */
export const MAX_RECENT = 500;

const isNumber = (seq: string): boolean => /^\d{1,15}$/.test(seq);

/** The newest changes and the place before the first of them. Places are opaque; where they are numbers, that helps. */
export class RecentChanges {
  #start: string | undefined;
  readonly #changes: Change[] = [];

  /** The place up to which everything was heard; `undefined` while that is unknown. */
  get position(): string | undefined {
    return (this.#changes.at(-1)?.seq ?? this.#start) || undefined;
  }

  /** Nothing was heard yet of what comes after `start`. */
  begin(start: string | undefined): void {
    this.#start = start;
    this.#changes.length = 0;
  }

  push(change: Change): void {
    this.#changes.push(change);
    if (this.#changes.length > MAX_RECENT) this.#start = this.#changes.shift()!.seq;
  }

  /** What came after `since`; `undefined` when that cannot be told. */
  after(since: string): Change[] | undefined {
    const { position } = this;
    if (position === undefined || !since) return undefined;
    const index = this.#changes.findLastIndex((change) => change.seq === since);
    if (index >= 0 || since === this.#start) return this.#changes.slice(index + 1);
    if (!isNumber(since) || !isNumber(position)) return undefined;
    const start = this.#start;
    if (start === undefined || !isNumber(start) || Number(since) < Number(start)) return undefined;
    // None for one that is ahead: it will hear some things twice, which their versions tell.
    return this.#changes.filter((change) => Number(change.seq) > Number(since));
  }
}
