/** A user with a page open: a store on an adapter of its own. */
import assert from 'node:assert/strict';
import { RestAdapter } from '../../src/adapters/rest/adapter.js';
import type { SetResult } from '../../src/model/entry.js';
import { PipelineError } from '../../src/model/errors.js';
import { PipelineStore, type Interest } from '../../src/store/pipeline.js';
import { CountCache } from '../../src/store/counts.js';
import type { Watcher } from '../../src/store/watchers.js';
import { CONVERSATIONS, perform, type Act, type Memory } from './acts.js';
import { FastClock } from './clock.js';
import { afterRunning } from './pause.js';
import { recorded, type WriteCall } from './recorder.js';

/** How much faster than real time the clock of the adapter runs. */
const SPEED = 100;
/** The time limit of one attempt, in real time. */
const TIMEOUT_MS = 400;

export interface UserOptions {
  baseUrl: string;
  name: string;
  seed: number;
  /** Shows the counts from the start. */
  countsAlways: boolean;
  /** The running time within which every act must be confirmed or refused. */
  patienceMs: number;
  /** Whether a request will get a response. */
  isAnswering(requestId: string): boolean;
}

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

  /** Performs the acts, and waits until all are confirmed or refused. */
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

  /** What the user sees. */
  get shown(): { statuses: unknown[]; entries: Record<string, string | null> } {
    return {
      statuses: this.store.statuses.map(({ id, name, color }) => ({ id, name, color })),
      entries: Object.fromEntries(
        CONVERSATIONS.map(({ conversationId: id }) => [id, this.store.entry(id)?.statusId ?? null]),
      ),
    };
  }

  /** Presses "Retry", which the elements offer after a failure. */
  async retryIfAsked(): Promise<void> {
    const { store } = this;
    const hasFailed = store.error || CONVERSATIONS.some(({ conversationId }) => store.entryError(conversationId));
    if (!hasFailed || this.#isRetrying) return;
    this.#isRetrying = true;
    await store.retry();
    this.#isRetrying = false;
  }

  /** Shows the counts from now on. */
  watchCounts(): void {
    if (this.#counts) return;
    const interest: Interest = { also: this.store.cache(CountCache).of({ of: 'conversation' }) };
    const watcher: Watcher = { update: () => undefined };
    this.store.watch(interest, watcher);
    this.#stops.push(() => this.store.unwatch(interest, watcher));
  }

  async close(): Promise<void> {
    this.#leave();
    await this.#adapter.close();
  }

  /** The real `fetch`, with the requests in flight recorded. */
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

  /** A write that failed, or may not have been applied, must reject with an error that the elements handle. */
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
      also: this.#counts ? store.cache(CountCache).of({ of: 'conversation' }) : undefined,
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
