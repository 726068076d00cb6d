/** A pipeline as plain lists, and random operations on it, to compare adapters with. */
import type { PipelineAdapter } from '../adapters/adapter.js';
import type { Id } from '../model/id.js';
import { COLOR, currentStatus, refs, rejectsSetStatus } from './actions.js';
import { equal, rejects } from './check.js';

/** Numbers from 0 to below 1, always the same for one seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface PlainStatus {
  id: Id;
  name: string;
}

export const CONVERSATIONS: readonly Id[] = Array.from({ length: 12 }, (_, n) => `c${n}`);

/** Every contact has three of the conversations. */
export const contactOf = (conversationId: Id): Id => `p${Number(conversationId.slice(1)) % 4}`;

/**
 * A pipeline as plain lists. Each random step does the same to the adapter and to the lists. It is simpler than any
 * adapter on purpose, because adapters are compared with it.
 */
export class PlainModel {
  /** In order. */
  readonly statuses: PlainStatus[] = [];
  /** With the conversations that had the status and were not set since; the oldest delete first. */
  readonly deleted: { status: PlainStatus; had: Set<Id> }[] = [];
  /** The known conversations. */
  readonly held = new Map<Id, Id | null>();
  readonly #random: () => number;
  #made = 0;

  constructor(seed: number) {
    this.#random = randomNumbers(seed);
  }

