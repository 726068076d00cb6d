/** Page tokens of the adapters that keep the data themselves: callers can send anything. */
import { expect } from '@open-wc/testing';
import { PipelineError } from '../model/errors.js';
import type { PipelineAdapter } from './adapter.js';
import { cleanUp, openAdapter } from './indexeddb/test-helpers.js';
import { MemoryAdapter } from './memory.js';
import { readPageToken, writePageToken } from './paging.js';

const encoded = (value: unknown): string => encodeURIComponent(JSON.stringify(value));

const FORGED: Record<string, unknown> = {
  'an empty text': '',
  'no JSON': 'next',
  'no list': encoded({ 0: 1, 1: 'c1' }),
  null: encoded(null),
  'an empty list': encoded([]),
  'a time that is a text': encoded(['1', 'c1']),
  'a time that is no number': '%5Bnull%2C%22c1%22%5D',
  'an infinite time': '%5B1e999%2C%22c1%22%5D',
  'a negative time': encoded([-1, 'c1']),
  'an id that is a number': encoded([1, 2]),
  'an empty id': encoded([1, '']),
  'an id with NUL': encoded([1, 'c\0']),
  'an id with a line break': encoded([1, 'c\n']),
  'an id with half a character': '%5B1%2C%22%5Cud800%22%5D',
  'an id of 257 characters': encoded([1, 'x'.repeat(257)]),
  'a broken escape': '%E0%A4%A',
  NUL: '\0',
  'a huge text': 'x'.repeat(1_000_000),
  'a huge id': encoded([1, 'x'.repeat(1_000_000)]),
  'deep nesting': '['.repeat(1_000_000),
  'a number': 5,
  'an object': { toString: null },
};

describe('page tokens', () => {
  afterEach(cleanUp);

  for (const [what, token] of Object.entries(FORGED)) {
    it(`that are forged, such as ${what}, are invalid`, async () => {
      const adapters: PipelineAdapter[] = [new MemoryAdapter(), openAdapter()];
      for (const adapter of adapters) {
        for (const of of ['conversation', 'contact'] as const) {
          let error: unknown;
          await adapter.find!({ of, filter: { op: 'any-of', statusIds: [] }, pageToken: token as string }).catch(
            (thrown: unknown) => (error = thrown),
          );
          expect(error).to.be.instanceOf(PipelineError).that.includes({ code: 'invalid', field: 'pageToken' });
          expect((error as PipelineError).message.length).to.be.lessThan(200);
        }
      }
    });
  }

  it('are read as they were written, with any id', () => {
    for (const id of ['a', '"'.repeat(256), '€'.repeat(256), '😀'.repeat(128), '%', '\u{2028}']) {
      for (const activityAt of [0, 1.5, Date.now(), Number.MAX_VALUE]) {
        expect(readPageToken(writePageToken({ activityAt, id }))).to.deep.equal({ activityAt, id });
      }
    }
    expect(readPageToken(undefined)).to.equal(undefined);
  });
});
