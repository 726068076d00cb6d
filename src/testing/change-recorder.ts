/** Records the changes that an adapter delivers, and waits for expected ones. */
import type { Change } from '../model/changes.js';
import type { CaseContext, With } from './case-context.js';

/** Subscribes to one adapter and keeps the changes that it receives. */
export class ChangeRecorder {
  readonly received: Change[] = [];
  readonly stop: () => void;
  readonly #context: Pick<CaseContext, 'until'>;

  constructor(context: Pick<CaseContext, 'until'>, adapter: With<'subscribe'>, since?: string) {
    this.#context = context;
    const listener = (change: Change): void => void this.received.push(change);
    this.stop = adapter.subscribe(listener, since === undefined ? {} : { since });
  }

  /** A recorder that misses nothing, however late the subscription starts. */
  static async open(context: Pick<CaseContext, 'until'>, adapter: With<'subscribe'>): Promise<ChangeRecorder> {
    return new ChangeRecorder(context, adapter, (await adapter.listStatuses()).seq);
  }

  /** Runs `act`, then waits for a change that `wanted` accepts, or for a `reset`, which replaces any change. */
  async receivesAfter(act: () => Promise<unknown>, wanted: (change: Change) => boolean, rule: string): Promise<Change> {
    const mark = this.received.length;
    await act();
    return this.receivesSince(mark, wanted, rule);
  }

  async receivesSince(mark: number, wanted: (change: Change) => boolean, rule: string): Promise<Change> {
    const find = (): Change | undefined =>
      this.received.slice(mark).find((change) => change.kind === 'reset' || wanted(change));
    await this.#context.until(
      () => find() !== undefined,
      rule,
      () => this.received.slice(mark),
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
