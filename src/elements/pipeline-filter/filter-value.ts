/** Reads, compares and changes filter values; a value that a host got wrong is reported in the console, never thrown. */
import { warnOnce } from '../../ui/pipeline-element.js';
import { PipelineError } from '../../model/errors.js';
import { formatFilter, parseFilter, parseFilterQuery, type Filter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';

/** A filter from a host's value; `undefined`, with a warning, if it is invalid. */
export function readFilter(value: unknown): Filter | undefined {
  try {
    return parseFilter(value);
  } catch (thrown) {
    const { message } = PipelineError.from(thrown);
    warnOnce(`<pipeline-filter>: ${message} Write { op: 'any-of', statusIds: ['id', null] }.`);
    return undefined;
  }
}

/** A filter from its URL form; `undefined`, with a warning, if it is invalid. */
export function readQuery(text: string | null): Filter | undefined {
  try {
    return parseFilterQuery(text ?? '');
  } catch (thrown) {
    const { message } = PipelineError.from(thrown);
    warnOnce(`<pipeline-filter>: ${message} Write value="op=any-of&status=ID".`);
    return undefined;
  }
}

/** An immutable copy. */
export const frozen = ({ op, statusIds }: Filter): Filter =>
  Object.freeze({ op, statusIds: Object.freeze([...statusIds]) });

/** Unlike `sameFilter()`, this tells empty filters with different conditions apart. */
export const isEqual = (a: Filter, b: Filter): boolean => a.op === b.op && formatFilter(a) === formatFilter(b);

/** The filter without some of its statuses. */
export const without = ({ op, statusIds }: Filter, ids: readonly (Id | null)[]): Filter => ({
  op,
  statusIds: statusIds.filter((id) => !ids.includes(id)),
});
