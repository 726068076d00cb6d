/** Stores writes that are not confirmed yet: in a database of the browser, or in memory where there is none. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { parseConversationRef, type ConversationRef } from '../../model/entry.js';
import type { Id } from '../../model/id.js';
import { parseId } from '../../model/validate.js';

/** A request of `setStatus` as it is stored. It has no credentials, and names no session. */
export interface StoredWrite {
  /** A hash of the base URL. */
  base: string;
  /** A hash of the session, or of the credentials where the server does not name its sessions. */
  scope: string;
  /** Whether `scope` is a session that the server has named. */
  isNamed: boolean;
  /** The idempotency key. */
  key: string;
  /** The client that sends it; '' for nobody, so that the next client of the session does. */
  owner: string;
  refs: readonly ConversationRef[];
  statusId: Id | null;
  ifVersion?: number;
  /** When it was made, milliseconds since the epoch. */
  since: number;
}

/** What a transaction changes; the other records stay. */
export interface OutboxChanges<T> {
  result: T;
  put?: readonly StoredWrite[];
  remove?: readonly StoredWrite[];
}

/**
 * Decides what a transaction changes; may be called twice. `isComplete`: `false` if the database could not be read, so
 * that writes may be missing.
 */
export type OutboxWork<T> = (writes: readonly StoredWrite[], isComplete: boolean) => OutboxChanges<T>;

export interface OutboxStorage {
  /** Whether other pages see the writes too. */
  readonly isShared: boolean;
  /**
   * Reads the writes of a base URL, oldest first, or only one of them, and changes them in the same transaction. Never
   * rejects.
   */
  update<T>(base: string, work: OutboxWork<T>, only?: WriteName): Promise<T>;
}

/** What identifies a write, besides its base URL. */
export type WriteName = Pick<StoredWrite, 'scope' | 'key'>;

/** Keeps the writes as long as the page. */
export class MemoryOutboxStorage implements OutboxStorage {
  readonly isShared = false;
  readonly #writes = new Map<string, StoredWrite>();

  async update<T>(base: string, work: OutboxWork<T>, only?: WriteName, isComplete = true): Promise<T> {
    const changes = work(this.of(base, only), isComplete);
    for (const write of changes.remove ?? []) this.delete(write);
    for (const write of changes.put ?? []) this.#writes.set(nameOf(write), write);
    return changes.result;
  }

