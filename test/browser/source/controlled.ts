/** Adapters that respond when the test says so, and record their writes. */
import type { PipelineAdapter } from '../../../src/adapters/adapter.js';
import { MemoryAdapter } from '../../../src/adapters/memory.js';
import type { Change } from '../../../src/model/changes.js';
import { PipelineError } from '../../../src/model/errors.js';

const READS = ['listStatuses', 'getEntries', 'getContacts', 'count', 'find', 'history'] as const;
const WRITES = ['createStatus', 'updateStatus', 'moveStatus', 'deleteStatus', 'restoreStatus', 'setStatus'] as const;
export type Method = (typeof READS | typeof WRITES)[number];
export const METHODS: readonly Method[] = [...READS, ...WRITES];
type Call = (...args: unknown[]) => Promise<unknown>;

export type Outcome = 'answered' | 'refused';

/** Holds calls back and records writes. */
export class Control {
  readonly writes: string[] = [];
  /** The object that each write was called on. */
  readonly writers: unknown[] = [];
  readonly #gates = new Map<Method, Promise<void>>();

  /** Holds calls of a method from now on; returns how to resolve or reject them. */
  hold(
    method: Method,
    outcome: Outcome = 'answered',
    refusal = new PipelineError('forbidden', 'OLD refuses'),
  ): () => void {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve, reject) => {
      release = outcome === 'answered' ? resolve : () => reject(refusal);
    });
    // The caller may no longer be interested.
    gate.catch(() => undefined);
    this.#gates.set(method, gate);
    return release;
  }

  /** Stops holding calls. */
  letPass(): void {
    this.#gates.clear();
  }

  async pass(method: Method, args: readonly unknown[], call: Call, on?: unknown): Promise<unknown> {
    if ((WRITES as readonly Method[]).includes(method)) {
      this.writes.push(`${method} ${JSON.stringify(args)}`);
      this.writers.push(on);
    }
    await this.#gates.get(method);
    return call(...args);
  }
}

/** An in-memory adapter under the test's control. */
export function controlled(memory: MemoryAdapter): { adapter: PipelineAdapter; control: Control } {
  const control = new Control();
  for (const method of METHODS) {
    const call = memory[method].bind(memory) as Call;
    Object.assign(memory, { [method]: (...args: unknown[]) => control.pass(method, args, call) });
  }
  return { adapter: memory, control };
}

/** An adapter that first serves one user and then another, like a REST API after a sign-in. */
export class SignIn {
  session = 'first';
  #memory: MemoryAdapter;
  readonly #listeners = new Set<(change: Change) => void>();

  constructor(memory: MemoryAdapter) {
    this.#memory = memory;
    for (const method of METHODS) {
      // A call made in a session is answered from that session.
      const call: Call = (...args) => (this.#memory[method] as Call).call(this.#memory, ...args);
      Object.assign(this, { [method]: call });
    }
  }

  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Someone else signs in. `isTold`: subscribers are notified immediately. */
  signIn(memory: MemoryAdapter, isTold = true): void {
    this.#memory = memory;
    this.session += '+';
    if (isTold) for (const listener of [...this.#listeners]) listener({ seq: '0', kind: 'reset', forget: true });
  }
}

/** Statuses of a tenant: two whose ids every tenant has, and one that only this tenant has. */
export async function tenant(name: 'OLD' | 'NEW', has: { c1: string; c2: string }): Promise<MemoryAdapter> {
  const memory = new MemoryAdapter();
  await fill(memory, name, has);
  return memory;
}

export async function fill(
  adapter: PipelineAdapter,
  name: 'OLD' | 'NEW',
  has: { c1: string; c2: string },
): Promise<void> {
  const own = `${name.toLowerCase()}-only`;
  for (const [id, words] of [
    ['leads', 'Leads'],
    ['purchase', 'Purchase'],
    [own, 'Only'],
  ] as const) {
    await adapter.createStatus({ id, name: `${name} ${words}`, color: '#2775f8' });
  }
  await adapter.setStatus([{ conversationId: 'c1' }], has.c1);
  await adapter.setStatus([{ conversationId: 'c2' }], has.c2);
}
