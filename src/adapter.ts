/**
 * What an adapter is made of: the interface, the error, the records, the parsers of untrusted data, and the rules as
 * functions, for adapters whose storage cannot check them itself.
 */
export type * from './adapters/adapter.js';
export { Once } from './adapters/once.js';
export {
  checkDelete,
  checkRestore,
  liveRow,
  liveStatuses,
  planCreate,
  planMove,
  planUpdate,
} from './adapters/rules.js';
export * from './model/changes.js';
export type * from './model/entry.js';
export * from './model/errors.js';
export type { Id } from './model/id.js';
export { type ContactMatch, type Filter, contactMatchesFilter, matchesFilter, parseFilter } from './model/filter.js';
export { heirOf, resolveEntry, toStatus, type StatusRow } from './model/heirs.js';
export { place, type Placement } from './model/order.js';
export { parseNewStatus, parseStatusPatch } from './model/parse-write.js';
export {
  checkName,
  parseChange,
  parseColor,
  parseConversationRef,
  parseEntry,
  parseId,
  parseName,
  parseStatus,
  type NameProblem,
} from './model/parse.js';
export { MAX_STATUSES, compareStatuses, nameKey, statusSlug, type Status } from './model/status.js';
