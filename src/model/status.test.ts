/** Tests of names, slugs and the order of statuses. */
import { expect } from '@open-wc/testing';
import fc from 'fast-check';
import { isNewer } from './changes.js';
import { PipelineError, invalid } from './errors.js';
import { compareStatuses, statusSlug, type Status } from './status.js';
import { nameKey } from './status-edits.js';

const RUNS = { seed: 23, numRuns: 500 };

describe('name keys', () => {
  const same = [
    ['Leads', 'LEADS'],
    ['Été', 'éTÉ'],
    ['Caf\u00e9', 'Cafe\u0301'],
    ['Straße', 'STRASSE'],
    ['ΟΔΟΣ', 'οδος'],
    ['ﬁn', 'FIN'],
  ];
  for (const [a, b] of same as [string, string][]) {
    it(`${a} is ${b}`, () => expect(nameKey(a)).to.equal(nameKey(b)));
  }

  it('different names have different keys', () => {
    const names = ['Leads', 'Lead', 'Leads 2', 'Leäds', '1', '①', 'а', 'a'];
    expect(new Set(names.map(nameKey)).size).to.equal(names.length);
  });

  it('a key is its own key in every script', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(nameKey(nameKey(name))).to.equal(nameKey(name));
        expect(nameKey(name.normalize('NFD'))).to.equal(nameKey(name));
      }),
      RUNS,
    );
  });
});

describe('slugs', () => {
  it('contain only letters, digits and hyphens', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(statusSlug(name)).to.match(/^([a-z0-9]+(-[a-z0-9]+)*)?$/);
      }),
      RUNS,
    );
  });

  it('are readable where the name allows it', () => {
    const slugs = {
      'New leads': 'new-leads',
      ' Été 2024! ': 'ete-2024',
      'A/B & C': 'a-b-c',
      新規: '',
      ＬＥＡＤ: 'lead',
      '': '',
    };
    for (const [name, slug] of Object.entries(slugs)) expect(statusSlug(name)).to.equal(slug);
  });
});

describe('the order of records', () => {
  const status = (id: string, rank: string): Status => ({ id, rank, name: id, color: '#000000', version: 1 });

  it('compares code units of the rank, then of the id, in every language', () => {
    const sorted = [
      status('b', 'Z'),
      status('a', 'Z'),
      status('c', 'a'),
      status('d', 'ä'),
      status('e', '10'),
      status('f', '9'),
    ].sort(compareStatuses);
    expect(sorted.map((each) => each.id).join('')).to.equal('efabcd');
    expect(compareStatuses(status('a', 'x'), status('a', 'x'))).to.equal(0);
  });

  it('ignores a change with a lower or equal version', () => {
    expect([
      isNewer({ version: 2 }, { version: 1 }),
      isNewer({ version: 1 }, { version: 1 }),
      isNewer({ version: 0 }, { version: 1 }),
    ]).to.deep.equal([true, false, false]);
    expect(isNewer({ version: 0 }, undefined)).to.equal(true);
  });
});

describe('PipelineError', () => {
  it('decides by its code whether a retry can succeed', () => {
    expect(new PipelineError('offline', 'x').retryable).to.equal(true);
    expect(new PipelineError('invalid', 'x').retryable).to.equal(false);
    expect(new PipelineError('invalid', 'x', { retryable: true }).retryable).to.equal(true);
  });

  it('keeps its options as properties', () => {
    const cause = new Error('cause');
    const error = new PipelineError('conflict', 'text', { current: 1, field: 'f', count: 2, retryAfterMs: 3, cause });
    expect(error).to.be.instanceOf(Error).and.to.include({
      name: 'PipelineError',
      code: 'conflict',
      message: 'text',
      current: 1,
      field: 'f',
      count: 2,
      retryAfterMs: 3,
      cause,
    });
    expect('cause' in new PipelineError('unknown', 'x')).to.equal(false);
    expect(invalid('name', 'is bad.')).to.include({ code: 'invalid', field: 'name', message: 'name: is bad.' });
  });

  it('converts anything thrown', () => {
    const own = new PipelineError('limit', 'x');
    expect(PipelineError.from(own)).to.equal(own);
    expect(PipelineError.from(new DOMException('stop', 'AbortError')).code).to.equal('aborted');
    expect(PipelineError.from(new TypeError('bug'))).to.include({ code: 'unknown', message: 'bug' });
    for (const thrown of [undefined, null, 'text', 0, {}]) expect(PipelineError.from(thrown).code).to.equal('unknown');
  });
});
