/** What an adapter is made of: the interface, the error, the records, and the parsers of untrusted data. */
export type * from './adapters/adapter.js';
export * from './model/changes.js';
export type * from './model/entry.js';
export * from './model/errors.js';
export type { Id } from './model/id.js';
export { type ContactMatch, type Filter, contactMatchesFilter, matchesFilter, parseFilter } from './model/filter.js';
export { place } from './model/order.js';
export {
  checkName,
  parseChange,
  parseColor,
  parseConversationRef,
  parseEntry,
  parseId,
  parseName,
  parseNewStatus,
  parseStatus,
  parseStatusPatch,
  type NameProblem,
} from './model/parse.js';
export { MAX_STATUSES, compareStatuses, nameKey, statusSlug, type Status } from './model/status.js';
