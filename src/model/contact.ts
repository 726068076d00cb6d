/** A contact of the pipeline, and the check of one from an adapter. */
import { invalid } from './errors.js';
import type { Id } from './id.js';
import { fieldsOf, nullableStatusId } from './validate.js';

/** A contact, summarized from its conversations. */
export interface ContactSummary {
  /** The distinct statuses of the contact's conversations; `null` where one has none. */
  statusIds: readonly (Id | null)[];
  /** The status of its most recently active conversation. */
  latest: Id | null;
}

/** A contact from an adapter. Throws `invalid`. */
export function parseContactSummary(value: unknown): ContactSummary {
  const row = fieldsOf(value, 'contact');
  const statusIds = row['statusIds'];
  if (!Array.isArray(statusIds)) throw invalid('statusIds', 'must be a list.');
  return {
    statusIds: [...new Set(statusIds.map((id: unknown) => nullableStatusId(id, 'statusIds')))],
    latest: nullableStatusId(row['latest'] ?? null, 'latest'),
  };
}
