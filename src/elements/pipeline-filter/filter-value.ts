import { warnOnce } from '../../ui/pipeline-element.js';
import { PipelineError } from '../../model/errors.js';
import { formatFilter, parseFilter, parseFilterQuery, type Filter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';

/** What a host gave as a filter; `undefined`, with a warning, when it cannot be read. */
export function readFilter(value: unknown): Filter | undefined {
  try {
    return parseFilter(value);
  } catch (thrown) {
    const { message } = PipelineError.from(thrown);
    warnOnce(`<pipeline-filter>: ${message} Write { op: 'any-of', statusIds: ['id', null] }.`);
    return undefined;
  }
}

/** The same for the URL form. */
export function readQuery(text: string | null): Filter | undefined {
  try {
    return parseFilterQuery(text ?? '');
  } catch (thrown) {
    const { message } = PipelineError.from(thrown);
    warnOnce(`<pipeline-filter>: ${message} Write value="op=any-of&status=ID".`);
    return undefined;
  }
}

/** A copy that nobody can change. */
export const frozen = ({ op, statusIds }: Filter): Filter =>
  Object.freeze({ op, statusIds: Object.freeze([...statusIds]) });

export const isEqual = (a: Filter, b: Filter): boolean => a.op === b.op && formatFilter(a) === formatFilter(b);

export const without = ({ op, statusIds }: Filter, ids: readonly (Id | null)[]): Filter => ({
  op,
  statusIds: statusIds.filter((id) => !ids.includes(id)),
});
