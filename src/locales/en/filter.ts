/** The English texts of a closed filter. */
import type { Message } from '../message.js';

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
