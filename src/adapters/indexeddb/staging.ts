/**
 * How a long write is prepared in many small transactions and becomes visible in one.
 *
 * Preparing it changes the stored status of each conversation from `leads` to a staged id that contains `leads`. Until the
 * write is committed, a staged id resolves to the status in it; from then on, to the new one. The commit only changes the
 * journal. Afterwards, again in many small transactions, staged ids are replaced with what they resolve to.
 */
import type { Id } from '../../model/id.js';
import type { StatusRow } from '../../model/reassignment.js';
import type { Rows } from '../rules.js';
import type { BulkRow, StoredStatusId } from './schema.js';

/**
 * `*`: a conversation whose status changes; `=`: one that inherited the status and gets it as its own; `+`: a new one,
 * which nobody sees before the commit.
 */
export type StagedKind = '*' | '=' | '+';

/** Not allowed in ids. */
const SEPARATOR = '\t';

export interface StagedId {
  kind: StagedKind;
  /** The id of the write. */
  bulk: string;
  /** The stored status before. */
  origin: StoredStatusId;
}

export const writeStagedId = ({ kind, bulk, origin }: StagedId): StoredStatusId =>
  `${kind}${bulk}${SEPARATOR}${origin}`;

export function parseStagedId(stored: StoredStatusId): StagedId | undefined {
  const end = stored.indexOf(SEPARATOR);
  if (end < 0) return undefined;
  return { kind: stored[0] as StagedKind, bulk: stored.slice(1, end), origin: stored.slice(end + 1) };
}

/** Whether conversations with this stored status are new ones of a write that is not committed. */
export const isHidden = (rows: Rows, stored: StoredStatusId): boolean =>
  parseStagedId(stored)?.kind === '+' && !rows.has(stored);

/** Whether conversations with this stored status are part of a committed write. */
export const isCommitted = (rows: Rows, stored: StoredStatusId): boolean =>
  parseStagedId(stored) !== undefined && (rows.get(stored)?.movedVersion ?? 0) > 0;

/** The statuses with what each staged id resolves to, as if it was a deleted status. */
export function withStagedIds(rows: Rows, bulks: readonly BulkRow[]): Rows {
  const all = new Map(rows);
  const blank = { name: '', color: '#000000', rank: '', version: 0, deleted: true } as const;
  const put = (id: StagedId, row: Pick<StatusRow, 'heir' | 'movedVersion' | 'deletedAt'>): unknown =>
    all.set(writeStagedId(id), { ...blank, ...row, id: writeStagedId(id) });
  const toHeir = (stored: StoredStatusId): Id | null => (stored === '' ? null : stored);
  for (const { id: bulk, state, to, seq, at } of bulks) {
    const isDone = state === 'committed';
    const committed = { heir: toHeir(to), movedVersion: seq };
    for (const origin of ['', ...rows.keys()]) {
      put({ kind: '*', bulk, origin }, isDone ? { ...committed, deletedAt: at } : { heir: toHeir(origin) });
      put({ kind: '=', bulk, origin }, isDone ? committed : { heir: toHeir(origin) });
    }
    if (isDone) put({ kind: '+', bulk, origin: '' }, to ? { ...committed, deletedAt: at } : committed);
  }
  return all;
}
