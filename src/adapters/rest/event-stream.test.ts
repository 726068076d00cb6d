/** Parses server-sent events, however they are split. */
import { expect } from '@open-wc/testing';
import { EventStreamParser, type StreamEvent } from './event-stream-parser.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(...pieces: (string | Uint8Array)[]): { events: StreamEvent[]; retries: number[] } {
  const events: StreamEvent[] = [];
  const retries: number[] = [];
  const parser = new EventStreamParser(
    (event) => events.push(event),
    (ms) => retries.push(ms),
  );
  for (const piece of pieces) parser.push(typeof piece === 'string' ? bytesOf(piece) : piece);
  return { events, retries };
}

const event = (type: string, data: string, id: string): StreamEvent => ({ type, data, id, isTruncated: false });

const TEXT =
  '\ufeff: hello\r\nretry: 2500\r\n\r\n' +
  'event: status\nid: 1\ndata: {"name":"Café 😀",\ndata: "x":1}\n\n' +
  ':\n\n' +
  'id:2\revent:entry\rdata:  two spaces\r\r' +
  'data\n\n' +
  'event: reset\r\nid: 3\r\n\r\n' +
  'unknown: x\ndata: no type\n\n' +
  'retry: soon\n\nevent: cut off';

const EVENTS = [
  event('status', '{"name":"Café 😀",\n"x":1}', '1'),
  event('entry', ' two spaces', '2'),
  event('', '', '2'),
  event('reset', '', '3'),
  event('', 'no type', '3'),
];

describe('event stream parser', () => {
  it('follows the standard', () => {
    expect(read(TEXT)).to.deep.equal({ events: EVENTS, retries: [2500] });
  });

  it('does not depend on where the stream is split in two', () => {
    const bytes = bytesOf(TEXT);
    for (let at = 0; at <= bytes.length; at++) {
      expect(read(bytes.slice(0, at), bytes.slice(at)), `split at ${at}`).to.deep.equal({
        events: EVENTS,
        retries: [2500],
      });
    }
  });

  it('parses byte by byte', () => {
    expect(read(...[...bytesOf(TEXT)].map((byte) => Uint8Array.of(byte)))).to.deep.equal({
      events: EVENTS,
      retries: [2500],
    });
  });

  it('does not depend on how the stream is split, in 5,000 random ways', () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    let state = seed;
    const random = (n: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >> 8) % n;
    };
    const bytes = bytesOf(TEXT);
    for (let n = 0; n < 5000; n++) {
      const cuts = Array.from({ length: random(8) }, () => random(bytes.length)).sort((a, b) => a - b);
      const pieces = [0, ...cuts].map((from, i) => bytes.slice(from, cuts[i] ?? bytes.length));
      expect(read(...pieces), `seed ${seed}, cuts ${cuts.join()}`).to.deep.equal({ events: EVENTS, retries: [2500] });
    }
  });

  it('ignores an id with a null character', () => {
    expect(read('id: 1\n\n').events).to.deep.equal([event('', '', '1')]);
    expect(read('id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n').events.map(({ id }) => id)).to.deep.equal(['1', '1']);
  });

  for (const [what, line] of [
    ['in one line', `data: ${'x'.repeat(70_000)}\n`],
    ['in many lines', `data: ${'x'.repeat(999)}\n`.repeat(70)],
  ]) {
    it(`truncates an event of 70 kB ${what}, and not the next one`, () => {
      const text = `event: status\nid: 1\n${line}\nevent: status\nid: 2\ndata: y\n\n`;
      const expected = [{ type: 'status', data: '', id: '1', isTruncated: true }, event('status', 'y', '2')];
      expect(read(text).events).to.deep.equal(expected);
      const pieces = text.match(/[^]{1,1000}/g)!;
      expect(read(...pieces).events).to.deep.equal(expected);
    });
  }

  it('does not parse the rest of a dropped line as a line', () => {
    expect(read(`data: ${'x'.repeat(70_000)}`, 'id: 9\nevent: status\n\n').events).to.deep.equal([
      { type: 'status', data: '', id: '', isTruncated: true },
    ]);
  });

  it('does not buffer a line that never ends', () => {
    const endless = Array.from({ length: 100 }, () => 'data: ' + 'x'.repeat(10_000));
    expect(read(...endless, '\n', '\n', 'data: y\n\n').events.map(({ isTruncated }) => isTruncated)).to.deep.equal([
      true,
      false,
    ]);
  });
});
