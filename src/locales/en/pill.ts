import type { Message } from '../en.js';

/** The English messages of closed pickers, and of what is not loaded yet: all that most pages of an inbox say. */
export const pill = {
  noStatus: 'No status',
  loading: 'Loading statuses',
  loadFailed: 'The statuses could not be loaded.',
  pipelineStatus: 'Pipeline status',
  mixed: 'Mixed',
  forDuration: 'for {duration}',
  requiredMissing: 'Choose a status.',
  retry: 'Try again',
  errorSource: 'The page has not said where its data is ({field} is not set).',
  errorUnavailable: 'The server cannot be reached right now.',
} satisfies Record<string, Message>;
