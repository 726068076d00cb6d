import type { Message } from '../en.js';

/** The English messages of a closed filter. */
export const filter = {
  filterByStatus: 'Filter by status',
  filterByStatusSelected: { other: 'Filter by status, {n} selected' },
  status: 'Status',
  clearFilter: 'Clear filter',
  removeFromFilter: 'Remove {name} from the filter',
  anyOf: 'Is any of',
  noneOf: 'Is none of',
  notPrefix: 'Not',
  statusLeftFilter: '{name} was deleted and left the filter.',
  unknownLeftFilter: {
    one: 'A status that no longer exists left the filter.',
    other: '{n} statuses that no longer exist left the filter.',
  },
  unknownStatus: 'Unknown status',
  filterFailed: 'The list could not be filtered.',
} satisfies Record<string, Message>;
