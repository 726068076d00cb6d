/** Tests that every language has every text. */
import { expect } from '@open-wc/testing';
import { en, type Message, type MessageKey, type Messages } from './en.js';
import { id } from './id.js';

const forms = (message: Message): string[] => (typeof message === 'string' ? [message] : Object.values(message));
const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort();

/** Words that both languages use, and the product's own terms, which support agents do not translate. */
const SAME = ['Status', 'Leads', 'Purchase', 'Repurchase'];

describe('the Indonesian texts', () => {
  it('has every text, with the placeholders of the English one in every form', () => {
    expect(Object.keys(id).sort()).to.deep.equal(Object.keys(en).sort());
    for (const key of Object.keys(en) as MessageKey[]) {
      const wanted = placeholders(forms(en[key]).at(-1)!);
      for (const text of forms(id[key])) expect(placeholders(text), key).to.deep.equal(wanted);
      // "A status …" includes the number 1 without a placeholder.
      for (const text of forms(en[key])) expect(wanted, key).to.include.members(placeholders(text));
    }
  });

  it('has no text that is still in English', () => {
    const left = (Object.keys(en) as MessageKey[]).filter((key) =>
      forms(id[key]).some((text) => forms(en[key]).includes(text) && !SAME.includes(text)),
    );
    expect(left).to.deep.equal([]);
  });
});

describe('a table of texts', () => {
  it('is a type error if a text is missing or unknown, or if a plural has no `other` form', () => {
    const { noStatus, ...rest } = id;
    // @ts-expect-error Property 'noStatus' is missing
    const incomplete: Messages = rest;
    // @ts-expect-error 'noStatuses' does not exist
    const misspelled: Messages = { ...id, noStatuses: noStatus };
    // @ts-expect-error Property 'other' is missing
    const withoutOther: Messages = { ...id, conversations: { one: '{name}, {n}' } };
    expect([incomplete, misspelled, withoutOther]).to.have.length(3);
  });
});
