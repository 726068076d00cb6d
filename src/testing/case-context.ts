/** What each case of the adapter suite works with: a fresh adapter, and ways to open others and to wait. */
import type { PipelineAdapter } from '../adapters/adapter.js';
import { BrokenRule } from './check.js';

export type OptionalMethod =
  | 'restoreStatus'
  | 'putConversations'
  | 'getContacts'
  | 'count'
  | 'find'
  | 'history'
  | 'forget'
  | 'subscribe'
  | 'close';

/** An adapter that has these optional methods. */
export type With<K extends OptionalMethod> = PipelineAdapter & Required<Pick<PipelineAdapter, K>>;

/** What one case works with. */
export interface CaseContext<A extends PipelineAdapter = PipelineAdapter> {
  /** Fresh and empty. */
  readonly adapter: A;
  /** A second client on the same data. */
  peer(): Promise<A>;
  /** An adapter on the same data after a restart; the passed one is no longer used. */
  reopen(adapter: A): Promise<A>;
  /** Waits until the condition holds; otherwise fails with the rule and prints `actual`. */
  until(condition: () => boolean | Promise<boolean>, rule: string, actual?: () => unknown): Promise<void>;
  /** Of how many conversations an aborted `setStatus` stores all or none. */
  readonly atomicLength: number;
  /** Every adapter that the case opened. */
  readonly opened: Set<PipelineAdapter>;
}

/** Adds a case. With `needs`, the case passes without doing anything if the adapter lacks one of these methods. */
export interface It {
  (title: string, body: (context: CaseContext) => Promise<void>): void;
  <K extends OptionalMethod>(
    title: string,
    needs: readonly K[],
    body: (context: CaseContext<With<K>>) => Promise<void>,
  ): void;
}

/** Registers the cases about one part of the contract. */
export type Topic = (it: It) => void;

/** The most that one request of the REST wire carries. */
const DEFAULT_ATOMIC_LENGTH = 200;

interface Sources {
  atomicLength?: number;
  create(): PipelineAdapter | Promise<PipelineAdapter>;
  reopen?(adapter: PipelineAdapter): Promise<PipelineAdapter>;
  peer?(adapter: PipelineAdapter): Promise<PipelineAdapter>;
}

export async function openContext(sources: Sources, timeoutMs: number): Promise<CaseContext> {
  const adapter = await sources.create();
  const opened = new Set([adapter]);
  const keep = (other: PipelineAdapter): PipelineAdapter => {
    opened.add(other);
    return other;
  };
  return {
    adapter,
    atomicLength: sources.atomicLength ?? DEFAULT_ATOMIC_LENGTH,
    opened,
    peer: async () => keep(await sources.peer!(adapter)),
    reopen: async (old) => {
      const next = keep(await sources.reopen!(old));
      // Whether `reopen` closes the old one is its author's choice; then it is not closed twice.
      if (next !== old) opened.delete(old);
      return next;
    },
    until: (condition, rule, actual) => until(condition, timeoutMs, rule, actual),
  };
}

export async function closeAll({ opened }: CaseContext): Promise<void> {
  for (const adapter of opened) await adapter.close?.();
}

async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  rule: string,
  actual?: () => unknown,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  // Short pauses at first: most conditions hold after the next task.
  for (let pause = 0; !(await condition()); pause = Math.min(pause + 1, 25)) {
    if (Date.now() > end) throw new BrokenRule(rule, `within ${timeoutMs} ms`, actual?.() ?? 'not yet');
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
