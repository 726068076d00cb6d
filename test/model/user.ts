import assert from 'node:assert/strict';
import { RestAdapter } from '../../src/adapters/rest/adapter.js';
import type { SetResult } from '../../src/model/entry.js';
import { PipelineError } from '../../src/model/errors.js';
import { PipelineStore, type Interest } from '../../src/store/store.js';
import { Tallies } from '../../src/store/tallies.js';
import type { Watcher } from '../../src/store/watchers.js';
import { CONVERSATIONS, perform, type Act, type Memory } from './acts.js';
import { FastClock } from './clock.js';
import { afterRunning } from './pause.js';
import { recorded, type WriteCall } from './recorder.js';

/** How much faster than real time the pauses of the adapter pass. */
const SPEED = 100;
/** Of real time, for one attempt. */
const TIMEOUT_MS = 400;

export interface UserOptions {
  baseUrl: string;
  name: string;
  seed: number;
  /** Looks at the counts from the beginning. */
  countsAlways: boolean;
  /** Of running time: nothing that a user does may take longer to be confirmed or refused. */
  patienceMs: number;
  /** Whether the network will let a request be answered. */
  isAnswering(requestId: string): boolean;
}

/** Someone with a page open: a store of their own on an adapter of their own. */
export class User {
  readonly calls: WriteCall[] = [];
  readonly store: PipelineStore;
  readonly #adapter: RestAdapter;
  readonly #memory: Memory;
  readonly #clock: FastClock;
  readonly #pending = new Set<Promise<void>>();
  readonly #broken: unknown[] = [];
  #stops: (() => void)[] = [];
  #counts: boolean;
  readonly #patienceMs: number;
  readonly #requests = new Set<string>();
  #asked = 0;
  #isRetrying = false;

  constructor({ baseUrl, name, seed, countsAlways, patienceMs, isAnswering }: UserOptions) {
    const underway = (): string[] => [...this.#requests].filter(isAnswering);
    this.#clock = new FastClock(SPEED, seed, underway);
    const options = { baseUrl, timeoutMs: TIMEOUT_MS * SPEED, fetch: this.#fetch };
    this.#adapter = new RestAdapter(options, this.#clock);
    this.store = PipelineStore.of(recorded(this.#adapter, this.calls));
    this.#memory = { seen: [], name };
    this.#counts = countsAlways;
    this.#patienceMs = patienceMs;
    this.#come();
  }

  /** Does all of it, and waits until all of it is confirmed or refused. */
  async run(acts: readonly Act[]): Promise<void> {
    for (const act of acts) {
      if (act.kind === 'away') {
        this.#leave();
        await this.#pause(act.a * 20);
        this.#come();
      } else {
        this.#do(act);
      }
      if (act.then === 'when done') await this.#settled();
      if (act.then === 'soon') await this.#pause(act.c);
    }
    await this.#settled();
    if (this.#broken.length) throw this.#broken[0];
  }

  /** What is shown. */
  get shown(): { statuses: unknown[]; entries: Record<string, string | null> } {
    return {
      statuses: this.store.statuses.map(({ id, name, color }) => ({ id, name, color })),
      entries: Object.fromEntries(
        CONVERSATIONS.map(({ conversationId: id }) => [id, this.store.entry(id)?.statusId ?? null]),
      ),
    };
  }

  /** What is shown with a failure beside it has a button, "Retry". */
  async retryIfAsked(): Promise<void> {
    const { store } = this;
    const hasFailed = store.error || CONVERSATIONS.some(({ conversationId }) => store.entryError(conversationId));
    if (!hasFailed || this.#isRetrying) return;
    this.#isRetrying = true;
    await store.retry();
    this.#isRetrying = false;
  }

  /** Looks at the counts too from now on. */
  watchCounts(): void {
    if (this.#counts) return;
    const interest: Interest = { also: this.store.part(Tallies).of({ of: 'conversation' }) };
    const watcher: Watcher = { update: () => undefined };
    this.store.watch(interest, watcher);
    this.#stops.push(() => this.store.unwatch(interest, watcher));
  }

  async close(): Promise<void> {
    this.#leave();
    await this.#adapter.close();
  }

  /** The real one, with the requests under way noted. */
  readonly #fetch: typeof fetch = async (input, init) => {
    const id = `${this.#memory.name}${++this.#asked}`;
    const headers = new Headers(init?.headers);
    headers.set('x-request-id', id);
    this.#requests.add(id);
    try {
      return await fetch(input, { ...init, headers });
    } finally {
      this.#requests.delete(id);
    }
  };

  #do(act: Act): void {
    const done = perform(this.store, act, this.#memory);
    if (!done) return;
    const ended = this.#judge(act, done).catch((thrown: unknown) => void this.#broken.push(thrown));
    this.#pending.add(ended);
    void ended.then(() => this.#pending.delete(ended));
  }

  /** What was refused, or may not have happened, is told; and it is told in the one way that elements know. */
  async #judge(act: Act, done: Promise<unknown>): Promise<void> {
    const what = JSON.stringify(act);
    try {
      const value = await inTime(done, this.#patienceMs, what);
      if (!Array.isArray(value)) return;
      for (const result of value as SetResult[]) {
        if (!result.ok) assert.ok(result.error instanceof PipelineError, `${what}: ${String(result.error)}`);
      }
    } catch (thrown) {
      assert.ok(thrown instanceof PipelineError, `${what}: ${String(thrown)}`);
      assert.notEqual(thrown.code, 'unknown', `${what}: ${thrown.message}`);
    }
  }

  async #settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, resolve));
  }

  #come(): void {
    const { store } = this;
    const interest: Interest = {
      statuses: true,
      conversationIds: CONVERSATIONS.map(({ conversationId }) => conversationId),
      also: this.#counts ? store.part(Tallies).of({ of: 'conversation' }) : undefined,
    };
    const watcher: Watcher = { update: () => undefined, report: () => undefined };
    store.watch(interest, watcher);
    this.#stops = [() => store.unwatch(interest, watcher)];
  }

  #leave(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }
}

async function inTime<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  let end = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    end = afterRunning(ms, () => reject(new Error('neither confirmed nor refused')));
  });
  try {
    return await Promise.race([promise, late]);
  } catch (thrown) {
    if (thrown instanceof PipelineError) throw thrown;
    throw new Error(`${what}: ${String(thrown)}`, { cause: thrown });
  } finally {
    end();
  }
}
