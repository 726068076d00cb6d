/** Tests of the checks of untrusted values and records. */
import { expect } from '@open-wc/testing';
import fc from 'fast-check';
import { PipelineError } from './errors.js';
import { parseChange } from './changes.js';
import { parseConversationRef, parseEntry } from './entry.js';
import { parseStatus } from './status.js';
import { parseNewStatus, parseStatusPatch } from './status-edits.js';
import { MAX_ID_LENGTH, checkName, countGraphemes, parseColor, parseId, parseName, parseStatusId } from './validate.js';

/** Fixed, so that every run is the same. */
const RUNS = { seed: 20, numRuns: 500 };

/** The field of the `invalid` error that a parser must throw. */
function refusedField(parse: () => unknown): string | undefined {
  try {
    const value = parse();
    throw new Error(`accepted: ${JSON.stringify(value)}`);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    expect(error.code).to.equal('invalid');
    return error.field;
  }
}

/** The value, or `undefined` when it was refused as `invalid`; anything else thrown is a bug. */
function accepted<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof PipelineError && error.code === 'invalid' && error.field) return undefined;
    throw error;
  }
}

const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 90 }), fc.string({ unit: 'grapheme', maxLength: 90 }));
const status = { id: 'a', name: 'Leads', color: '#2775f8', rank: 'm', version: 1 };
const entry = { conversationId: 'c1', contactId: null, statusId: 'a', version: 1, changedAt: 0 };

describe('names', () => {
  it('any text becomes a valid name or is rejected, and parsing is idempotent', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { name, problem } = checkName(text);
        if (problem) {
          expect(refusedField(() => parseName(text))).to.equal('name');
          return;
        }
        expect(parseName(text)).to.equal(name);
        expect(parseName(name)).to.equal(name);
        expect(name).to.equal(name.trim().normalize('NFC'));
        expect(countGraphemes(name)).to.be.within(1, 64);
        expect(name).not.to.match(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
      }),
      RUNS,
    );
  });

  const refused = {
    nothing: '',
    'white space': ' \t\u00a0\u3000',
    'what nobody can see': '\u200b\u200d\ufeff\u2060',
    'only a variation selector': '\ufe0f',
    'a control character': 'a\u0007b',
    'a deletion character': 'a\u007fb',
    'an embedding': 'a\u202bb',
    'an override': 'a\u202eb',
    'an isolate': 'a\u2067b',
    'a lone surrogate': 'a\ud800b',
    '65 letters': 'x'.repeat(65),
    'one grapheme built from thousands of characters': `e${'\u0301'.repeat(5000)}`,
  };
  for (const [what, name] of Object.entries(refused)) {
    it(`${what} is rejected`, () => {
      expect(refusedField(() => parseName(name))).to.equal('name');
    });
  }

  const kept = ['x'.repeat(64), '👨‍👩‍👧‍👦'.repeat(64), '🏴󠁧󠁢󠁥󠁮󠁧󠁿'.repeat(64), 'ผู้', 'שלום', '__proto__', '\u200fעברית', '0'];
  for (const name of kept) {
    it(`${name.slice(0, 12)} (${name.length}) is accepted`, () => {
      expect(parseName(name)).to.equal(name.normalize('NFC'));
    });
  }

  it('a name that is not a string is rejected', () => {
    for (const value of [null, undefined, 1, {}, ['a'], new String('a')])
      expect(refusedField(() => parseName(value))).to.equal('name');
  });

  it('a text of 100,000 characters is checked quickly', () => {
    const start = performance.now();
    for (const text of ['x'.repeat(100_000), 'a '.repeat(50_000), '\u0301'.repeat(100_000)])
      refusedField(() => parseName(text));
    for (const text of ['/'.repeat(100_000), '.'.repeat(100_000)]) refusedField(() => parseStatusId(text));
    refusedField(() => parseColor('#'.repeat(100_000)));
    expect(performance.now() - start).to.be.below(500);
  });
});

