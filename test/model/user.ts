/** A simulated user: a store and an adapter on the unreliable network. */
import assert from 'node:assert/strict';
import { RestAdapter } from '../../src/adapters/rest/adapter.js';
import type { SetResult } from '../../src/model/entry.js';
import { PipelineError } from '../../src/model/errors.js';
import { PipelineStore, type Interest } from '../../src/store/pipeline.js';
import { CountCache } from '../../src/store/queries.js';
import type { Watcher } from '../../src/store/watchers.js';
import { CONVERSATIONS, perform, type Action, type Memory } from './actions.js';
import { FastClock } from './clock.js';
import { afterRunning } from './process-time.js';
import { recorded, type WriteCall } from './recorder.js';

/** How much faster than real time the adapter's clock runs. */
const SPEED = 100;
/** Timeout of one attempt, in real time. */
const TIMEOUT_MS = 400;

export interface UserOptions {
  /** The API through the unreliable network. */
  baseUrl: string;
  /** The API itself, for what the host does. */
  apiUrl: string;
  name: string;
  seed: number;
  /** Shows the counts from the start. */
  watchesCounts: boolean;
  /** Limit of process time for any action to be confirmed or rejected. */
  limitMs: number;
  /** Whether the network will let a request be answered. */
  isAnswering(requestId: string): boolean;
}

/** A user with an open page: their own store on their own adapter. */
export class User {
  readonly calls: WriteCall[] = [];
  store!: PipelineStore;
  #adapter!: RestAdapter;
  readonly #baseUrl: string;
  readonly #apiUrl: string;
  readonly #memory: Memory;
  readonly #clock: FastClock;
  readonly #pending = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];
  #stops: (() => void)[] = [];
  #counts: boolean;
  readonly #limitMs: number;
  readonly #requests = new Set<string>();
  #asked = 0;
  #isRetrying = false;
  readonly #closing: Promise<void>[] = [];

  constructor({ baseUrl, apiUrl, name, seed, watchesCounts, limitMs, isAnswering }: UserOptions) {
    const pending = (): string[] => [...this.#requests].filter(isAnswering);
    this.#clock = new FastClock(SPEED, seed, pending);
    this.#baseUrl = baseUrl;
    this.#apiUrl = apiUrl;
    this.#memory = { seen: [], name };
    this.#counts = watchesCounts;
    this.#limitMs = limitMs;
    this.#openPage();
  }

  /** Performs all actions, and waits until all of them are confirmed or rejected. */
  async run(actions: readonly Action[]): Promise<void> {
    for (const action of actions) {
      if (action.kind === 'away') {
        this.#stopWatching();
        await this.#pause(action.a * 20);
        this.#startWatching();
      } else if (action.kind === 'reload') {
        // Writes that wait are sent by the next page.
        this.#closePage();
        this.#openPage();
      } else if (action.kind === 'tell') {
        this.#track(this.#tell(action));
      } else {
        this.#do(action);
      }
      if (action.then === 'when done') await this.#settled();
      if (action.then === 'soon') await this.#pause(action.c);
    }
    await this.#settled();
    if (this.#failures.length) throw this.#failures[0];
  }

  /** What the user sees. */
  get shown(): {
    statuses: unknown[];
    entries: Record<string, string | null>;
    contacts: Record<string, string | null>;
  } {
    return {
      statuses: this.store.statuses.map(({ id, name, color }) => ({ id, name, color })),
      entries: Object.fromEntries(
        CONVERSATIONS.map(({ conversationId: id }) => [id, this.store.entry(id)?.statusId ?? null]),
      ),
      contacts: Object.fromEntries(
        CONVERSATIONS.map(({ conversationId: id }) => [id, this.store.confirmedEntry(id)?.contactId ?? null]),
      ),
    };
  }

  /** Presses each "Retry" button: everything shown with an error has one. */
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
    this.#closePage();
    await Promise.all(this.#closing);
  }

  /** Wraps the real `fetch` to track pending requests. */
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

  #openPage(): void {
    const options = { baseUrl: this.#baseUrl, timeoutMs: TIMEOUT_MS * SPEED, fetch: this.#fetch };
    this.#adapter = new RestAdapter(options, this.#clock);
    this.store = PipelineStore.of(recorded(this.#adapter, this.calls));
    this.#startWatching();
  }

  #closePage(): void {
    this.#stopWatching();
    this.#closing.push(this.#adapter.close());
  }

  #do(action: Action): void {
    const done = perform(this.store, action, this.#memory);
    if (done) this.#track(this.#verify(action, done));
  }

  #track(call: Promise<void>): void {
    const ended = call.catch((thrown: unknown) => void this.#failures.push(thrown));
    this.#pending.add(ended);
    void ended.then(() => this.#pending.delete(ended));
  }

  /** The host moves a conversation to another contact, or unlinks it. */
  async #tell({ index, a, b }: Action): Promise<void> {
    const { conversationId } = CONVERSATIONS[b % CONVERSATIONS.length]!;
    const conversations = [{ conversationId, contactId: a % 5 ? `p${a % 5}` : null }];
    const opId = `tell-${this.#memory.name}${index}`;
    this.calls.push({ name: 'putConversations', args: [conversations], options: { opId } });
    const response = await fetch(`${this.#apiUrl}/conversations`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'idempotency-key': opId },
      body: JSON.stringify({ conversations }),
    });
    assert.equal(response.status, 204, await response.text());
  }

  /** Checks that every failed or uncertain write is reported, in the way that elements expect. */
  async #verify(action: Action, done: Promise<unknown>): Promise<void> {
    const what = JSON.stringify(action);
    try {
      const value = await withLimit(done, this.#limitMs, what);
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

  #startWatching(): void {
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

  #stopWatching(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }
}

async function withLimit<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  let end = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    end = afterRunning(ms, () => reject(new Error('neither confirmed nor rejected')));
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
