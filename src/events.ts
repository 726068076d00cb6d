/*
 * One class per event. All bubble and cross shadow roots. As with the platform's `beforetoggle` and `toggle`: the
 * `before` event can be cancelled and then nothing is written; the plain one tells what the adapter has confirmed.
 */
import type { PipelineErrorEvent } from './events/error.js';
import type { PipelineFilterChangeEvent } from './events/filter-change.js';
import { PipelineEvent } from './events/pipeline-event.js';
import type { SetResult } from './model/entry.js';
import type { Id } from './model/id.js';
import type { Status } from './model/status.js';

/** Apart, as they are all that a closed picker and a filter tell. */
export { PipelineErrorEvent } from './events/error.js';
export { PipelineFilterChangeEvent } from './events/filter-change.js';

export interface StatusChange {
  conversationIds: readonly Id[];
  /** The status before; `undefined` where the conversations had different ones. */
  from: Id | null | undefined;
  to: Id | null;
}

/** A pick is about to be written. Cancel it and nothing is. */
export class PipelineBeforeStatusChangeEvent extends PipelineEvent implements StatusChange {
  static readonly type = 'pipeline-before-status-change';
  readonly conversationIds: readonly Id[];
  readonly from: Id | null | undefined;
  readonly to: Id | null;

  constructor({ conversationIds, from, to }: StatusChange) {
    super(PipelineBeforeStatusChangeEvent.type, true);
    this.conversationIds = Object.freeze([...conversationIds]);
    this.from = from;
    this.to = to;
  }
}

/** A pick was written. */
export class PipelineStatusChangeEvent extends PipelineEvent implements StatusChange {
  static readonly type = 'pipeline-status-change';
  readonly conversationIds: readonly Id[];
  readonly from: Id | null | undefined;
  readonly to: Id | null;
  /** What became of each conversation. */
  readonly results: readonly SetResult[];

  constructor({ conversationIds, from, to }: StatusChange, results: readonly SetResult[]) {
    super(PipelineStatusChangeEvent.type);
    this.conversationIds = Object.freeze([...conversationIds]);
    this.from = from;
    this.to = to;
    this.results = Object.freeze([...results]);
  }
}

export type StatusesAction = 'create' | 'update' | 'move' | 'delete' | 'restore';

/** The list of statuses is about to be changed. Cancel it and nothing is. */
export class PipelineBeforeStatusesChangeEvent extends PipelineEvent {
  static readonly type = 'pipeline-before-statuses-change';
  readonly action: StatusesAction;
  /** As it will be; for `delete` as it is. */
  readonly status: Readonly<Status>;

  constructor(action: StatusesAction, status: Status) {
    super(PipelineBeforeStatusesChangeEvent.type, true);
    this.action = action;
    this.status = Object.freeze({ ...status });
  }
}

/** The list of statuses was changed. */
export class PipelineStatusesChangeEvent extends PipelineEvent {
  static readonly type = 'pipeline-statuses-change';
  readonly action: StatusesAction;
  readonly status: Readonly<Status>;

  constructor(action: StatusesAction, status: Status) {
    super(PipelineStatusesChangeEvent.type);
    this.action = action;
    this.status = Object.freeze({ ...status });
  }
}

declare global {
  interface HTMLElementEventMap {
    'pipeline-before-status-change': PipelineBeforeStatusChangeEvent;
    'pipeline-status-change': PipelineStatusChangeEvent;
    'pipeline-filter-change': PipelineFilterChangeEvent;
    'pipeline-before-statuses-change': PipelineBeforeStatusesChangeEvent;
    'pipeline-statuses-change': PipelineStatusesChangeEvent;
    'pipeline-error': PipelineErrorEvent;
  }
}
