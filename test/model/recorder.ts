/** Records the writes of a store. */
import type { CallOptions, PipelineAdapter } from '../../src/adapters/adapter.js';
import { PipelineError } from '../../src/model/errors.js';

export type WriteName =
  | 'createStatus'
  | 'updateStatus'
  | 'moveStatus'
  | 'deleteStatus'
  | 'restoreStatus'
  | 'setStatus'
  /** By the host, who writes to the server itself. */
  | 'putConversations';

const WRITES: ReadonlySet<string> = new Set<WriteName>([
  'createStatus',
  'updateStatus',
  'moveStatus',
  'deleteStatus',
  'restoreStatus',
  'setStatus',
]);

/** A write requested by the store, and its result. */
export interface WriteCall {
  name: WriteName;
  /** Without the call options. */
  args: readonly unknown[];
  options: CallOptions & { opId: string; ifVersion?: number; moveTo?: string | null };
  answer?: { ok: true; value: unknown } | { ok: false; error: unknown };
}

/** Wraps an adapter and records its writes. */
export function recorded<A extends PipelineAdapter>(adapter: A, calls: WriteCall[]): A {
  return new Proxy(adapter, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function') return member;
      const method = member.bind(target) as (...args: unknown[]) => unknown;
      if (!WRITES.has(String(key))) return method;
      return async (...all: unknown[]) => {
        const call: WriteCall = {
          name: key as WriteName,
          args: all.slice(0, -1),
          options: all.at(-1) as WriteCall['options'],
        };
        calls.push(call);
        try {
          const value = await method(...all);
          call.answer = { ok: true, value };
          return value;
        } catch (error) {
          call.answer = { ok: false, error: PipelineError.from(error) };
          throw error;
        }
      };
    },
  });
}
