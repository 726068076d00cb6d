/** Tests of resolving deleted statuses. */
import { expect } from '@open-wc/testing';
import fc from 'fast-check';
import type { Entry } from './entry.js';
import { resolveStatusId, resolveEntry, toStatus, type StatusRow } from './reassignment.js';
import type { Id } from './id.js';

const row = (id: Id, more: Partial<StatusRow> = {}): StatusRow => ({
  id,
  name: id,
  color: '#000000',
  rank: id,
  version: 1,
  ...more,
});
const rowsOf = (...rows: StatusRow[]): Map<Id, StatusRow> => new Map(rows.map((each) => [each.id, each]));
const entryOn = (statusId: Id | null): Entry => ({
  conversationId: 'c1',
  contactId: null,
  statusId,
  version: 5,
  changedAt: 50,
});

describe('resolving deleted statuses', () => {
  it('a status resolves to itself, a deleted one to its replacement, through a chain of deletes', () => {
    const rows = rowsOf(
      row('a', { deleted: true, heir: 'b' }),
      row('b', { deleted: true, heir: 'c' }),
      row('c'),
      row('d', { deleted: true, heir: null }),
    );
    expect(['a', 'b', 'c', 'd', null, 'unknown'].map((id) => resolveStatusId(rows, id))).to.deep.equal([
      'c',
      'c',
      'c',
      null,
      null,
      'unknown',
    ]);
  });

  const broken: Record<string, StatusRow[]> = {
    'an heir of itself': [row('a', { deleted: true, heir: 'a' })],
    'two heirs of each other': [row('a', { deleted: true, heir: 'b' }), row('b', { deleted: true, heir: 'a' })],
    'a way into a cycle': [
      row('a', { deleted: true, heir: 'b' }),
      row('b', { deleted: true, heir: 'c' }),
      row('c', { deleted: true, heir: 'd' }),
      row('d', { deleted: true, heir: 'b' }),
    ],
    'an heir that does not exist': [row('a', { deleted: true, heir: 'gone' })],
    'an heir that is no id': [row('a', { deleted: true, heir: { toString: null } as unknown as Id })],
    'no heir at all': [row('a', { deleted: true })],
  };
  for (const [what, rows] of Object.entries(broken)) {
    it(`${what} resolves to no status and does not affect other statuses`, () => {
      const all = rowsOf(...rows, row('sound'), row('old', { deleted: true, heir: 'sound' }));
      expect(resolveStatusId(all, 'a')).to.equal(null);
      expect(resolveEntry(all, entryOn('a'))).to.deep.equal(entryOn(null));
      expect(resolveStatusId(all, 'old')).to.equal('sound');
      expect(resolveEntry(all, entryOn('old'))).to.deep.equal(entryOn('sound'));
    });
  }

  it('a cycle of 100,000 statuses takes one step for each', () => {
    const length = 100_000;
    const rows = rowsOf();
    let steps = 0;
    const get = rows.get.bind(rows);
    for (let i = 0; i < length; i++) {
      rows.set(`s${i}`, row(`s${i}`, { deleted: true, heir: `s${(i + 1) % length}`, movedVersion: i }));
    }
    rows.get = (id) => (steps++, get(id));
    expect(resolveStatusId(rows, 's7')).to.equal(null);
    expect(resolveEntry(rows, entryOn('s7'))).to.deep.equal({ ...entryOn(null), version: length - 1 });
    expect(steps).to.be.at.most(2 * length);
  });

  it('an entry gets the highest version and the latest time of the deletes that moved it', () => {
    const rows = rowsOf(
      row('a', { deleted: true, heir: 'b', movedVersion: 7, deletedAt: 70 }),
      row('b', { deleted: true, heir: 'c', movedVersion: 9, deletedAt: 90 }),
      row('c', { movedVersion: 3 }),
    );
    expect(resolveEntry(rows, entryOn('a'))).to.deep.equal({ ...entryOn('c'), version: 9, changedAt: 90 });
    expect(resolveEntry(rows, entryOn('c'))).to.deep.equal(entryOn('c'));
    expect(resolveEntry(rows, entryOn(null))).to.deep.equal(entryOn(null));
  });

  it('an entry keeps its own version if that is higher, and the stored entry is not changed', () => {
    const rows = rowsOf(
      row('a', { deleted: true, heir: 'b', movedVersion: 4, deletedAt: 40 }),
      row('b', { movedVersion: 2 }),
    );
    const stored = Object.freeze(entryOn('a'));
    expect(resolveEntry(rows, stored)).to.deep.equal({ ...stored, statusId: 'b' });
  });

  it('a restored status raises the version of its conversations', () => {
    expect(resolveEntry(rowsOf(row('a', { movedVersion: 8 })), entryOn('a')).version).to.equal(8);
  });

  it('a status that leaves the adapter does not show its replacement', () => {
    const inner = { heir: 'b', movedVersion: 2, deletedAt: 3 };
    expect(toStatus(row('a', { deleted: true, ...inner }))).to.deep.equal(row('a', { deleted: true }));
    expect(toStatus(row('a', inner))).to.deep.equal(row('a'));
    expect('deleted' in toStatus(row('a'))).to.equal(false);
  });

  it('no sequence of deletes and restores makes a cycle or lowers a version', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const step = fc.record({ id: fc.constantFrom(...ids), heir: fc.constantFrom(null, ...ids) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const rows = rowsOf(...ids.map((id) => row(id)));
        const versions = new Map(ids.map((id) => [id, 0]));
        let version = 5;
        for (const { id, heir } of steps) {
          const held = rows.get(id)!;
          const { deleted, heir: _, ...alive } = held;
          // As adapters do: a deleted status is restored, a live one deleted to another that is alive.
          if (deleted) rows.set(id, { ...alive, movedVersion: ++version });
          else if (heir === id || (heir !== null && rows.get(heir)!.deleted)) continue;
          else rows.set(id, { ...held, deleted: true, heir, movedVersion: ++version, deletedAt: version });
          for (const start of ids) {
            // A circle would never come back from here.
            const end = resolveStatusId(rows, start);
            expect(end === null || !rows.get(end)!.deleted).to.equal(true);
            const entry = resolveEntry(rows, entryOn(start));
            expect(entry.statusId).to.equal(end);
            expect(entry.version).to.be.at.least(versions.get(start)!);
            versions.set(start, entry.version);
          }
        }
      }),
      { seed: 22, numRuns: 300 },
    );
  });
});
