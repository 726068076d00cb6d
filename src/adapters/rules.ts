/**
 * Decides what every adapter must allow and reject, as functions of the stored statuses. An adapter reads the statuses and
 * writes the result in one transaction.
 */
import { parseConversationRef, type ConversationRef, type SetResult } from '../model/entry.js';
import { PipelineError, invalid } from '../model/errors.js';
import { unreadableRecords } from '../model/reading.js';
import type { Unreadable, UnreadableRecords } from '../model/unreadable.js';
import { toStatus, type StatusRow } from '../model/reassignment.js';
import { idText, type Id } from '../model/id.js';
import { planRanks, type Placement } from '../model/rank.js';
import { MAX_BY_LENGTH, fieldsOf, parseId } from '../model/validate.js';
import { contentOf, sortedLive, type Status } from '../model/status.js';
import {
  MAX_STATUSES,
  nameKey,
  parseNewStatus,
  parseStatusPatch,
  patched,
  sameContent,
} from '../model/status-edits.js';

/** Every status that ever existed, by id. */
export type Rows = ReadonlyMap<Id, StatusRow>;

/** The statuses that are not deleted, in order. */
export function liveStatuses(rows: Rows): Status[] {
  return sortedLive(rows.values()).map(toStatus);
}

/** The status, which must not be deleted. Throws `not-found`, `status-deleted`. */
export function requireLiveStatus(rows: Rows, id: Id, field = 'id'): StatusRow {
  const row = rows.get(id);
  if (!row) throw new PipelineError('not-found', `${field}: there is no status "${id}".`, { field });
  if (row.deleted) {
    throw new PipelineError('status-deleted', `${field}: the status "${row.name}" was deleted.`, { field });
  }
  return row;
}

export function checkVersion(row: StatusRow, ifVersion: number): void {
  if (row.version === ifVersion) return;
  throw new PipelineError('conflict', `The status "${row.name}" has since been changed.`, { current: toStatus(row) });
}

/** Throws `invalid` if another status has the name. */
export function checkNameIsFree(rows: Rows, name: string, self: Id): void {
  const key = nameKey(name);
  for (const row of rows.values()) {
    if (row.id === self || row.deleted) continue;
    // Storage can be damaged: a record without a name must not make every write fail.
    if (typeof row.name !== 'string' || nameKey(row.name) !== key) continue;
    throw invalid('name', `there is already a status named "${row.name}".`);
  }
}

/** Throws `limit` if no status can be added. */
export function checkLimit(rows: Rows): void {
  if (liveStatuses(rows).length < MAX_STATUSES) return;
  throw new PipelineError('limit', `A pipeline has at most ${MAX_STATUSES} statuses.`, { count: MAX_STATUSES });
}

/** What creating a status writes; `existing` if the same status is already stored, because the call is repeated. */
export function planCreate(
  rows: Rows,
  input: unknown,
): { existing: StatusRow } | { row: StatusRow; moved: Placement[] } {
  const data = parseNewStatus(input);
  const stored = rows.get(data.id);
  if (stored) {
    requireLiveStatus(rows, data.id);
    if (sameContent(stored, data)) return { existing: stored };
    throw new PipelineError('conflict', `id: there is already a status "${data.id}".`, {
      field: 'id',
      current: toStatus(stored),
    });
  }
  checkNameIsFree(rows, data.name, data.id);
  checkLimit(rows);
  const placements = planRanks([...rows.values()], data.id, data.after);
  const rank = placements.find((placement) => placement.id === data.id)!.rank;
  return {
    row: { id: data.id, ...contentOf(data), rank, version: 0 },
    moved: placements.filter((placement) => placement.id !== data.id),
  };
}

/** The status with the patch applied, or the very same object when nothing changes. */
export function planUpdate(rows: Rows, id: Id, input: unknown, ifVersion: number): StatusRow {
  const patch = parseStatusPatch(input);
  const row = requireLiveStatus(rows, id);
  checkVersion(row, ifVersion);
  if (patch.name !== undefined) checkNameIsFree(rows, patch.name, id);
  const next = patched(row, patch);
  return sameContent(next, row) ? row : next;
}

