/**
 * The writes of one adapter that are not confirmed yet, stored so that they outlive it: after a reload or a crash the next
 * adapter of the same base URL and session sends them.
 *
 * Each stored write has an owner, the adapter that sends it, which holds a Web Lock while it has any. A write whose owner
 * has ended, or has given it up, is taken over by exactly one other adapter. Without Web Locks two may send the same
 * write; it has one idempotency key, so it is applied once.
 */
import type { ConversationRef } from '../../model/entry.js';
import { newId, type Id } from '../../model/id.js';
import { hashOf, type OutboxStorage, type OutboxWork, type StoredWrite, type WriteName } from './outbox-storage.js';

/** A request of `setStatus`. */
export interface OutboxWrite {
  /** The idempotency key. */
  readonly key: string;
  readonly refs: readonly ConversationRef[];
  readonly statusId: Id | null;
  readonly ifVersion: number | undefined;
  /** When it was made, milliseconds since the epoch. */
  readonly since: number;
}

/** Whom writes belong to: a session that the server has named, or else whoever has these credentials. */
export interface OutboxIdentity {
  readonly isNamed: boolean;
  readonly text: string;
}

export interface OutboxOptions {
  storage: OutboxStorage;
  /** Returns the base URL. Throws if there is none. */
  baseUrl(): string;
  now(): number;
  /** Whom new requests belong to. */
  identity(): OutboxIdentity;
  /** Called with writes of the current identity that this adapter has to send from now on. */
  onTaken(writes: readonly OutboxWrite[]): void;
  /** Called with writes that are not sent any more, because their credentials are gone. */
  onLost(writes: readonly OutboxWrite[]): void;
}

/** Writes of sessions that never came back are deleted after this time, milliseconds. */
const MAX_KEPT = 30 * 24 * 60 * 60 * 1000;

/** Most writes of other tabs are done before this time has passed, milliseconds. */
const LOOK_DELAY = 1000;

const NAME = 'pipeline-elements:outbox';

/** The adapters of this page that still send their writes, for where there are no Web Locks. */
const activeOwners = new Set<string>();

