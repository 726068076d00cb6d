/**
 * What an adapter is made of: the interface, the error, the records, the parsers of untrusted data, and the rules as
 * functions, for adapters whose storage cannot check them itself.
 */
export type * from './adapters/adapter.js';
export { IdempotencyCache } from './adapters/idempotency.js';
export {
  checkDelete,
  checkIds,
  checkRefs,
  checkRestore,
  factsFromHost,
  factsFromPage,
  forgottenError,
  requireLiveStatus,
  liveStatuses,
  parseForgetQuery,
  planCreate,
  planMove,
  planUpdate,
  type ConversationFacts,
  type Forgotten,
} from './adapters/rules.js';
export { isNewer, parseChange, type Change } from './model/changes.js';
export * from './model/abort.js';
export * from './model/contact.js';
export * from './model/entry.js';
export * from './model/errors.js';
export type { Id } from './model/id.js';
export { type ContactMatch, type Filter, contactMatchesFilter, matchesFilter, parseFilter } from './model/filter.js';
export { resolveEntry, resolveStatusId, toStatus, type StatusRow } from './model/reassignment.js';
export { planRanks, type Placement } from './model/rank.js';
export {
  compareStatuses,
  contentOf,
  parseStatus,
  statusSlug,
  type CheckedStatusPatch,
  type NewStatus,
  type Status,
  type StatusContent,
  type StatusPatch,
} from './model/status.js';
export { MAX_STATUSES, nameKey, parseNewStatus, parseStatusPatch, patched, sameContent } from './model/status-edits.js';
export { unreadableIn, withUnreadable, type Unreadable, type UnreadableRecords } from './model/unreadable.js';
export { checkName, parseColor, parseId, parseName, parseStatusId, type NameProblem } from './model/validate.js';