  of(base: string, only: WriteName | undefined): StoredWrite[] {
    if (only) {
      const write = this.#writes.get(nameOf({ base, ...only }));
      return write ? [write] : [];
    }
    return oldestFirst([...this.#writes.values()].filter((write) => write.base === base));
  }

  delete(write: StoredWrite): void {
    this.#writes.delete(nameOf(write));
  }
}

const nameOf = ({ base, scope, key }: WriteName & { base: string }): string => JSON.stringify([base, scope, key]);

/** Those made within one millisecond stay as they are. */
const oldestFirst = (writes: StoredWrite[]): StoredWrite[] => writes.sort((a, b) => a.since - b.since);

const DATABASE = 'pipeline-elements:outbox';
const VERSION = 1;
/** How long a transaction may take, milliseconds: a pick must not wait for a browser whose storage hangs. */
const TIMEOUT = 3000;

interface Schema extends DBSchema {
  writes: { key: [string, string, string]; value: StoredWrite };
}

/** Keeps the writes in IndexedDB; those that cannot be stored there, in memory. */
export class BrowserOutboxStorage implements OutboxStorage {
  readonly isShared = true;
  readonly #memory = new MemoryOutboxStorage();
  #opening: Promise<IDBPDatabase<Schema>> | undefined;
  /** Whether the browser did not answer in time. Until it does, nothing waits for it. */
  #isSilent = false;

  async update<T>(base: string, work: OutboxWork<T>, only?: WriteName): Promise<T> {
    if (!this.#isSilent) {
      const stored = this.#updateDatabase(base, work, only);
      stored.catch(() => undefined);
      let timer: ReturnType<typeof setTimeout> | undefined;
      const silence = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          this.#isSilent = true;
          const handleAnswer = (): void => void (this.#isSilent = false);
          stored.then(handleAnswer, handleAnswer);
          reject(new Error('The browser does not answer.'));
        }, TIMEOUT);
      });
      try {
        return await Promise.race([stored, silence]);
      } catch {
        // No storage, none left, or one of a later version: the page's memory must do.
      } finally {
        clearTimeout(timer);
      }
    }
    return this.#memory.update(base, work, only, false);
  }

  async #updateDatabase<T>(base: string, work: OutboxWork<T>, only: WriteName | undefined): Promise<T> {
    const database = await this.#open();
    const tx = database.transaction('writes', 'readwrite');
    const { store } = tx;
    tx.done.catch(() => undefined);
    const range = only ? IDBKeyRange.only([base, only.scope, only.key]) : IDBKeyRange.bound([base], [base, []]);
    const stored = (await store.getAll(range)).flatMap((each) => parse(each) ?? []);
    const kept = this.#memory.of(base, only);
    const { result, put = [], remove = [] } = work(oldestFirst([...stored, ...kept]), true);
    const requests = [
      ...remove.map(({ scope, key }) => store.delete([base, scope, key])),
      ...put.map((write) => store.put(write)),
    ];
    for (const request of requests) request.catch(() => undefined);
    await tx.done;
    // What was kept in memory is in the database now, or gone.
    for (const write of [...remove, ...put]) this.#memory.delete(write);
    return result;
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    const close = (): void => {
      void opening.then((database) => database.close());
      if (this.#opening === opening) this.#opening = undefined;
    };
    const opening = (this.#opening ??= openDatabase(close));
    opening.catch(() => {
      if (this.#opening === opening) this.#opening = undefined;
    });
    return opening;
  }
}

/** `onEnd`: the browser has closed the connection, or another tab needs it closed. */
async function openDatabase(onEnd: () => void): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>(DATABASE, VERSION, {
    upgrade(database) {
      database.createObjectStore('writes', { keyPath: ['base', 'scope', 'key'] });
    },
    blocking: onEnd,
    terminated: onEnd,
  });
}

/** A record of the database, which any script of the origin can write; `undefined` if it cannot be sent. */
function parse(record: StoredWrite): StoredWrite | undefined {
  try {
    const { base, scope, key, owner, isNamed, since, ifVersion } = record;
    const isText = [base, scope, key, owner].every((text) => typeof text === 'string');
    const isVersion = ifVersion === undefined || Number.isSafeInteger(ifVersion);
    if (!isText || !isVersion || typeof isNamed !== 'boolean' || !Number.isFinite(since)) return undefined;
    const refs = record.refs.map(parseConversationRef);
    const statusId = record.statusId === null ? null : parseId(record.statusId, 'statusId');
    if (!refs.length) return undefined;
    return {
      ...{ base, scope, isNamed, key, owner, refs, statusId, since },
      ...(ifVersion === undefined ? {} : { ifVersion }),
    };
  } catch {
    return undefined;
  }
}

let shared: OutboxStorage | undefined;

/** The storage that all adapters of the page share. */
export function sharedOutboxStorage(): OutboxStorage {
  return (shared ??= typeof indexedDB === 'undefined' ? new MemoryOutboxStorage() : new BrowserOutboxStorage());
}

/** What identifies a session is stored only as a hash. */
export async function hashOf(text: string): Promise<string> {
  if (!globalThis.crypto?.subtle) return shortHashOf(text);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * For pages on plain `http:`, which have no SubtleCrypto: 106 bits (cyrb53 by bryc, public domain, with two seeds). Too
 * short to hold a token, so that none can be computed back from it.
 */
function shortHashOf(text: string): string {
  return [0x9e3779b9, 0x85ebca6b]
    .map((seed) => {
      let a = 0xdeadbeef ^ seed;
      let b = 0x41c6ce57 ^ seed;
      for (let i = 0; i < text.length; i++) {
        const unit = text.charCodeAt(i);
        a = Math.imul(a ^ unit, 2654435761);
        b = Math.imul(b ^ unit, 1597334677);
      }
      a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
      b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
      return (4294967296 * (2097151 & b) + (a >>> 0)).toString(16);
    })
    .join('-');
}
