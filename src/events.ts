/**
 * The events of the elements, one class each. All bubble and cross shadow roots. Like the platform's `beforetoggle` and
 * `toggle`, a `before` event can be canceled, which prevents the change; the other is fired after the adapter has
 * confirmed it.
 */
import { PipelineEvent, type PipelineErrorEvent } from './events/error.js';
import type { SetResult } from './model/entry.js';
import type { Filter } from './model/filter.js';
import type { Id } from './model/id.js';
import type { Status } from './model/status.js';

export { PipelineErrorEvent } from './events/error.js';

/** The filter of a `<pipeline-filter>` has changed. */
export class PipelineFilterChangeEvent extends PipelineEvent {
  static get type() {
    return 'pipeline-filter-change' as const;
  }

  readonly filter: Filter;
  readonly of: 'conversation' | 'contact';

  constructor(filter: Filter, of: 'conversation' | 'contact') {
    super(PipelineFilterChangeEvent.type);
    this.filter = filter;
    this.of = of;
  }
}

export interface StatusChange {
  conversationIds: readonly Id[];
  /** The status before; `undefined` if the conversations had different ones. */
  from: Id | null | undefined;
  to: Id | null;
}

/** The status of conversations is about to be changed. Cancelable. */
export class PipelineBeforeStatusChangeEvent extends PipelineEvent implements StatusChange {
  static get type() {
    return 'pipeline-before-status-change' as const;
  }

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

/** The status of conversations was changed. */
export class PipelineStatusChangeEvent extends PipelineEvent implements StatusChange {
  static get type() {
    return 'pipeline-status-change' as const;
  }

  readonly conversationIds: readonly Id[];
  readonly from: Id | null | undefined;
  readonly to: Id | null;
  /** The result for each conversation. */
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

/** The list of statuses is about to be changed. Cancelable. */
export class PipelineBeforeStatusesChangeEvent extends PipelineEvent {
  static get type() {
    return 'pipeline-before-statuses-change' as const;
  }

  readonly action: StatusesAction;
  /** The status after the change; for `delete`, before it. */
  readonly status: Readonly<Status>;

  constructor(action: StatusesAction, status: Status) {
    super(PipelineBeforeStatusesChangeEvent.type, true);
    this.action = action;
    this.status = Object.freeze({ ...status });
  }
}

/** The list of statuses was changed. */
export class PipelineStatusesChangeEvent extends PipelineEvent {
  static get type() {
    return 'pipeline-statuses-change' as const;
  }

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
