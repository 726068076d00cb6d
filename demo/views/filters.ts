/** Keeps the state of the filters. */
import type { Filter, PipelineFilter } from 'pipeline-elements';
import { h } from '../app/h.js';

type Of = 'conversation' | 'contact';

/** The value of each filter, so that a page that is rebuilt in another language keeps it. */
const chosen = new Map<Of, Filter>();

export function createFilter(of: Of, list: string): PipelineFilter {
  const filter = h('pipeline-filter', { of, for: list });
  const before = chosen.get(of);
  if (before) filter.filter = before;
  filter.addEventListener('pipeline-filter-change', (event) => chosen.set(of, event.filter));
  return filter;
}