describe('ids', () => {
  it('an accepted id is unchanged; that of a status stays within its segment of a URL', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const id = accepted(() => parseId(text));
        const statusId = accepted(() => parseStatusId(text));
        expect(statusId).to.equal(id !== undefined && /[/\\]/.test(id) ? undefined : id);
        if (id === undefined) return;
        expect(id).to.equal(text);
        expect(id.length).to.be.within(1, MAX_ID_LENGTH);
        if (statusId === undefined) return;
        const { pathname } = new URL(`https://host/statuses/${encodeURIComponent(id)}/move`);
        expect(pathname.split('/')).to.have.length(4);
        expect(pathname.startsWith('/statuses/') && pathname.endsWith('/move')).to.equal(true);
      }),
      RUNS,
    );
  });

  it('what is no id is rejected with the field and the value named', () => {
    const bad = [
      '',
      '.',
      '..',
      'x'.repeat(257),
      'a\tb',
      'a\u0085b',
      '\udc00',
      5.5,
      NaN,
      2 ** 53,
      null,
      undefined,
      [],
      {},
    ];
    for (const id of bad) {
      expect(refusedField(() => parseId(id, 'conversationId'))).to.equal('conversationId');
      expect(refusedField(() => parseStatusId(id, 'statusId'))).to.equal('statusId');
    }
    expect(() => parseId('a\tb', 'contactId')).to.throw(
      'contactId: must not contain control characters; found "a\\tb".',
    );
  });

  it('the id of a status has no slash and no backslash', () => {
    for (const id of ['a/b', '/', 'a\\b', '\\', '../x']) {
      expect(parseId(id)).to.equal(id);
      expect(refusedField(() => parseStatusId(id))).to.equal('id');
    }
  });

  it('a whole number is its text', () => {
    const numbers = [0, -0, 7, -1001234567890, Number.MAX_SAFE_INTEGER, 12n, 2n ** 64n];
    expect(numbers.map((id) => parseId(id))).to.deep.equal([
      '0',
      '0',
      '7',
      '-1001234567890',
      '9007199254740991',
      '12',
      '18446744073709551616',
    ]);
  });

  it('ids of messengers are accepted', () => {
    for (const id of [
      '+6281234567890@s.whatsapp.net',
      '12036304@g.us',
      'user:1|2',
      '...',
      'a..b',
      '%2e%2e',
      '__proto__',
      '<CAF=abc/1.2@mail.example.com>',
      'wamid.HBgN/MTIz',
      '\ufeffmarked',
    ]) {
      expect(parseId(id)).to.equal(id);
    }
  });
});

describe('colors', () => {
  it('accepts only #rrggbb and converts it to lower case', () => {
    expect(parseColor('#2775F8')).to.equal('#2775f8');
    const bad = [
      'red',
      '#fff',
      '#2775f8ff',
      '#2775f8 ',
      '\n#2775f8',
      '#2775f8;x',
      'url(/x)',
      'var(--x)',
      '#２775f8',
      '',
      0,
      null,
    ];
    for (const color of bad) expect(refusedField(() => parseColor(color))).to.equal('color');
  });

  it('accepts nothing but seven safe characters', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.stringMatching(/^#[0-9a-fA-F]{5,7}$/)), (text) => {
        const color = accepted(() => parseColor(text));
        if (color !== undefined) expect(color).to.match(/^#[0-9a-f]{6}$/);
      }),
      RUNS,
    );
  });
});