  /** Does one step; resolves to what it was. */
  async step(adapter: PipelineAdapter): Promise<string> {
    if (!this.statuses.length) return this.#create(adapter);
    const steps: [number, () => Promise<string>][] = [
      [this.statuses.length < 6 ? 3 : 1, () => this.#create(adapter)],
      [2, () => this.#rename(adapter)],
      [3, () => this.#move(adapter)],
      [2, () => this.#delete(adapter)],
      [adapter.restoreStatus ? 2 : 0, () => this.#restore(adapter)],
      [8, () => this.#pick(adapter)],
      [2, () => this.#rejected(adapter)],
    ];
    let left = this.#random() * steps.reduce((sum, [weight]) => sum + weight, 0);
    const [, chosen] = steps.find(([weight]) => (left -= weight) < 0) ?? steps[0]!;
    return chosen();
  }

  having(statusId: Id | null): Id[] {
    return [...this.held].filter(([, held]) => held === statusId).map(([id]) => id);
  }

  async #create(adapter: PipelineAdapter): Promise<string> {
    const status = { id: `s${this.#made}`, name: `Status ${this.#made++}` };
    const after = this.#one([undefined, null, ...this.statuses.map((each) => each.id)]);
    await adapter.createStatus({ ...status, color: COLOR, ...(after !== undefined && { after }) });
    this.#insert(status, after === undefined ? this.statuses.at(-1)?.id : after);
    return `create ${status.id} after ${after}`;
  }

  async #rename(adapter: PipelineAdapter): Promise<string> {
    const status = this.#one(this.statuses);
    const name = `Status ${this.#made++}`;
    await adapter.updateStatus(status.id, { name }, { ifVersion: (await currentStatus(adapter, status.id)).version });
    status.name = name;
    return `rename ${status.id}`;
  }

  async #move(adapter: PipelineAdapter): Promise<string> {
    const status = this.#one(this.statuses);
    const after = this.#one([null, ...this.statuses.map((each) => each.id)]);
    await adapter.moveStatus(status.id, after);
    if (after !== status.id) {
      this.statuses.splice(this.statuses.indexOf(status), 1);
      this.#insert(status, after);
    }
    return `move ${status.id} after ${after}`;
  }

  async #delete(adapter: PipelineAdapter): Promise<string> {
    const status = this.#one(this.statuses);
    const had = this.having(status.id);
    const heirs = this.statuses.filter((each) => each !== status).map((each) => each.id);
    const moveTo = this.#one(had.length ? [null, ...heirs] : [undefined, null, ...heirs]);
    const { version: ifVersion } = await currentStatus(adapter, status.id);
    const { moved } = await adapter.deleteStatus(status.id, { ifVersion, ...(moveTo !== undefined && { moveTo }) });
    equal(moved, had.length, 'deleteStatus must tell how many conversations it moved.');
    this.statuses.splice(this.statuses.indexOf(status), 1);
    this.deleted.push({ status, had: new Set(had) });
    for (const id of had) this.held.set(id, moveTo ?? null);
    return `delete ${status.id}, moveTo ${moveTo}`;
  }

  async #restore(adapter: PipelineAdapter): Promise<string> {
    // Where two deletes moved the same conversation, only the later one is undone: the contract says no more.
    const clear = this.deleted.filter(
      ({ had }, n) => !this.deleted.slice(n + 1).some((later) => [...later.had].some((id) => had.has(id))),
    );
    if (!clear.length) return 'nothing to restore';
    const tombstone = this.#one(clear);
    const { status, had } = tombstone;
    const { restored } = await adapter.restoreStatus!(status.id);
    equal(restored, had.size, 'restoreStatus must return how many conversations it restored.');
    this.deleted.splice(this.deleted.indexOf(tombstone), 1);
    for (const id of had) this.held.set(id, status.id);
    // Its neighbors may have moved: any place is right as long as the others keep theirs.
    const order = (await adapter.listStatuses()).items.map((each) => each.id);
    const place = order.indexOf(status.id);
    this.#insert(status, place > 0 ? order[place - 1] : null);
    return `restore ${status.id}`;
  }

  async #pick(adapter: PipelineAdapter): Promise<string> {
    const to = this.#one([null, ...this.statuses.map((each) => each.id)]);
    const ids = [...new Set([this.#one(CONVERSATIONS), this.#one(CONVERSATIONS), this.#one(CONVERSATIONS)])];
    // If a conversation is set to the status that it inherited, the contract leaves open whether a restore takes it back.
    const picked = ids.filter((id) => this.held.get(id) !== to || !this.deleted.some(({ had }) => had.has(id)));
    const results = await adapter.setStatus(
      picked.map((conversationId) => ({ conversationId, contactId: contactOf(conversationId) })),
      to,
    );
    equal(
      results.map((result) => [result.conversationId, result.ok]),
      picked.map((id) => [id, true]),
      'setStatus must succeed for each.',
    );
    for (const id of picked) {
      this.held.set(id, to);
      for (const { had } of this.deleted) had.delete(id);
    }
    return `give ${picked.join(' ')} the status ${to}`;
  }

  async #rejected(adapter: PipelineAdapter): Promise<string> {
    const status = this.#one(this.statuses);
    const { version } = await currentStatus(adapter, status.id);
    const conversations = refs([this.#one(CONVERSATIONS)]);
    const gone = this.deleted.at(-1)?.status.id;
    const tries: Record<string, () => Promise<unknown>> = {
      'rename with a wrong version': () =>
        rejects(
          adapter.updateStatus(status.id, { name: 'X' }, { ifVersion: version + 1 }),
          'conflict',
          'A wrong version must be rejected.',
        ),
      'create with a taken name': () =>
        rejects(
          adapter.createStatus({ id: 'x', name: status.name, color: COLOR }),
          'invalid',
          'A taken name must be rejected.',
        ),
      'move after an unknown status': () =>
        rejects(adapter.moveStatus(status.id, 'nowhere'), 'not-found', 'An unknown place must be rejected.'),
      'give a status that was deleted': () =>
        gone === undefined
          ? Promise.resolve()
          : rejectsSetStatus(
              adapter.setStatus(conversations, gone),
              'status-deleted',
              'A deleted status must be rejected.',
            ),
      'delete what is in use': () =>
        this.having(status.id).length
          ? rejects(
              adapter.deleteStatus(status.id, { ifVersion: version }),
              'in-use',
              'A status in use must be rejected.',
            )
          : Promise.resolve(),
    };
    const what = this.#one(Object.keys(tries));
    await tries[what]!();
    return `try to ${what} (${status.id})`;
  }

  #insert(status: PlainStatus, after: Id | null | undefined): void {
    const index = after == null ? 0 : this.statuses.findIndex((each) => each.id === after) + 1;
    this.statuses.splice(index, 0, status);
  }

  #one<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#random() * choices.length)]!;
  }
}
