/** The words for a provider whose `src` or `database` the page has left empty. */
import type { MessageKey } from '../locales/en.js';
import type { PipelineError } from '../model/errors.js';
import type { Values } from './localize.js';

/** `undefined` for any other error. */
export const unsetSourceText = (
  text: (key: MessageKey, values?: Values) => string,
  { code, field }: PipelineError,
): string | undefined =>
  code === 'invalid' && (field === 'src' || field === 'database') ? text('errorSource', { field }) : undefined;
