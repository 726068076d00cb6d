/** The English texts of a closed picker, and of elements that are loading: all that most inbox pages need. */
import type { Message } from '../message.js';

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
