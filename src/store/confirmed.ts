import { isNewer } from '../model/changes.js';
import type { Id } from '../model/id.js';
import type { Status } from '../model/status.js';
import type { Ticks } from './reads.js';

/** The statuses as the adapter confirmed them, deleted ones included: their names are still wanted where they show. */
export class ConfirmedStatuses {
  readonly rows = new Map<Id, Status>();
  readonly #heardAt = new Map<Id, number>();
  readonly #ticks: Ticks;

  constructor(ticks: Ticks) {
    this.#ticks = ticks;
  }

  /** Keeps a record unless it is old news. Returns whether it was kept. */
  hear(status: Status): boolean {
    if (!isNewer(status, this.rows.get(status.id))) return false;
    this.rows.set(status.id, status);
    this.#heardAt.set(status.id, this.#ticks.next());
    return true;
  }

  /** A delete of our own, confirmed without a record. */
  markDeleted(id: Id): void {
    const held = this.rows.get(id);
    if (!held || held.deleted) return;
    this.rows.set(id, { ...held, deleted: true });
    this.#heardAt.set(id, this.#ticks.next());
  }

  /**
   * Takes over a list that was asked for at `askedAt`; what was heard while it was on its way stays. Returns whether that
   * leaves a doubt: a status that is not in the list may be newer than the list, or the late answer of an older write.
   */
  replace(list: readonly Status[], askedAt: number): boolean {
    const listed = new Set(list.map((status) => status.id));
    const isOld = (id: Id): boolean => (this.#heardAt.get(id) ?? 0) < askedAt;
    let isInDoubt = false;
    for (const [id, held] of this.rows) {
      if (listed.has(id) || held.deleted) continue;
      if (isOld(id)) this.rows.set(id, { ...held, deleted: true });
      else isInDoubt = true;
    }
    for (const status of list) {
      if (isOld(status.id) || isNewer(status, this.rows.get(status.id))) this.rows.set(status.id, status);
    }
    return isInDoubt;
  }
}