const lockOf = (owner: string): string => `${NAME}:${owner}`;

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #owner = newId();
  /** The writes that this adapter is sending, by key, with the scope that they are stored in. */
  readonly #own = new Map<string, Promise<string>>();
  readonly #hashes = new Map<string, Promise<string>>();
  /** Owners of writes of this identity whose end is awaited. */
  readonly #watched = new Set<string>();
  readonly #ended = new AbortController();
  /** Storage operations run one after another. */
  #tail: Promise<unknown> = Promise.resolve();
  #releaseLock: (() => void) | undefined;
  #channel: BroadcastChannel | undefined;
  #isClosed = false;
  #lookTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    activeOwners.add(this.#owner);
  }

  /** Stores the requests of a call. Earlier ones that only set the same conversations are superseded, here and in other tabs. */
  add(writes: readonly OutboxWrite[], identity: Promise<OutboxIdentity>): void {
    const scope = identity.then((known) => this.#scopeOf(known));
    scope.catch(() => undefined);
    const ids = new Set(writes.flatMap(({ refs }) => refs.map(({ conversationId }) => conversationId)));
    const keys = new Set(writes.map(({ key }) => key));
    for (const { key } of writes) this.#own.set(key, scope);
    void this.#enqueue(async () => {
      const { isNamed } = await identity;
      const current = await scope;
      await this.#holdLock();
      const isSuperseded = (stored: StoredWrite): boolean =>
        stored.scope === current && !keys.has(stored.key) && stored.refs.every((ref) => ids.has(ref.conversationId));
      await this.#update((stored, _, base) => ({
        result: undefined,
        remove: stored.filter(isSuperseded),
        put: writes.map((write) => this.#record(write, base, current, isNamed)),
      }));
      this.#announce();
    });
  }

  /** Whether a write that has waited must still be sent: a later one, of any tab, may have superseded it. */
  claim({ key }: OutboxWrite): Promise<boolean> {
    const scope = this.#own.get(key);
    return this.#enqueue(async () => {
      const only = scope && { scope: await scope, key };
      return this.#update((stored, isComplete) => ({ result: !isComplete || stored.length > 0 }), only);
    }).then((isDue) => isDue ?? true);
  }

  /**
   * To be called when this adapter no longer sends a write. `isKept`: it was neither sent nor refused, and the next
   * adapter of its session sends it.
   */
  end({ key }: OutboxWrite, isKept: boolean): void {
    const known = this.#own.get(key);
    if (!known) return;
    void this.#enqueue(async () => {
      const only = { scope: await known, key };
      await this.#update(
        (found) =>
          isKept
            ? { result: undefined, put: found.map((each) => ({ ...each, owner: '' })) }
            : { result: undefined, remove: found },
        only,
      );
      // Only now, so that `look` does not find it before. It may have been added again.
      if (this.#own.get(key) === known) this.#own.delete(key);
      if (!this.#own.size) this.#dropLock();
      if (isKept) this.#announce();
    });
  }

  /** The server has named the session of these writes, which was not known when they were made. */
  rename(keys: readonly string[], name: string): void {
    const scope = this.#scopeOf({ isNamed: true, text: name });
    scope.catch(() => undefined);
    for (const key of keys) {
      const known = this.#own.get(key);
      if (!known) continue;
      this.#own.set(key, scope);
      void this.#enqueue(async () => {
        const [before, current] = [await known, await scope];
        if (before === current) return;
        await this.#update(
          (found) => ({
            result: undefined,
            remove: found,
            put: found.map((each) => ({ ...each, scope: current, isNamed: true })),
          }),
          { scope: before, key },
        );
      });
    }
  }

  /** Takes over the writes of the current identity that nobody sends, and those of each other tab when it ends. */
  look(): void {
    this.#channelOf();
    void this.#enqueue(async () => {
      if (this.#ended.signal.aborted) return;
      const { isNamed, text } = this.#options.identity();
      const scope = await this.#scopeOf({ isNamed, text });
      const isForeign = (write: StoredWrite): boolean => !write.isNamed && write.scope !== scope;
      const isRelevant = (write: StoredWrite): boolean =>
        (write.scope === scope || isForeign(write)) && !this.#own.has(write.key);
      const found = await this.#update((stored) => {
        const oldest = this.#options.now() - MAX_KEPT;
        return { result: stored.filter(isRelevant), remove: stored.filter(({ since }) => since < oldest) };
      });
      for (const { owner } of found) if (owner) this.#watch(owner);
      if (!found.some((write) => this.#isFree(write))) return;
      await this.#holdLock();
      const { taken, lost } = await this.#update((stored) => {
        const free = stored.filter((write) => isRelevant(write) && this.#isFree(write));
        const lost = free.filter(isForeign);
        const taken = free.filter((write) => !isForeign(write));
        const put = taken.map((write) => ({ ...write, owner: this.#owner }));
        return { result: { taken, lost }, put, remove: lost };
      });
      for (const { key } of taken) this.#own.set(key, Promise.resolve(scope));
      if (!this.#own.size) this.#dropLock();
      const now = this.#options.identity();
      // Someone else may have signed in meanwhile.
      if (now.isNamed !== isNamed || now.text !== text) for (const write of taken) this.end(withVersion(write), true);
      else if (taken.length) this.#options.onTaken(taken.map(withVersion));
      if (lost.length) this.#options.onLost(lost.map(withVersion));
    });
  }

  /** Gives up what is left. Writes must have ended before. */
  async close(): Promise<void> {
    this.#ended.abort();
    await this.#tail;
    this.#isClosed = true;
    activeOwners.delete(this.#owner);
    this.#channel?.close();
    clearTimeout(this.#lookTimer);
    this.#dropLock();
  }

  #record(write: OutboxWrite, base: string, scope: string, isNamed: boolean): StoredWrite {
    const { ifVersion, ...rest } = write;
    const { key, refs, statusId, since } = rest;
    const version = ifVersion === undefined ? {} : { ifVersion };
    return { base, scope, isNamed, key, owner: this.#owner, refs, statusId, since, ...version };
  }

  /** Tells the other tabs that there are writes, which one of them sends if this tab ends. */
  #announce(): void {
    this.#channelOf()?.postMessage(null);
  }

  /** Whether nobody sends a write. */
  #isFree({ owner }: StoredWrite): boolean {
    if (!owner || owner === this.#owner) return true;
    return !this.#locks && !activeOwners.has(owner);
  }

  /** Frees the writes of another owner as soon as it ends. */
  #watch(owner: string): void {
    if (owner === this.#owner || this.#watched.has(owner)) return;
    this.#watched.add(owner);
    const free = (): Promise<void> =>
      this.#update((stored) => ({
        result: undefined,
        put: stored.filter((write) => write.owner === owner).map((write) => ({ ...write, owner: '' })),
      }));
    this.#locks?.request(lockOf(owner), { signal: this.#ended.signal }, free).then(
      () => {
        this.#watched.delete(owner);
        this.look();
      },
      () => this.#watched.delete(owner),
    );
  }

  async #holdLock(): Promise<void> {
    if (this.#releaseLock) return;
    await new Promise<void>((resolve) => {
      const locks = this.#locks;
      if (!locks) return resolve();
      const held = new Promise<void>((release) => (this.#releaseLock = release));
      const hold = (): Promise<void> => {
        resolve();
        return held;
      };
      // Refused: for instance in a document that is being unloaded.
      locks.request(lockOf(this.#owner), hold).catch(() => resolve());
    });
  }

  #dropLock(): void {
    this.#releaseLock?.();
    this.#releaseLock = undefined;
  }

  get #locks(): LockManager | undefined {
    return this.#options.storage.isShared ? globalThis.navigator?.locks : undefined;
  }

  #channelOf(): BroadcastChannel | undefined {
    const { isShared } = this.#options.storage;
    if (!isShared || this.#isClosed || typeof BroadcastChannel === 'undefined') return undefined;
    if (!this.#channel) {
      this.#channel = new BroadcastChannel(NAME);
      this.#channel.onmessage = () => {
        this.#lookTimer ??= setTimeout(() => {
          this.#lookTimer = undefined;
          this.look();
        }, LOOK_DELAY);
      };
      // In Node an open channel would keep the process alive.
      (this.#channel as Partial<{ unref(): void }>).unref?.();
    }
    return this.#channel;
  }

  async #update<T>(
    work: (stored: readonly StoredWrite[], isComplete: boolean, base: string) => ReturnType<OutboxWork<T>>,
    only?: WriteName,
  ): Promise<T> {
    const base = await this.#hashOf(this.#options.baseUrl());
    return this.#options.storage.update(base, (stored, isComplete) => work(stored, isComplete, base), only);
  }

  #scopeOf({ isNamed, text }: OutboxIdentity): Promise<string> {
    return this.#hashOf(JSON.stringify([this.#options.baseUrl(), isNamed, text]));
  }

  /** What stays in this page needs no hash. */
  async #hashOf(text: string): Promise<string> {
    if (!this.#options.storage.isShared) return text;
    let hash = this.#hashes.get(text);
    if (!hash) this.#hashes.set(text, (hash = hashOf(text)));
    return hash;
  }

  /** Runs an operation after those before it. A failure must not affect the writes themselves. */
  #enqueue<T>(run: () => Promise<T>): Promise<T | undefined> {
    const result = this.#tail.then(run).catch(() => undefined);
    this.#tail = result;
    return result;
  }
}

const withVersion = ({ key, refs, statusId, ifVersion, since }: StoredWrite): OutboxWrite => ({
  ...{ key, refs, statusId, ifVersion, since },
});
