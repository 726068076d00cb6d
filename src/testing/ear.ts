import type { Change } from '../model/changes.js';
import type { Bench, With } from './bench.js';

/** Listens to one adapter and keeps what it heard. */
export class Ear {
  readonly heard: Change[] = [];
  readonly stop: () => void;
  readonly #bench: Pick<Bench, 'until'>;

  constructor(bench: Pick<Bench, 'until'>, adapter: With<'subscribe'>, since?: string) {
    this.#bench = bench;
    const listener = (change: Change): void => void this.heard.push(change);
    this.stop = adapter.subscribe(listener, since === undefined ? {} : { since });
  }

  /** An ear that misses nothing, however late the subscription starts to flow. */
  static async open(bench: Pick<Bench, 'until'>, adapter: With<'subscribe'>): Promise<Ear> {
    return new Ear(bench, adapter, (await adapter.listStatuses()).seq);
  }

  /** Acts, and waits for a change that `wanted` accepts, or for a `reset`, which stands for any change. */
  async hears(act: () => Promise<unknown>, wanted: (change: Change) => boolean, rule: string): Promise<Change> {
    const mark = this.heard.length;
    await act();
    return this.heardSince(mark, wanted, rule);
  }

  async heardSince(mark: number, wanted: (change: Change) => boolean, rule: string): Promise<Change> {
    const find = (): Change | undefined =>
      this.heard.slice(mark).find((change) => change.kind === 'reset' || wanted(change));
    await this.#bench.until(
      () => find() !== undefined,
      rule,
      () => this.heard.slice(mark),
    );
    return find()!;
  }
}

export const ofStatus =
  (id: string, more: (status: Extract<Change, { kind: 'status' }>['status']) => boolean = () => true) =>
  (change: Change): boolean =>
    change.kind === 'status' && change.status.id === id && more(change.status);

export const ofEntry =
  (id: string, statusId: string | null) =>
  (change: Change): boolean =>
    change.kind === 'entry' && change.entry.conversationId === id && change.entry.statusId === statusId;
