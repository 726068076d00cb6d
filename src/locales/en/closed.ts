/** The English texts of closed pickers and filters, and of elements that are loading; and the type of a text. */

/** One text, or one for each plural form as `Intl.PluralRules` names them; every language has `other`. */
export type Message = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);

export const pill = {
  noStatus: 'No status',
  loading: 'Loading statuses',
  loadFailed: 'The statuses could not be loaded.',
  pipelineStatus: 'Pipeline status',
  mixed: 'Mixed',
  forDuration: 'for {duration}',
  requiredMissing: 'Choose a status.',
  retry: 'Try again',
  errorSource: 'This page has not set a data source ({field} is missing).',
  errorUnavailable: 'The server cannot be reached right now.',
} satisfies Record<string, Message>;

export const filter = {
  filterByStatus: 'Filter by status',
  filterByStatusSelected: { other: 'Filter by status, {n} selected' },
  status: 'Status',
  clearFilter: 'Clear filter',
  removeFromFilter: 'Remove {name} from the filter',
  anyOf: 'Is any of',
  noneOf: 'Is none of',
  notPrefix: 'Not',
  statusLeftFilter: '{name} was deleted and removed from the filter.',
  unknownLeftFilter: {
    one: 'A status that no longer exists was removed from the filter.',
    other: '{n} statuses that no longer exist were removed from the filter.',
  },
  unknownStatus: 'Unknown status',
  filterFailed: 'The list could not be filtered.',
} satisfies Record<string, Message>;
