/** Pending mutations as pure data: how they change what is shown, and which must wait for which. */
import type { CallWait } from '../adapters/adapter.js';
import type { ConversationRef, SetResult } from '../model/entry.js';
import { PipelineError } from '../model/errors.js';
import type { Id } from '../model/id.js';
import { planRanks } from '../model/rank.js';
import { contentOf, sortedLive, type CheckedStatusPatch, type Status, type StatusContent } from '../model/status.js';
import { patched } from '../model/status-edits.js';

/** What a mutation does. */
export type Intent =
  | ({ kind: 'create'; id: Id; after?: Id | null } & StatusContent)
  | { kind: 'update'; id: Id; patch: CheckedStatusPatch; base: Status }
  | { kind: 'move'; id: Id; after: Id | null }
  | { kind: 'delete'; id: Id; moveTo?: Id | null; base: Status }
  | { kind: 'restore'; id: Id }
  | { kind: 'forget'; conversationIds: readonly Id[]; contactIds: readonly Id[] }
  | { kind: 'set'; conversations: readonly ConversationRef[]; statusId: Id | null; ifVersion?: number };

/** A write that the adapter has not confirmed yet. */
export interface Mutation {
  readonly opId: string;
  readonly intent: Intent;
  /** The session in which it was made, where the adapter has sessions. */
  readonly session: string | undefined;
  isSent: boolean;
  /** `set`: whether an earlier page made it; the adapter has kept it, and nobody waits for its result. */
  readonly isRestored?: true;
  /** `set`: whether it has been pending for so long that it is shown. */
  isSlow: boolean;
  /** What the adapter waits for before it can go on. */
  wait: CallWait | undefined;
  /** `set`: the conversations that it still sets; a later pick takes over its own until this one is sent. */
  conversations: Map<Id, ConversationRef>;
  /** `set`: the results of conversations that a later pick took over. */
  superseded: SetResult[];
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

/** The confirmed statuses with the pending mutations applied: the live ones, in order. */
export function applyToStatuses(confirmed: ReadonlyMap<Id, Status>, mutations: Iterable<Mutation>): Status[] {
  const statuses = new Map(confirmed);
  const move = (id: Id, after: Id | null | undefined): void => {
    // `after` is not known here (yet): the adapter decides.
    if (after != null && !statuses.has(after)) {
      if (statuses.get(id)!.rank) return;
      after = undefined;
    }
    for (const placed of planRanks([...statuses.values()], id, after)) {
      statuses.set(placed.id, { ...statuses.get(placed.id)!, rank: placed.rank });
    }
  };
  for (const { intent } of mutations) {
    if (intent.kind === 'set' || intent.kind === 'forget') continue;
    const status = statuses.get(intent.id);
    if (intent.kind === 'create' && !status) {
      statuses.set(intent.id, { id: intent.id, ...contentOf(intent), rank: '', version: 0 });
      move(intent.id, intent.after);
    }
    if (!status || status.deleted) continue;
    if (intent.kind === 'update') statuses.set(status.id, patched(status, intent.patch));
    if (intent.kind === 'delete') statuses.set(status.id, { ...status, deleted: true });
    if (intent.kind === 'move') move(status.id, intent.after);
  }
  return sortedLive(statuses.values());
}

/** The confirmed status of a conversation with the pending mutations applied. */
export function applyToEntry(
  confirmed: Id | null,
  conversationId: Id,
  mutations: Iterable<Mutation>,
): { statusId: Id | null; pending: boolean } {
  let statusId = confirmed;
  let pending = false;
  for (const { intent, conversations } of mutations) {
    if (intent.kind === 'set' && conversations.has(conversationId)) {
      statusId = intent.statusId;
      pending = true;
    } else if (intent.kind === 'delete' && intent.id === statusId) {
      statusId = intent.moveTo ?? null;
    } else if (intent.kind === 'forget' && intent.conversationIds.includes(conversationId)) {
      statusId = null;
      pending = true;
    }
  }
  return { statusId, pending };
}

/**
 * Whether `later` must wait for `earlier`: the same conversation, the list of statuses, or a status not created yet. Picks
 * and `forget` wait for each other, because the conversations of a contact are not known here.
 */
export function mustWait(later: Mutation, earlier: Mutation): boolean {
  if (later.intent.kind === 'forget') return earlier.intent.kind === 'set' || earlier.intent.kind === 'forget';
  if (earlier.intent.kind === 'forget') return later.intent.kind === 'set';
  if (later.intent.kind !== 'set') return earlier.intent.kind !== 'set';
  if (earlier.intent.kind === 'set') {
    for (const id of later.conversations.keys()) if (earlier.conversations.has(id)) return true;
    return false;
  }
  const { kind, id } = earlier.intent;
  return (kind === 'create' || kind === 'restore') && id === later.intent.statusId;
}

/** Takes the conversations of `later` out of a pick that has not been sent. Returns whether the pick has none left. */
export function supersede(earlier: Mutation, later: Mutation): boolean {
  if (earlier.isSent || earlier.intent.kind !== 'set' || later.intent.kind !== 'set') return false;
  for (const conversationId of later.conversations.keys()) {
    if (!earlier.conversations.delete(conversationId)) continue;
    const error = new PipelineError('aborted', 'Superseded by a later pick.');
    earlier.superseded.push({ conversationId, ok: false, error });
  }
  return earlier.conversations.size === 0;
}
