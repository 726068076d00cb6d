import type { Change } from '../../model/changes.js';
import { invalid } from '../../model/errors.js';

const KEY = /^[\x21-\x7e]{1,240}$/;
/** How many names of parts are remembered. */
const REMEMBERED = 1000;

/** Idempotency keys: a call's `opId`, with a number behind it where the call is split into several requests. */
export class Keys {
  readonly #opIds = new Map<string, string>();

  /** The `opId`, if it can be a header. Throws `invalid`. */
  check(opId: string): string {
    if (!KEY.test(opId)) throw invalid('opId', 'must be a text of 1 to 240 visible ASCII characters.');
    return opId;
  }

  /** The key of a part, counted from 0. */
  of(opId: string, part: number): string {
    if (!part) return opId;
    const key = `${opId}.${part}`;
    this.#opIds.set(key, opId);
    if (this.#opIds.size > REMEMBERED) this.#opIds.delete(this.#opIds.keys().next().value!);
    return key;
  }

  /** The change as caused by the call, where it came of one of its parts. */
  withOpId(change: Change): Change {
    const opId = this.#opIds.get(change.opId ?? '');
    return opId === undefined ? change : { ...change, opId };
  }
}
