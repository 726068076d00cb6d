/** Tests of filters and their URL form. */
import { expect } from '@open-wc/testing';
import fc from 'fast-check';
import {
  EMPTY_FILTER,
  contactMatchesFilter,
  formatFilter,
  isEmptyFilter,
  matchesFilter,
  parseFilter,
  parseFilterQuery,
  sameFilter,
  type Filter,
} from './filter.js';
import { PipelineError } from './errors.js';
import { parseId } from './validate.js';

const RUNS = { seed: 21, numRuns: 500 };

function isId(text: string): boolean {
  try {
    return parseId(text) === text;
  } catch {
    return false;
  }
}

const anyId = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('a', 'b', '&status=', '+', '%20', ' ', 'null', '__proto__'),
  )
  .filter(isId);
const anyStatus = fc.option(fc.oneof(anyId, fc.constantFrom('a', 'b', 'c')), { nil: null });
const anyFilter = fc.record({
  op: fc.constantFrom<Filter['op']>('any-of', 'none-of'),
  statusIds: fc.uniqueArray(anyStatus, { maxLength: 6 }),
});

const anyOf = (...statusIds: (string | null)[]): Filter => ({ op: 'any-of', statusIds });
const noneOf = (...statusIds: (string | null)[]): Filter => ({ op: 'none-of', statusIds });

function refusedField(parse: () => unknown): string | undefined {
  try {
    parse();
  } catch (error) {
    if (error instanceof PipelineError && error.code === 'invalid') return error.field;
    throw error;
  }
  throw new Error('accepted');
}

describe('the URL form of a filter', () => {
  it('survives a round trip with any ids', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        const back = parseFilterQuery(formatFilter(filter));
        expect(back).to.deep.equal(isEmptyFilter(filter) ? EMPTY_FILTER : filter);
        expect(sameFilter(filter, back)).to.equal(true);
      }),
      RUNS,
    );
  });

  it('survives as part of a longer URL', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        const url = new URL(`https://host/inbox?${formatFilter(filter)}#open`);
        expect(sameFilter(parseFilterQuery(url.search), filter)).to.equal(true);
      }),
      RUNS,
    );
  });

  it('has the documented form', () => {
    expect(formatFilter(anyOf('a', 'b', null))).to.equal('op=any-of&status=a&status=b&status=');
    expect(formatFilter(noneOf('a b&c'))).to.equal('op=none-of&status=a+b%26c');
    expect(formatFilter(EMPTY_FILTER)).to.equal('');
    expect(parseFilterQuery('')).to.deep.equal(EMPTY_FILTER);
    expect(parseFilterQuery('status=a')).to.deep.equal(anyOf('a'));
    expect(parseFilterQuery('op=any-of')).to.deep.equal(anyOf());
  });

  it('rejects text that is not a filter as invalid', () => {
    expect(refusedField(() => parseFilterQuery('nonsense'))).to.equal('value');
    expect(refusedField(() => parseFilterQuery('op=all-of&status=a'))).to.equal('op');
    expect(refusedField(() => parseFilterQuery('op=any-of&status=..'))).to.equal('statusIds');
    expect(refusedField(() => parseFilterQuery('op=any-of&status=a%00'))).to.equal('statusIds');
  });

  it('parses any text to a filter or throws invalid, nothing else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.webQueryParameters(),
          fc.string().map((text) => `op=any-of&status=${text}`),
        ),
        (text) => {
          try {
            parseFilter(parseFilterQuery(text));
          } catch (error) {
            expect(error).to.be.instanceOf(PipelineError).with.property('code', 'invalid');
          }
        },
      ),
      RUNS,
    );
  });
});

describe('parseFilter', () => {
  it('copies the value without duplicates', () => {
    const source = { op: 'any-of', statusIds: ['a', null, 'a', null], extra: 1 };
    expect(parseFilter(source)).to.deep.equal(anyOf('a', null));
  });

  it('accepts any value or throws invalid', () => {
    for (const value of [
      null,
      undefined,
      1,
      'op',
      {},
      [],
      { op: 'any-of' },
      { op: 'x', statusIds: [] },
      { op: 'any-of', statusIds: [1.5] },
      { op: 'any-of', statusIds: ['a/b'] },
    ]) {
      expect(refusedField(() => parseFilter(value))).to.be.oneOf(['op', 'statusIds']);
    }
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          parseFilter(value);
        } catch (error) {
          expect(error).to.be.instanceOf(PipelineError).with.property('code', 'invalid');
        }
      }),
      RUNS,
    );
  });
});

describe('matching', () => {
  it('any-of and none-of are opposites unless the filter is empty', () => {
    fc.assert(
      fc.property(anyFilter, anyStatus, (filter, statusId) => {
        const opposite: Filter = { ...filter, op: filter.op === 'any-of' ? 'none-of' : 'any-of' };
        const both = [matchesFilter(filter, statusId), matchesFilter(opposite, statusId)];
        expect(both).to.deep.equal(isEmptyFilter(filter) ? [true, true] : [both[0], !both[0]]);
      }),
      RUNS,
    );
  });

  it('a contact with one conversation matches as that conversation does', () => {
    fc.assert(
      fc.property(anyFilter, anyStatus, (filter, statusId) => {
        expect(contactMatchesFilter(filter, [statusId])).to.equal(matchesFilter(filter, statusId));
      }),
      RUNS,
    );
  });

  it('a contact matches any-of through any conversation and none-of through all of them', () => {
    fc.assert(
      fc.property(anyFilter, fc.array(anyStatus, { minLength: 1, maxLength: 5 }), (filter, statusIds) => {
        const each = statusIds.map((statusId) => matchesFilter(filter, statusId));
        const expected = filter.op === 'any-of' ? each.includes(true) : !each.includes(false);
        expect(contactMatchesFilter(filter, statusIds)).to.equal(expected);
      }),
      RUNS,
    );
  });

  it('a contact without conversations has no status', () => {
    expect(contactMatchesFilter(anyOf(null), [])).to.equal(true);
    expect(contactMatchesFilter(anyOf('a'), [])).to.equal(false);
    expect(contactMatchesFilter(noneOf('a'), [])).to.equal(true);
    expect(contactMatchesFilter(noneOf(null), [])).to.equal(false);
  });

  it('the empty filter shows everything and cannot be changed', () => {
    expect(
      matchesFilter(EMPTY_FILTER, null) && matchesFilter(EMPTY_FILTER, 'a') && contactMatchesFilter(EMPTY_FILTER, []),
    ).to.equal(true);
    expect(() => (EMPTY_FILTER.statusIds as (string | null)[]).push('a')).to.throw(TypeError);
  });
});
