import { expect } from '@open-wc/testing';
import { en, type Message, type MessageKey, type Messages } from './en.js';
import { id } from './id.js';

const forms = (message: Message): string[] => (typeof message === 'string' ? [message] : Object.values(message));
const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort();

/** Words that are the same in both languages. */
const SAME = ['Status'];

describe('the Indonesian table', () => {
  it('has every message, in every form with the placeholders of the English one', () => {
    expect(Object.keys(id).sort()).to.deep.equal(Object.keys(en).sort());
    for (const key of Object.keys(en) as MessageKey[]) {
      const wanted = placeholders(forms(en[key]).at(-1)!);
      for (const text of forms(id[key])) expect(placeholders(text), key).to.deep.equal(wanted);
      // "A status …" says the number too.
      for (const text of forms(en[key])) expect(wanted, key).to.include.members(placeholders(text));
    }
  });

  it('has no message that was left in English', () => {
    const left = (Object.keys(en) as MessageKey[]).filter((key) =>
      forms(id[key]).some((text) => forms(en[key]).includes(text) && !SAME.includes(text)),
    );
    expect(left).to.deep.equal([]);
  });
});

describe('a table of messages', () => {
  it('is a type error when it lacks a message, has one of no such name, or a plural without its last form', () => {
    const { noStatus, ...rest } = id;
    // @ts-expect-error Property 'noStatus' is missing
    const lacking: Messages = rest;
    // @ts-expect-error 'noStatuses' does not exist
    const misspelt: Messages = { ...id, noStatuses: noStatus };
    // @ts-expect-error Property 'other' is missing
    const oneForm: Messages = { ...id, conversations: { one: '{name}, {n}' } };
    expect([lacking, misspelt, oneForm]).to.have.length(3);
  });
});
