/** Tests of typeahead and arrow keys. */
import { expect } from '@open-wc/testing';
import { TypeAhead, indexForKey } from './list-keys.js';

const NAMES = ['New', 'New order', 'Négociation', 'Old', 'Menunggu'];
const collator = new Intl.Collator('id', { usage: 'search', sensitivity: 'base' });

describe('typeahead', () => {
  const { performance } = window;
  let now = 1000;
  beforeEach(() => {
    Object.defineProperty(window, 'performance', { configurable: true, value: { now: () => now } });
  });
  afterEach(() => {
    Object.defineProperty(window, 'performance', { configurable: true, value: performance });
  });

  /** Types letters with a pause before each, starting at the first name. Returns the name that each moves to. */
  function type(letters: string, pause: number): (string | undefined)[] {
    const typeAhead = new TypeAhead();
    let current = 0;
    return [...letters].map((letter) => {
      now += pause;
      const index = typeAhead.find(letter, NAMES, current, collator);
      if (index !== undefined) current = index;
      return index === undefined ? undefined : NAMES[index];
    });
  }

  it('matches letters typed quickly as a word, including a space', () => {
    expect(type('new o', 100)).to.deep.equal(['New order', 'New order', 'New order', 'New order', 'New order']);
    expect(type('old', 100)).to.deep.equal(['Old', 'Old', 'Old']);
  });

  it('starts a new word after half a second', () => {
    expect(type('nm', 499)).to.deep.equal(['New order', undefined]);
    expect(type('nm', 500)).to.deep.equal(['New order', 'Menunggu']);
  });

  it('cycles through the names with one letter repeated, ignoring case and accents', () => {
    expect(type('nnnn', 100)).to.deep.equal(['New order', 'Négociation', 'New', 'New order']);
    expect(type('neg', 100).at(-1)).to.equal('Négociation');
  });
});

describe('keyboard movement', () => {
  it('stops at the ends, and other keys do not move', () => {
    const to = (key: string, current: number): number | undefined => indexForKey(key, current, 12);
    expect(['ArrowDown', 'ArrowUp', 'Home', 'End', 'PageDown', 'PageUp'].map((key) => to(key, 5))).to.deep.equal([
      6, 4, 0, 11, 11, 0,
    ]);
    expect([to('ArrowDown', 11), to('ArrowUp', 0), to('ArrowUp', -1), to('Enter', 3)]).to.deep.equal([
      11,
      0,
      11,
      undefined,
    ]);
  });
});
