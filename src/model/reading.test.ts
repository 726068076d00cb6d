/** Tests of what adapters may send in other forms than ours, and of the errors about everything else. */
import { expect } from '@open-wc/testing';
import { completeStatuses } from './complete-statuses.js';
import { PipelineError } from './errors.js';
import {
  readContact,
  readCounts,
  readEntry,
  readHistoryItem,
  readList,
  readMap,
  readSetResults,
  readStatus,
  unreadableRecords,
} from './reading.js';
import { compareStatuses } from './status.js';
import { unreadableIn, withUnreadable } from './unreadable.js';

const status = { id: 'a', name: 'Leads', color: '#2775f8', rank: 'm', version: 1 };
const entry = { conversationId: 'c1', contactId: null, statusId: 'a', version: 1, changedAt: 0 };

const messagesOf = (answer: object): string[] => unreadableIn(answer)!.list.map(({ error }) => error.message);

describe('records of services that write them in other forms', () => {
  it('statuses: whole numbers as ids, versions as text, short and upper-case colors', () => {
    expect(readStatus({ ...status, id: 7, version: '12', color: '#27F' })).to.deep.equal({
      ...status,
      id: '7',
      version: 12,
      color: '#2277ff',
    });
    expect(readStatus({ ...status, version: 9007199254740991n, color: '#ABCDEF' })).to.include({
      version: 9007199254740991,
      color: '#abcdef',
    });
  });

  it('entries: whole numbers as ids, versions as text, no contact in several forms', () => {
    expect(readEntry({ ...entry, conversationId: 12, contactId: 34, statusId: 5, version: '6' })).to.deep.equal({
      conversationId: '12',
      contactId: '34',
      statusId: '5',
      version: 6,
      changedAt: 0,
    });
    for (const contactId of [null, undefined, '']) expect(readEntry({ ...entry, contactId }).contactId).to.equal(null);
  });

  const times: readonly [unknown, number][] = [
    ['2026-01-01T00:00:00Z', Date.UTC(2026, 0, 1)],
    ['2026-01-01T07:00:00+07:00', Date.UTC(2026, 0, 1)],
    ['2026-01-01T00:00:00.123456z', Date.UTC(2026, 0, 1, 0, 0, 0, 123)],
    ['2026-01-01T00:00:00.5+0000', Date.UTC(2026, 0, 1, 0, 0, 0, 500)],
    ['2026-01-01 05:30:00.25+05:30', Date.UTC(2026, 0, 1, 0, 0, 0, 250)],
    ['2026-01-01 00:00:00+00', Date.UTC(2026, 0, 1)],
    ['2026-01-01T00:00-05', Date.UTC(2026, 0, 1, 5)],
    ['1767225600000', Date.UTC(2026, 0, 1)],
    [1767225600000n, Date.UTC(2026, 0, 1)],
    [new Date(5), 5],
    [null, 0],
  ];
  for (const [changedAt, expected] of times) {
    it(`reads the time ${String(changedAt)}`, () => {
      expect(readEntry({ ...entry, changedAt }).changedAt).to.equal(expected);
    });
  }

  const wrongTimes = [
    '2026-01-01T00:00:00',
    '2026-01-01',
    'now',
    '',
    '-5',
    -5,
    '2026-13-01T00:00:00Z',
    NaN,
    new Date(NaN),
  ];
  for (const changedAt of [...wrongTimes, '1.5e3', ' 5', '1969-12-31T00:00:00Z', true, {}]) {
    it(`refuses the time ${JSON.stringify(changedAt)}, which could be another one`, () => {
      expect(() => readEntry({ ...entry, changedAt })).to.throw(PipelineError, 'changedAt');
    });
  }

  for (const version of ['v7', '', ' 5', '5 ', '+5', '-5', '5.0', '1e3', '0x5', -1, 1.5, NaN, null, true, [5], '９']) {
    it(`refuses the version ${JSON.stringify(version)}`, () => {
      expect(() => readEntry({ ...entry, version })).to.throw(PipelineError, 'version');
    });
  }

  it('refuses versions that are too large to be exact, however they are written', () => {
    for (const version of [1234567890123456800, '1234567890123456789', 2 ** 53, '9007199254740992', 2n ** 60n]) {
      expect(() => readStatus({ ...status, version }), String(version)).to.throw(PipelineError, 'version');
    }
  });

  it('contacts, counts and histories', () => {
    expect(readContact({ statusIds: [1, null, 1], latest: 1 })).to.deep.equal({
      statusIds: ['1', null],
      latest: '1',
    });
    expect(readCounts({ byStatus: { 1: '5', b: 2 }, none: '0' })).to.deep.equal({
      byStatus: new Map([
        ['1', 5],
        ['b', 2],
      ]),
      none: 0,
    });
    expect(readCounts({ byStatus: new Map([[1, 5n]]), none: 0 }).byStatus.get('1')).to.equal(5);
    expect(readHistoryItem({ from: null, to: 7, at: '2026-01-01T00:00:00Z' })).to.deep.equal({
      from: null,
      to: '7',
      at: Date.UTC(2026, 0, 1),
    });
  });
});

