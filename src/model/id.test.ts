/** Tests of new ids. */
import { expect } from '@open-wc/testing';
import { newId } from './id.js';
import { parseId } from './validate.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('newId', () => {
  it('returns a new UUID each time, also on a page without HTTPS', () => {
    const descriptor = Object.getOwnPropertyDescriptor(Crypto.prototype, 'randomUUID')!;
    for (const isSecure of [true, false]) {
      if (!isSecure) Object.defineProperty(Crypto.prototype, 'randomUUID', { value: undefined, configurable: true });
      const ids = Array.from({ length: 1000 }, newId);
      Object.defineProperty(Crypto.prototype, 'randomUUID', descriptor);
      expect(new Set(ids).size).to.equal(1000);
      for (const id of ids) expect(parseId(id)).to.match(UUID);
    }
  });
});
