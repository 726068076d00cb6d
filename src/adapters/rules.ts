/**
 * Decides what every adapter must allow and reject, as functions of the stored statuses. An adapter reads the statuses and
 * writes the result in one transaction.
 */
import { parseConversationRef, type ConversationRef, type SetResult } from '../model/entry.js';
import { PipelineError, invalid } from '../model/errors.js';
import { unreadableRecords } from '../model/reading.js';
import type { Unreadable, UnreadableRecords } from '../model/unreadable.js';
import { toStatus, type StatusRow } from '../model/reassignment.js';
import type { Id } from '../model/id.js';
import { planRanks, type Placement } from '../model/rank.js';
import { MAX_BY_LENGTH, idText, parseId } from '../model/validate.js';
import {
  MAX_STATUSES,
  contentOf,
  nameKey,
  parseNewStatus,
  parseStatusPatch,
  patched,
  sameContent,
  sortedLive,
  type Status,
} from '../model/status.js';

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

function checkNameIsFree(rows: Rows, name: string, self: Id): void {
  const key = nameKey(name);
  for (const row of rows.values()) {
    if (row.id === self || row.deleted) continue;
    // Storage can be damaged: a record without a name must not make every write fail.
    if (typeof row.name !== 'string' || nameKey(row.name) !== key) continue;
    throw invalid('name', `there is already a status named "${row.name}".`);
  }
}

function checkLimit(rows: Rows): void {
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

/**
 * Checks the conversations of `setStatus`, each by itself: `refs` are the valid ones. `complete` adds to their results, which
 * are in their order, an `invalid` result for each of the others. Throws `invalid` if none of them is valid.
 */
export function checkRefs(conversations: readonly unknown[]): {
  refs: ConversationRef[];
  complete(results: readonly SetResult[]): readonly SetResult[];
} {
  const refs: ConversationRef[] = [];
  const rejected = new Map<number, SetResult>();
  conversations.forEach((conversation, index) => {
    try {
      refs.push(parseConversationRef(conversation));
    } catch (thrown) {
      const conversationId = idText((conversation as { conversationId?: unknown } | null | undefined)?.conversationId);
      rejected.set(index, { conversationId, ok: false, error: PipelineError.from(thrown) });
    }
  });
  const [first] = rejected.values();
  if (!refs.length && first && !first.ok) throw first.error;
  const complete = (results: readonly SetResult[]): readonly SetResult[] => {
    let next = 0;
    return rejected.size ? conversations.map((_, index) => rejected.get(index) ?? results[next++]!) : results;
  };
  return { refs, complete };
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
