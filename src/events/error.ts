import type { PipelineError } from '../model/errors.js';
import type { Id } from '../model/id.js';
import { PipelineEvent } from './pipeline-event.js';

/** Something failed; the element shows it too. `action`: what was being done, such as `load` or `set-status`. */
export class PipelineErrorEvent extends PipelineEvent {
  static readonly type = 'pipeline-error';
  readonly error: PipelineError;
  readonly action: string;
  /** The conversations that the failed call was about, whatever the element shows by now; empty for other calls. */
  readonly conversationIds: readonly Id[];

  constructor(error: PipelineError, action: string, conversationIds: readonly Id[] = []) {
    super(PipelineErrorEvent.type);
    this.error = error;
    this.action = action;
    this.conversationIds = Object.freeze([...conversationIds]);
  }
}
