/** The statuses as the adapter confirmed them, including deleted ones, whose names may still be shown. */
import { isNewer } from '../model/changes.js';
import type { Id } from '../model/id.js';
import type { Status } from '../model/status.js';
import type { Clock } from './record-cache.js';

export class ConfirmedStatuses {
  readonly byId = new Map<Id, Status>();
  readonly #receivedAt = new Map<Id, number>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps a record unless it is stale. Returns whether it was kept. */
  receive(status: Status): boolean {
    if (!isNewer(status, this.byId.get(status.id))) return false;
    this.#keep(status);
    return true;
  }

  /** Marks a status as deleted; the adapter confirms a delete without sending a record. */
  markDeleted(id: Id): void {
    const status = this.byId.get(id);
    if (status && !status.deleted) this.#keep({ ...status, deleted: true });
  }

  /**
   * Replaces the statuses with a list that was requested at `requestedAt`, except for what was received since. Returns
   * whether the list must be loaded again: a status received since but missing from the list is either newer than the
   * list or the late answer to an older write.
   */
  replace(list: readonly Status[], requestedAt: number): boolean {
    const listed = new Set(list.map((status) => status.id));
    const isOlder = (id: Id): boolean => (this.#receivedAt.get(id) ?? 0) < requestedAt;
    let isInDoubt = false;
    for (const [id, status] of this.byId) {
      if (listed.has(id) || status.deleted) continue;
      if (isOlder(id)) this.byId.set(id, { ...status, deleted: true });
      else isInDoubt = true;
    }
    for (const status of list) {
      if (isOlder(status.id) || isNewer(status, this.byId.get(status.id))) this.byId.set(status.id, status);
    }
    return isInDoubt;
  }

  #keep(status: Status): void {
    this.byId.set(status.id, status);
    this.#receivedAt.set(status.id, this.#clock.tick());
  }
}