/** The ranks that a move writes. */
export function planMove(rows: Rows, id: Id, after: Id | null): Placement[] {
  requireLiveStatus(rows, id);
  return planRanks([...rows.values()], id, after);
}

/** The status to delete, checked; `inUse` is how many conversations have it now. */
export function checkDelete(
  rows: Rows,
  id: Id,
  options: { ifVersion: number; moveTo?: Id | null },
  inUse: number,
): StatusRow {
  const row = requireLiveStatus(rows, id);
  checkVersion(row, options.ifVersion);
  if (options.moveTo === id) throw invalid('moveTo', 'must be another status than the deleted one.');
  if (options.moveTo != null) requireLiveStatus(rows, options.moveTo, 'moveTo');
  if (options.moveTo === undefined && inUse > 0) {
    throw new PipelineError(
      'in-use',
      `${inUse} conversations have the status "${row.name}": say where they go (moveTo).`,
      { count: inUse, field: 'moveTo' },
    );
  }
  return row;
}

/** The deleted status to restore, checked. Throws `not-found`, `invalid` (its name is taken now), `limit`. */
export function checkRestore(rows: Rows, id: Id): StatusRow {
  const row = rows.get(id);
  if (!row) throw new PipelineError('not-found', `id: there is no status "${id}".`, { field: 'id' });
  if (row.deleted) {
    checkNameIsFree(rows, row.name, id);
    checkLimit(rows);
  }
  return row;
}

/** What is known of a conversation besides its status. */
export interface ConversationFacts {
  contactId: Id | null;
  /** Whether the host said that it has no contact. */
  isUnlinked: boolean;
  /** 0 if unknown. */
  activityAt: number;
}

/** The facts after the host passed a conversation to `putConversations`: whatever it says is so. */
export function factsFromHost(ref: ConversationRef, known: ConversationFacts | undefined): ConversationFacts {
  const { contactId, isUnlinked, activityAt } = known ?? UNKNOWN_FACTS;
  return {
    ...(ref.contactId === undefined
      ? { contactId, isUnlinked }
      : { contactId: ref.contactId, isUnlinked: ref.contactId === null }),
    activityAt: ref.activityAt ?? activityAt,
  };
}

/** The facts after a conversation was passed to `setStatus`: a page, which may be old, only adds what is not known. */
export function factsFromPage(ref: ConversationRef, known: ConversationFacts | undefined): ConversationFacts {
  const { contactId, isUnlinked, activityAt } = known ?? UNKNOWN_FACTS;
  return {
    contactId: isUnlinked ? null : (contactId ?? ref.contactId ?? null),
    isUnlinked,
    activityAt: activityAt || (ref.activityAt ?? 0),
  };
}

const UNKNOWN_FACTS: ConversationFacts = { contactId: null, isUnlinked: false, activityAt: 0 };

/** The ids of what to forget, or of what was forgotten. */
export interface Forgotten {
  conversationIds: ReadonlySet<Id>;
  contactIds: ReadonlySet<Id>;
}

/** The ids of what to forget, checked. Throws `invalid`, also for another field: it could be a mistyped one. */
export function parseForgetQuery(query: unknown): Forgotten {
  const fields = fieldsOf(query, 'query');
  const known = ['conversationIds', 'contactIds'];
  const other = Object.keys(fields).find((field) => !known.includes(field));
  if (other !== undefined) throw invalid(other, 'is not known: use conversationIds and contactIds.');
  const [conversationIds, contactIds] = known.map((field) => {
    const ids = fields[field] ?? [];
    if (!Array.isArray(ids)) throw invalid(field, 'must be a list of ids.');
    return new Set(ids.map((id: unknown) => parseId(id, field)));
  });
  return { conversationIds: conversationIds!, contactIds: contactIds! };
}

/** What a repeated write rejects with when its result was erased: it must not bring back what was forgotten. */
export const forgottenError = (): PipelineError =>
  new PipelineError('not-found', 'This write was made before its conversation was forgotten, and is not repeated.');

