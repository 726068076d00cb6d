/** The event of errors, apart from the others: all elements load it at once. */
import type { PipelineError } from '../model/errors.js';
import type { Id } from '../model/id.js';

/** Each class has its `type` as a getter: bundlers keep a class with static fields even if it is not used. */
export abstract class PipelineEvent extends Event {
  constructor(type: string, cancelable = false) {
    super(type, { bubbles: true, composed: true, cancelable });
  }
}

/** A call failed, or an id is not valid. The element shows it too. `action`: what was being done, such as `load` or `set-status`. */
export class PipelineErrorEvent extends PipelineEvent {
  static get type() {
    return 'pipeline-error' as const;
  }

  readonly error: PipelineError;
  readonly action: string;
  /** The conversations of the failed call, even if the element shows others by now; empty for other calls. */
  readonly conversationIds: readonly Id[];

  constructor(error: PipelineError, action: string, conversationIds: readonly Id[] = []) {
    super(PipelineErrorEvent.type);
    this.error = error;
    this.action = action;
    this.conversationIds = Object.freeze([...conversationIds]);
  }
}