describe('lists of services without colors, ranks and versions', () => {
  const places = (items: readonly unknown[]): string[] =>
    completeStatuses(items)
      .map(readStatus)
      .sort(compareStatuses)
      .map(({ id }) => id);

  it('give each status the place that it has in the list', () => {
    const names = Array.from({ length: 40 }, (_, n) => ({ id: `s${n}`, name: `Status ${n}` }));
    const ids = names.map(({ id }) => id);
    expect(places(names)).to.deep.equal(ids);
    expect(places(names.map((each, n) => ({ ...each, rank: n + 1 })))).to.deep.equal(ids);
    expect(places(names.map((each, n) => (n % 2 ? each : { ...each, rank: 'zz' })))).to.deep.equal(ids);
  });

  it('get a color from the palette by place, and version 0', () => {
    const [first, second] = completeStatuses([
      { id: 1, name: 'A' },
      { id: 2, name: 'B', color: '#123456', version: 4 },
    ]).map(readStatus);
    expect(first).to.include({ color: '#2775f8', version: 0 });
    expect(second).to.include({ color: '#123456', version: 4 });
  });

  it('keep the ranks of complete statuses beside a record that is none', () => {
    expect(completeStatuses([status, {}, null])[0]).to.deep.equal(status);
  });
});

describe('what cannot be read', () => {
  it('is named by its place and id, with the field and what was found', () => {
    const list = readList(
      [status, null, { ...status, id: 'pur', version: 'v7' }, { ...status, id: 5, color: 'green' }, { version: 1 }],
      {
        what: 'statuses',
        parse: readStatus,
      },
    );
    expect(list).to.deep.equal([status]);
    expect(messagesOf(list)).to.deep.equal([
      'statuses[1]: status must be an object; found null.',
      'statuses[2] "pur": version must be a whole number, 0 or more; found "v7".',
      'statuses[3] "5": color must be a color like "#2775f8"; found "green".',
      'statuses[4]: id must be a non-empty string or a whole number; found nothing.',
    ]);
    const summary = unreadableIn(list)!.summary;
    expect(summary).to.include({ code: 'bad-response', field: 'status' });
    expect(summary.message).to.equal('statuses[1]: status must be an object; found null. (and 3 more)');
  });

  it('in a map is named by its key, and does not hide what the adapter itself could not read', () => {
    const own = { id: 'x', error: new PipelineError('storage-lost', 'damaged') };
    const answer = withUnreadable(
      new Map<unknown, unknown>([
        ['c1', entry],
        ['c2', { ...entry, version: {} }],
      ]),
      unreadableRecords([own]),
    );
    const entries = readMap(answer, 'entry', readEntry);
    expect([...entries.keys()]).to.deep.equal(['c1']);
    expect(messagesOf(entries)).to.deep.equal([
      'damaged',
      'entry "c2": version must be a whole number, 0 or more; found {}.',
    ]);
  });

  it('is an error for an answer of another shape', () => {
    for (const list of [undefined, null, {}, { items: [] }, 'x', 5]) {
      expect(() => readList(list, { what: 'statuses', parse: readStatus })).to.throw(
        PipelineError,
        'statuses must be a list; found ',
      );
    }
    for (const map of [undefined, null, {}, [], [['c1', entry]], new Set()]) {
      expect(() => readMap(map, 'entry', readEntry)).to.throw(PipelineError, 'entry must be a Map; found ');
    }
  });

  it('is shown shortened, whatever it is', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    const values = ['x'.repeat(500), loop, 5n, Symbol('s'), () => 1, { toJSON: () => undefined }, 2 ** 60, NaN];
    for (const version of values) {
      const list = readList([{ ...status, version }], { what: 'statuses', parse: readStatus });
      if (!unreadableIn(list)) continue;
      expect(messagesOf(list)[0]).to.match(/found .{1,70}\.$/);
    }
  });

  it('among the results of a write costs only its conversation', () => {
    const refusal = new PipelineError('conflict', 'changed');
    const results = readSetResults(
      [
        { conversationId: 'c1', ok: true, entry: { ...entry, version: '4' } },
        { conversationId: 'c2', ok: true, entry: { ...entry, version: 'v7' } },
        { conversationId: 'c3', ok: false, error: refusal },
      ],
      ['c1', 'c2', 'c3', 'c4'],
    );
    expect(results.map((each) => (each.ok ? each.entry.version : each.error.message))).to.deep.equal([
      4,
      'results[1] entry: version must be a whole number, 0 or more; found "v7".',
      'changed',
      'results[3]: result must be an object; found nothing.',
    ]);
    expect(readSetResults(undefined, ['c1'])[0]).to.include({ ok: false });
  });
});