describe('untrusted records', () => {
  const parsers = { parseStatus, parseEntry, parseChange, parseConversationRef, parseNewStatus, parseStatusPatch };
  for (const [name, parse] of Object.entries(parsers)) {
    it(`${name} returns a new record for any value or throws invalid with the field named`, () => {
      fc.assert(
        fc.property(
          fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true }),
          (value) => {
            accepted<unknown>(() => parse(value));
          },
        ),
        RUNS,
      );
      expect(Object.keys(Object.prototype)).to.deep.equal([]);
    });

    it(`${name} handles records with one invalid field`, () => {
      const whole = { ...status, ...entry, seq: '1', kind: 'status', status, entry };
      fc.assert(
        fc.property(fc.constantFrom(...Object.keys(whole)), fc.anything(), (field, value) => {
          const source = { ...whole, [field]: value };
          const parsed = accepted<unknown>(() => parse(source));
          if (parsed !== undefined) expect(parsed).not.to.equal(source);
        }),
        RUNS,
      );
    });
  }

  it('a record with the key __proto__ does not change prototypes', () => {
    const body = `{"id":"a","name":"Leads","color":"#2775f8","rank":"m","version":1,"__proto__":{"deleted":true,"polluted":1}}`;
    const parsed = parseStatus(JSON.parse(body));
    expect(parsed).to.deep.equal(status);
    expect(Object.getPrototypeOf(parsed)).to.equal(Object.prototype);
    expect((parsed as unknown as Record<string, unknown>)['polluted']).to.equal(undefined);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });

  it('unknown fields are dropped', () => {
    expect(parseStatus({ ...status, onclick: 'x', deleted: 'yes' })).to.deep.equal(status);
    expect(parseEntry({ ...entry, extra: 1 })).to.deep.equal(entry);
    expect(parseConversationRef({ conversationId: 'c1', extra: 1, contactId: null })).to.deep.equal({
      conversationId: 'c1',
      contactId: null,
    });
    expect(parseNewStatus({ ...status, after: undefined })).to.deep.equal({ id: 'a', name: 'Leads', color: '#2775f8' });
    expect(parseNewStatus({ ...status, after: null })).to.deep.equal({
      id: 'a',
      name: 'Leads',
      color: '#2775f8',
      after: null,
    });
    expect(parseStatusPatch({ color: '#FFFFFF', rank: 'z' })).to.deep.equal({ color: '#ffffff' });
  });

  it('names the invalid field', () => {
    expect(refusedField(() => parseStatus({ ...status, version: -1 }))).to.equal('version');
    expect(refusedField(() => parseStatus({ ...status, version: 1.5 }))).to.equal('version');
    expect(refusedField(() => parseStatus({ ...status, version: 'v7' }))).to.equal('version');
    expect(refusedField(() => parseStatus({ ...status, version: undefined }))).to.equal('version');
    expect(refusedField(() => parseStatus({ ...status, id: 'a/b' }))).to.equal('id');
    expect(refusedField(() => parseEntry({ ...entry, statusId: 'a/b' }))).to.equal('statusId');
    expect(refusedField(() => parseNewStatus({ ...status, color: '#27F' }))).to.equal('color');
    expect(refusedField(() => parseStatusPatch({ color: '#27F' }))).to.equal('color');
    expect(refusedField(() => parseConversationRef({ conversationId: 'c', activityAt: '5' }))).to.equal('activityAt');
    expect(refusedField(() => parseStatus({ ...status, rank: '' }))).to.equal('rank');
    expect(refusedField(() => parseStatus({ ...status, rank: 'x'.repeat(65) }))).to.equal('rank');
    expect(refusedField(() => parseEntry({ ...entry, statusId: undefined }))).to.equal('statusId');
    expect(refusedField(() => parseEntry({ ...entry, changedAt: Infinity }))).to.equal('changedAt');
    expect(refusedField(() => parseConversationRef({ conversationId: 'c', activityAt: NaN }))).to.equal('activityAt');
    expect(refusedField(() => parseChange({ kind: 'other', seq: '1' }))).to.equal('kind');
    expect(refusedField(() => parseChange({ kind: 'status', seq: '1', status: [] }))).to.equal('status');
  });

  it('a change keeps its seq and its opId as strings', () => {
    expect(parseChange({ kind: 'reset', seq: 7, opId: 'op' })).to.deep.equal({ kind: 'reset', seq: '7', opId: 'op' });
    expect(parseChange({ kind: 'reset', opId: 5 })).to.deep.equal({ kind: 'reset', seq: '' });
    expect(parseChange(JSON.parse('{"kind":"reset","seq":{"toString":null}}'))).to.deep.equal({
      kind: 'reset',
      seq: '',
    });
    expect(parseChange({ kind: 'entry', seq: '1', entry })).to.deep.equal({ kind: 'entry', seq: '1', entry });
    expect(parseChange({ kind: 'status', seq: '1', status })).to.deep.equal({ kind: 'status', seq: '1', status });
  });
});
