/** Cases about a copy of the pipeline that is kept up to date by the changes alone. */
import { isNewer, type Change } from '../../model/changes.js';
import type { Entry } from '../../model/entry.js';
import type { Id } from '../../model/id.js';
import { compareStatuses, type Status } from '../../model/status.js';
import { COLOR, setStatusOf, listed, createStatuses, remove } from '../actions.js';
import type { CaseContext, Topic, With } from '../case-context.js';
import { BrokenRule, sameValue } from '../check.js';
import { CONVERSATIONS, PlainModel } from '../plain-model.js';

/**
 * Keeps a copy of an adapter's data as an element does: reads once, then believes the changes. Whatever an adapter
 * forgets to announce, or announces under an old version, stays wrong here.
 */
export class Follower {
  readonly #adapter: With<'subscribe'>;
  #statuses = new Map<Id, Status>();
  #entries = new Map<Id, Entry>();
  #seq = '';
  #stop = (): void => {};

  private constructor(adapter: With<'subscribe'>) {
    this.#adapter = adapter;
  }

  static async start(adapter: With<'subscribe'>): Promise<Follower> {
    const follower = new Follower(adapter);
    await follower.#read();
    follower.resume();
    return follower;
  }

  resume(): void {
    this.#stop = this.#adapter.subscribe((change) => this.#take(change), { since: this.#seq });
  }

  pause(): void {
    this.#stop();
  }

  /** Waits until the copy equals what can be read from `truth`. */
  async agreesWith(truth: With<'subscribe'>, { until }: Pick<CaseContext, 'until'>, rule: string): Promise<void> {
    let views: unknown;
    const agrees = async (): Promise<boolean> => {
      const read = { statuses: await listed(truth), entries: heldBy(await truth.getEntries(CONVERSATIONS)) };
      const followed = { statuses: this.#live(), entries: heldBy(this.#entries) };
      views = { followed, read };
      return sameValue(followed, read);
    };
    await until(agrees, rule, () => views);
  }

  async #read(): Promise<void> {
    const { items, seq } = await this.#adapter.listStatuses();
    for (const status of items) this.#takeStatus(status);
    const kept = new Set(items.map((status) => status.id));
    for (const [id, held] of this.#statuses) if (!kept.has(id)) this.#statuses.set(id, { ...held, deleted: true });
    for (const entry of (await this.#adapter.getEntries(CONVERSATIONS)).values()) this.#takeEntry(entry);
    this.#seq = seq;
  }

  #take(change: Change): void {
    this.#seq = change.seq;
    if (change.kind === 'status') this.#takeStatus(change.status);
    else if (change.kind === 'entry') this.#takeEntry(change.entry);
    // The case may be over by now. If it is not, an outdated copy fails `agreesWith`.
    else this.#read().catch(() => undefined);
  }

  #takeStatus(status: Status): void {
    if (isNewer(status, this.#statuses.get(status.id))) this.#statuses.set(status.id, status);
  }

  #takeEntry(entry: Entry): void {
    if (isNewer(entry, this.#entries.get(entry.conversationId))) this.#entries.set(entry.conversationId, entry);
  }

  #live(): Status[] {
    return [...this.#statuses.values()].filter((status) => !status.deleted).sort(compareStatuses);
  }
}

/** The statuses of conversations. An entry without a status and no entry are the same. */
const heldBy = (entries: ReadonlyMap<Id, Entry>): (Id | null)[] =>
  CONVERSATIONS.map((id) => entries.get(id)?.statusId ?? null);

const RULE = 'Whoever reads once and then believes the changes must end with what can be read (higher versions win).';

export const followingTopic: Topic = (it) => {
  it('one write of each kind', ['subscribe'], async (context) => {
    const { adapter } = context;
    const follower = await Follower.start(adapter);
    const [a] = await createStatuses(adapter, 'A', 'B', 'C');
    await adapter.updateStatus('a', { name: 'Renamed', color: '#fb0547' }, { ifVersion: a.version });
    await adapter.moveStatus('c', null);
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    await setStatusOf(adapter, 'b', 'c3');
    await setStatusOf(adapter, null, 'c2');
    await follower.agreesWith(adapter, context, RULE);
    await remove(adapter, 'a', 'b');
    await follower.agreesWith(adapter, context, RULE);
  });

  it('deletes and restores in a chain', ['subscribe', 'restoreStatus'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A', 'B', 'C');
    await setStatusOf(adapter, 'a', 'c1', 'c2', 'c3');
    await setStatusOf(adapter, 'b', 'c4');
    const follower = await Follower.start(adapter);
    await remove(adapter, 'a', 'b');
    await setStatusOf(adapter, 'c', 'c2');
    await remove(adapter, 'b', null);
    await follower.agreesWith(adapter, context, RULE);
    await adapter.restoreStatus('b');
    await follower.agreesWith(adapter, context, RULE);
    await adapter.restoreStatus('a');
    await follower.agreesWith(adapter, context, RULE);
  });

  it('so many moves that all ranks are rewritten', ['subscribe'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A', 'B', 'C', 'D', 'E');
    const follower = await Follower.start(adapter);
    for (let n = 0; n < 70; n++) await adapter.moveStatus(n % 2 ? 'c' : 'd', 'a');
    await adapter.createStatus({ id: 'new', name: 'New', color: COLOR, after: 'a' });
    await follower.agreesWith(adapter, context, `${RULE} Every status whose rank changes must be announced.`);
  });

  it('random operations, seed 5', ['subscribe'], async (context) => {
    const { adapter } = context;
    const follower = await Follower.start(adapter);
    const model = new PlainModel(5);
    const trail: string[] = [];
    for (let round = 0; round < 5; round++) {
      for (let n = 0; n < 10; n++) trail.push(await model.step(adapter));
      await follower.agreesWith(adapter, context, `${RULE} Seed 5, the last steps: ${trail.slice(-10).join('; ')}.`);
    }
  });

  it('with interruptions, seed 6', ['subscribe'], async (context) => {
    const { adapter } = context;
    const follower = await Follower.start(adapter);
    const model = new PlainModel(6);
    for (let round = 0; round < 4; round++) {
      for (let n = 0; n < 6; n++) await model.step(adapter);
      follower.pause();
      for (let n = 0; n < 6; n++) await model.step(adapter);
      follower.resume();
      await follower.agreesWith(
        adapter,
        context,
        `${RULE} An interruption must lose nothing: resumed by the last seq. Seed 6.`,
      );
    }
  });

  it('a second subscriber that started later agrees', ['subscribe'], async (context) => {
    const { adapter } = context;
    const early = await Follower.start(adapter);
    const model = new PlainModel(7);
    for (let n = 0; n < 25; n++) await model.step(adapter);
    const late = await Follower.start(adapter);
    for (let n = 0; n < 25; n++) await model.step(adapter);
    if (!model.statuses.length)
      throw new BrokenRule('The random steps of seed 7 end with statuses.', 'some', model.statuses);
    await early.agreesWith(adapter, context, RULE);
    await late.agreesWith(adapter, context, RULE);
  });
};
