/** Tests of the ranks that order statuses. */
import { expect } from '@open-wc/testing';
import { PipelineError } from './errors.js';
import type { Id } from './id.js';
import { planRanks, precedingId } from './rank.js';
import { compareStatuses, type Status } from './status.js';

/** Numbers that look random and are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
}

const row = (id: Id, rank: string): Status => ({ id, name: id, color: '#000000', rank, version: 1 });

/** Statuses that are placed as an adapter places them: `after` left out is the end. */
class Pipeline {
  rows: Status[] = [];
  written = 0;

  put(id: Id, after?: Id | null): void {
    const placements = planRanks(this.rows, id, after);
    this.written = placements.length;
    for (const placement of placements) {
      const held = this.rows.find((each) => each.id === placement.id);
      if (held) held.rank = placement.rank;
      else this.rows.push(row(placement.id, placement.rank));
    }
  }

  get ids(): string {
    return [...this.rows]
      .sort(compareStatuses)
      .map((each) => each.id)
      .join(' ');
  }
}

function pipeline(...ids: Id[]): Pipeline {
  const made = new Pipeline();
  for (const id of ids) made.put(id);
  return made;
}

describe('planRanks', () => {
  it('places a status first, last and in between', () => {
    const made = pipeline('b', 'd');
    made.put('a', null);
    made.put('c', 'b');
    made.put('e', 'd');
    expect(made.ids).to.equal('a b c d e');
  });

  for (const seed of [1, 2, 3, 4, 5]) {
    it(`agrees with a plain list through 100 random moves, seed ${seed}`, () => {
      const next = numbers(seed);
      const list = Array.from({ length: 12 }, (_, n) => `s${n}`);
      const made = pipeline(...list);
      for (let n = 0; n < 100; n++) {
        const id = list[next(list.length)]!;
        const after = [null, ...list][next(list.length + 1)]!;
        made.put(id, after);
        if (after !== id) {
          list.splice(list.indexOf(id), 1);
          list.splice(after === null ? 0 : list.indexOf(after) + 1, 0, id);
        }
        expect(made.ids).to.equal(list.join(' '), `seed ${seed}, move ${n}`);
      }
    });
  }

  it('writes one rank for a move until a gap is used up, and then all ranks', () => {
    const made = pipeline('a', 'c', 'd', 'b');
    const written = new Set<number>();
    for (let n = 0; n < 200; n++) {
      made.put(n % 2 ? 'c' : 'd', 'a');
      expect(made.ids).to.equal(n % 2 ? 'a c d b' : 'a d c b');
      written.add(made.written);
    }
    expect(written.has(1), 'one').to.equal(true);
    expect([...written].every((count) => count <= 4)).to.equal(true);
    expect(Math.max(...written), 'spread anew').to.be.above(1);
  });

  it('never runs out of room at the start or at the end', () => {
    const made = pipeline('a', 'b', 'c');
    for (let n = 0; n < 300; n++) {
      const [first, , last] = made.ids.split(' ') as [Id, Id, Id];
      if (n % 2) made.put(last, null);
      else made.put(first, last);
      expect(new Set(made.rows.map((each) => each.rank)).size).to.equal(3);
    }
  });

  it('keeps ranks short and ordered by code units', () => {
    const made = pipeline(...Array.from({ length: 200 }, (_, n) => `s${n}`));
    for (let n = 0; n < 300; n++) made.put(`s${n % 200}`, `s${(n * 7 + 1) % 200}`);
    expect(new Set(made.rows.map((each) => each.rank.length))).to.deep.equal(new Set([10]));
    expect(new Set(made.rows.map((each) => each.rank)).size).to.equal(200);
  });

  it('writes nothing when the order does not change', () => {
    const made = pipeline('a', 'b', 'c');
    for (const [id, after] of [
      ['a', null],
      ['b', 'a'],
      ['c', 'b'],
      ['b', 'b'],
    ] as const)
      expect(planRanks(made.rows, id, after)).to.deep.equal([]);
    expect(planRanks(made.rows, 'c', undefined)).to.deep.equal([]);
  });

  it('recovers from two statuses with the same rank', () => {
    const rows = [row('a', '5'.padStart(10, '0')), row('b', '5'.padStart(10, '0')), row('c', '5'.padStart(10, '0'))];
    const made = new Pipeline();
    made.rows = rows;
    made.put('c', 'a');
    expect(made.ids).to.equal('a c b');
    expect(new Set(rows.map((each) => each.rank)).size).to.equal(3);
  });

  it('rejects an anchor that never existed, including the new status itself', () => {
    const { rows } = pipeline('a');
    expect(() => planRanks(rows, 'a', 'nowhere'))
      .to.throw(PipelineError)
      .with.property('code', 'not-found');
    expect(() => planRanks(rows, 'new', 'new'))
      .to.throw(PipelineError)
      .with.property('code', 'not-found');
  });

  it('finds the preceding status', () => {
    const { rows } = pipeline('a', 'b');
    expect([precedingId(rows, 'a'), precedingId(rows, 'b'), precedingId(rows, 'nobody')]).to.deep.equal([
      null,
      'a',
      null,
    ]);
  });
});
