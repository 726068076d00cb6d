import type { ConversationRef, SetResult } from '../model/entry.js';
import type { Id } from '../model/id.js';
import { planRanks } from '../model/rank.js';
import {
  contentOf,
  patched,
  sortedLive,
  type CheckedStatusPatch,
  type Status,
  type StatusContent,
} from '../model/status.js';

/** A write that the adapter has not confirmed yet. What is shown is the confirmed state with these applied in order. */
export type Intent =
  | ({ kind: 'create'; id: Id; after?: Id | null } & StatusContent)
  | { kind: 'update'; id: Id; patch: CheckedStatusPatch; base: Status }
  | { kind: 'move'; id: Id; after: Id | null }
  | { kind: 'delete'; id: Id; moveTo?: Id | null; base: Status }
  | { kind: 'restore'; id: Id }
  | { kind: 'set'; conversations: readonly ConversationRef[]; statusId: Id | null; ifVersion?: number };

export interface Operation {
  readonly opId: string;
  readonly intent: Intent;
  /** Whose session it was made in, where the adapter tells. */
  readonly session: string | undefined;
  sent: boolean;
  /** `set`: the conversations it still speaks for; a later pick takes its own out before they are sent. */
  conversations: Map<Id, ConversationRef>;
  settle: { resolve(value: unknown): void; reject(reason: unknown): void };
  /** `set`: results of conversations taken over by a later pick. */
  superseded: SetResult[];
}

/** Whether `later` must wait for `earlier`: the same conversation, the same list, or a status that is still being made. */
export function mustWait(later: Operation, earlier: Operation): boolean {
  if (later.intent.kind !== 'set') return earlier.intent.kind !== 'set';
  if (earlier.intent.kind === 'set') {
    for (const id of later.conversations.keys()) if (earlier.conversations.has(id)) return true;
    return false;
  }
  const { kind, id } = earlier.intent;
  return (kind === 'create' || kind === 'restore') && id === later.intent.statusId;
}

/** The confirmed statuses with the pending operations applied, live ones only, in order. */
export function foldStatuses(confirmed: ReadonlyMap<Id, Status>, operations: Iterable<Operation>): Status[] {
  const rows = new Map(confirmed);
  const reorder = (id: Id, after: Id | null | undefined): void => {
    // The anchor is not known here (yet): the adapter will say what to make of it.
    if (after != null && !rows.has(after)) {
      if (rows.get(id)!.rank) return;
      after = undefined;
    }
    for (const placed of planRanks([...rows.values()], id, after)) {
      rows.set(placed.id, { ...rows.get(placed.id)!, rank: placed.rank });
    }
  };
  for (const { intent } of operations) {
    if (intent.kind === 'set') continue;
    const row = rows.get(intent.id);
    if (intent.kind === 'create' && !row) {
      rows.set(intent.id, { id: intent.id, ...contentOf(intent), rank: '', version: 0 });
      reorder(intent.id, intent.after);
    }
    if (!row || row.deleted) continue;
    if (intent.kind === 'update') rows.set(row.id, patched(row, intent.patch));
    if (intent.kind === 'delete') rows.set(row.id, { ...row, deleted: true });
    if (intent.kind === 'move') reorder(row.id, intent.after);
  }
  return sortedLive(rows.values());
}

/** One conversation's confirmed status with the pending operations applied. */
export function foldEntry(
  confirmed: Id | null,
  conversationId: Id,
  operations: Iterable<Operation>,
): { statusId: Id | null; pending: boolean } {
  let statusId = confirmed;
  let pending = false;
  for (const operation of operations) {
    const { intent } = operation;
    if (intent.kind === 'set' && operation.conversations.has(conversationId)) {
      statusId = intent.statusId;
      pending = true;
    } else if (intent.kind === 'delete' && intent.id === statusId) {
      statusId = intent.moveTo ?? null;
    }
  }
  return { statusId, pending };
}
