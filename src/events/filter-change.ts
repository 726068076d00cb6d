import type { Filter } from '../model/filter.js';
import { PipelineEvent } from './pipeline-event.js';

/** The filter shows something else now. */
export class PipelineFilterChangeEvent extends PipelineEvent {
  static readonly type = 'pipeline-filter-change';
  readonly filter: Filter;
  readonly of: 'conversation' | 'contact';

  constructor(filter: Filter, of: 'conversation' | 'contact') {
    super(PipelineFilterChangeEvent.type);
    this.filter = filter;
    this.of = of;
  }
}
