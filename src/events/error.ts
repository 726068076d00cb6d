import type { PipelineError } from '../model/errors.js';
import { PipelineEvent } from './pipeline-event.js';

/** Something failed; the element shows it too. `action`: what was being done, such as `load` or `set-status`. */
export class PipelineErrorEvent extends PipelineEvent {
  static readonly type = 'pipeline-error';
  readonly error: PipelineError;
  readonly action: string;

  constructor(error: PipelineError, action: string) {
    super(PipelineErrorEvent.type);
    this.error = error;
    this.action = action;
  }
}
