/** The error of a write that belongs to a session which is over. */
import { PipelineError } from './errors.js';

export const sessionChanged = (): PipelineError =>
  new PipelineError('session-changed', 'Someone else is signed in now, so the change was not sent.');
