import type { Message } from '../en.js';

/** The English messages of a closed picker: all that most pages of an inbox say. */
export const pill = {
  noStatus: 'No status',
  loading: 'Loading statuses',
  loadFailed: 'The statuses could not be loaded.',
  pipelineStatus: 'Pipeline status',
  mixed: 'Mixed',
  forDuration: 'for {duration}',
  requiredMissing: 'Choose a status.',
  errorUnavailable: 'The server cannot be reached right now.',
} satisfies Record<string, Message>;
