/*
 * Checks what comes out of the database. Storage can be damaged, edited by hand or written by other code: a record that
 * is not as this package writes it is left as it is and reported once in the console, and all others stay usable.
 */
import { PipelineError } from '../../model/errors.js';
import type { StatusRow } from '../../model/reassignment.js';
import type { Id } from '../../model/id.js';
import { parseChange } from '../../model/changes.js';
import { parseStatus } from '../../model/status.js';
import { parseUser } from '../../model/validate.js';
import type {
  ContactRow,
  ConversationRow,
  CounterRow,
  HistoryEvent,
  JournalRow,
  LogRow,
  ReadTx,
  StoreName,
} from './schema.js';

/** Records of one store that are reported by name; the console is no place for thousands. */
const MAX_REPORTED = 10;
const reported = new Map<string, Set<string>>();

/** Says once for the page which record cannot be read, and why. */
export function reportUnreadable(tx: ReadTx, store: StoreName, key: unknown, why: string): void {
  const place = `${tx.db.name}/${store}`;
  const keys = reported.get(place) ?? new Set();
  reported.set(place, keys);
  const name = JSON.stringify(key) ?? typeof key;
  if (keys.has(name) || keys.size > MAX_REPORTED) return;
  keys.add(name);
  const what = keys.size > MAX_REPORTED ? 'more records that are not reported one by one' : `the record ${name}`;
  console.error(
    `pipeline-elements: in the database "${tx.db.name}", store "${store}", ${what} cannot be read and stays as it is: ${why}`,
  );
}

/** What is wrong with a record; `undefined` when nothing is. */
type Check<Row> = (row: Row) => string | undefined;

/** Whether a record passes the check; one that does not is reported. */
function passes<Row>(tx: ReadTx, store: StoreName, key: unknown, row: Row, check: Check<Row>): boolean {
  const problem = check(row);
  if (problem !== undefined) reportUnreadable(tx, store, key, problem);
  return problem === undefined;
}

const isId = (value: unknown): value is Id => typeof value === 'string' && value !== '';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isTime = (value: unknown): value is number => Number.isFinite(value) && (value as number) >= 0;

/** How many there are of each status: `[status id, 1 or more]`. */
const isTally = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every((pair) => Array.isArray(pair) && typeof pair[0] === 'string' && isCount(pair[1]) && pair[1] > 0);

/** The message of the `PipelineError` that a parser throws. */
function messageOf(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (thrown) {
    return PipelineError.from(thrown).message;
  }
}

/** The statuses that can be read, by id, and the ids of those that cannot. */
export function readableStatuses(
  tx: ReadTx,
  stored: readonly StatusRow[],
): { rows: Map<Id, StatusRow>; unreadable: Set<Id> } {
  const rows = new Map<Id, StatusRow>();
  const unreadable = new Set<Id>();
  for (const row of stored) {
    if (passes(tx, 'statuses', row.id, row, checkStatus)) rows.set(row.id, row);
    else unreadable.add(row.id);
  }
  return { rows, unreadable };
}

function checkStatus(row: StatusRow): string | undefined {
  const { deleted, heir, movedVersion, deletedAt } = row;
  if (deleted !== undefined && deleted !== true) return 'deleted: must be true or missing.';
  if (heir != null && !isId(heir)) return 'heir: must be the id of a status, or null.';
  if (movedVersion !== undefined && !isCount(movedVersion)) return 'movedVersion: must be a whole number.';
  if (deletedAt !== undefined && !isTime(deletedAt)) return 'deletedAt: must be a time in milliseconds.';
  return messageOf(() => parseStatus(row));
}

export const isReadableConversation = (tx: ReadTx, row: ConversationRow): boolean =>
  passes(tx, 'conversations', row.conversationId, row, checkConversation);

function checkConversation(row: ConversationRow): string | undefined {
  if (!isId(row.conversationId)) return 'conversationId: must be a text that is not empty.';
  if (row.contactId !== undefined && !isId(row.contactId)) return 'contactId: must be a text that is not empty.';
  if (typeof row.statusId !== 'string') return 'statusId: must be a text.';
  if (!isCount(row.version)) return 'version: must be a whole number.';
  if (!isTime(row.changedAt)) return 'changedAt: must be a time in milliseconds.';
  return Number.isFinite(row.order) ? undefined : 'order: must be a number.';
}

export const isReadableContact = (tx: ReadTx, row: ContactRow): boolean =>
  passes(tx, 'contacts', row.contactId, row, checkContact);

function checkContact(row: ContactRow): string | undefined {
  if (!isId(row.contactId)) return 'contactId: must be a text that is not empty.';
  if (!isTally(row.held)) return 'held: must be a list of statuses and how many have each.';
  if (typeof row.signature !== 'string') return 'signature: must be a text.';
  if (typeof row.latest !== 'string') return 'latest: must be a text.';
  if (!isId(row.latestId)) return 'latestId: must be a text that is not empty.';
  return Number.isFinite(row.order) ? undefined : 'order: must be a number.';
}

export const isReadableCounter = (tx: ReadTx, row: CounterRow): boolean =>
  passes(tx, 'counters', row.key, row, ({ n }) =>
    isCount(n) && n > 0 ? undefined : 'n: must be a whole number, 1 or more.',
  );

export const isReadableJournal = (tx: ReadTx, row: JournalRow): boolean =>
  passes(tx, 'meta', row.key, row, ({ seq, pruned, logged, held }) => {
    if (!isCount(seq)) return 'seq: must be a whole number.';
    if (!isCount(pruned) || pruned > seq) return 'pruned: must be a whole number, at most seq.';
    if (!isCount(logged)) return 'logged: must be a whole number.';
    return isTally(held) ? undefined : 'held: must be a list of statuses and how many have each.';
  });

export const isReadableLog = (tx: ReadTx, row: LogRow): boolean => passes(tx, 'log', row.seq, row, checkLog);

function checkLog({ seq, opId, by, change, event }: LogRow): string | undefined {
  if (!isCount(seq)) return 'seq: must be a whole number.';
  if (opId !== undefined && typeof opId !== 'string') return 'opId: must be a text.';
  return (
    (by === undefined ? undefined : messageOf(() => parseUser(by, 'by'))) ??
    (change === undefined ? undefined : messageOf(() => parseChange({ ...change, seq }))) ??
    (event === undefined ? undefined : checkEvent(event))
  );
}

function checkEvent(event: HistoryEvent | null): string | undefined {
  if (!isTime(event?.at)) return 'event.at: must be a time in milliseconds.';
  if (event.kind === 'set') {
    const isMove = typeof event.from === 'string' && typeof event.to === 'string';
    return isMove ? undefined : 'event: must have a status in "from" and in "to".';
  }
  if (event.kind !== 'delete' && event.kind !== 'restore') return 'event.kind: must be set, delete or restore.';
  if (!isId(event.statusId)) return 'event.statusId: must be the id of a status.';
  return event.heir === null || isId(event.heir) ? undefined : 'event.heir: must be the id of a status, or null.';
}