/** Checks the conversations of `setStatus`, each by itself, also some at a time. */
export class RefCheck {
  readonly #refs: ConversationRef[] = [];
  readonly #rejected = new Map<number, SetResult>();
  #count = 0;

  add(conversations: readonly unknown[]): void {
    for (const conversation of conversations) {
      const index = this.#count++;
      try {
        this.#refs.push(parseConversationRef(conversation));
      } catch (thrown) {
        const conversationId = idText(
          (conversation as { conversationId?: unknown } | null | undefined)?.conversationId,
        );
        this.#rejected.set(index, { conversationId, ok: false, error: PipelineError.from(thrown) });
      }
    }
  }

  /**
   * `refs`: the valid ones. `complete` adds to their results, which are in their order, an `invalid` result for each of the
   * others. Throws `invalid` if none of them is valid.
   */
  end(): { refs: ConversationRef[]; complete(results: readonly SetResult[]): readonly SetResult[] } {
    const rejected = this.#rejected;
    const [first] = rejected.values();
    if (!this.#refs.length && first && !first.ok) throw first.error;
    const complete = (results: readonly SetResult[]): readonly SetResult[] => {
      let next = 0;
      if (!rejected.size) return results;
      return Array.from({ length: this.#count }, (_, index) => rejected.get(index) ?? results[next++]!);
    };
    return { refs: this.#refs, complete };
  }
}

/** Checks the conversations of `setStatus`, each by itself: see `RefCheck`. */
export function checkRefs(conversations: readonly unknown[]): ReturnType<RefCheck['end']> {
  const check = new RefCheck();
  check.add(conversations);
  return check.end();
}

/** What has been reported in the console. */
const reportedIds = new Set<string>();
const MAX_REPORTED_IDS = 20;

/**
 * Checks the ids of a lookup, each by itself: `ids` are the valid ones, without duplicates. The others are left out of the
 * answer, which is to carry `rejected` (`withUnreadable`), and reported once in the console. Throws `invalid` if none is valid.
 */
export function checkIds(
  given: readonly unknown[],
  field: 'conversationId' | 'contactId',
): { ids: Id[]; rejected: UnreadableRecords | undefined } {
  const ids = new Set<Id>();
  const rejected: Unreadable[] = [];
  for (const value of given) {
    try {
      ids.add(parseId(value, field));
    } catch (thrown) {
      const error = PipelineError.from(thrown);
      rejected.push({ id: idText(value), error });
      reportId(error.message);
    }
  }
  if (!ids.size && rejected[0]) throw rejected[0].error;
  return { ids: [...ids], rejected: unreadableRecords(rejected) };
}

function reportId(message: string): void {
  if (reportedIds.has(message) || reportedIds.size >= MAX_REPORTED_IDS) return;
  reportedIds.add(message);
  console.warn(`pipeline-elements: an id was left out of a lookup. ${message}`);
}

/** The name of an author, as histories show it: 1–256 characters without control characters. Throws `invalid`. */
export function parseUser(value: unknown, field: 'user' | 'by' = 'user'): string {
  if (typeof value !== 'string' || value === '' || value.length > MAX_BY_LENGTH || /[\p{Cc}\p{Cs}]/u.test(value)) {
    throw invalid(field, `must be a string of 1 to ${MAX_BY_LENGTH} characters without control characters.`);
  }
  return value;
}

const DEFAULT_UNDO_PERIOD = 30 * 24 * 60 * 60 * 1000;

/** How long a deleted status can be restored (milliseconds). Throws `invalid`. */
export function parseUndoPeriod(value: unknown): number {
  if (value === undefined) return DEFAULT_UNDO_PERIOD;
  if (typeof value === 'number' && value >= 0) return value;
  throw invalid('undoPeriodMs', 'must be a number of milliseconds, 0 or more, such as 86_400_000 for one day.');
}

/** Whether the status was deleted so long ago that the delete can no longer be undone. */
export const isExpired = (row: StatusRow, undoPeriodMs: number): boolean =>
  row.deleted === true && (row.deletedAt ?? 0) + undoPeriodMs <= Date.now();
