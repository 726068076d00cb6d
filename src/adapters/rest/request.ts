/** Describes requests: their URLs, headers and idempotency keys, and the batches of calls about many records. */
import type { Change } from '../../model/changes.js';
import { type PipelineError, invalid } from '../../model/errors.js';
import type { CallOptions } from '../adapter.js';
import type { WriteContext } from './session.js';

/** What all requests have in common. */
export interface HttpOptions {
  fetch: typeof globalThis.fetch;
  credentials: RequestCredentials;
  timeoutMs: number;
  /** Whether `fetch` is the host's own, which may send requests elsewhere than the browser's. */
  isOwnFetch: boolean;
  /** The URL of a read that every server supports, to ask which session the credentials belong to. */
  probeUrl(): string;
}

export interface HttpRequest<T> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  body?: unknown;
  /** Called for each attempt. */
  headers?(): Readonly<Record<string, string>>;
  /** The idempotency key of a write, the same for all attempts. */
  key?: string;
  /** The session that a write belongs to. A read belongs to the current session. */
  context?: WriteContext;
  /** A read that depends on an earlier response, which means nothing in another session. */
  isContinuation?: boolean;
  /** A write that has waited for the network. */
  isDelayed?: boolean;
  signal?: AbortSignal | undefined;
  /** See `CallOptions`. */
  onWait?: CallOptions['onWait'];
  /** Decodes the parsed body of a 2xx, or `undefined` for a 204 or 304. What it throws becomes a bad response. */
  read(body: unknown, response: Response): T;
  /** The result, if this refusal shows that an earlier attempt, whose response was lost, was applied. */
  resultIfApplied?(refusal: PipelineError): T | undefined;
  /** Set when an earlier attempt may have been applied, also for when the request is sent again later. */
  mayBeApplied?: boolean;
  /** Rejects with `offline` at once if there is no network: the caller sends it again. */
  failsFastOffline?: boolean;
  /** Never sent again. */
  isSingleAttempt?: boolean;
}

export const ACCEPT = 'application/json, application/problem+json';

export function contentHeaders({ body, key }: HttpRequest<unknown>): Record<string, string> {
  return {
    Accept: ACCEPT,
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(key === undefined ? {} : { 'Idempotency-Key': key }),
  };
}

/** The `If-Match` header of a version. Throws `invalid` if it is not one. */
export function ifMatch(version: number): Record<string, string> {
  if (!Number.isSafeInteger(version) || version < 0) throw invalid('ifVersion', 'must be a whole number, 0 or more.');
  return { 'If-Match': `"${version}"` };
}

/** The base URL of a REST API, and the URLs under it. */
export class BaseUrl {
  readonly #text: string;
  #url: URL | undefined;

  /**
   * A relative one is resolved against the page as it is now: a later change of the page's address must not lead requests
   * elsewhere. Where a server renders the page, there is none yet. Throws `invalid` if it cannot be a base URL.
   */
  constructor(text: string) {
    if (typeof text !== 'string' || !text.trim()) throw invalid('baseUrl', 'must be a non-empty string.');
    this.#text = text.trim();
    if (pageUrl() !== undefined || /^[a-z][a-z\d+.-]*:/i.test(this.#text)) this.#resolve();
  }

  /** Absolute, with a slash at its end. Throws `invalid` if it is relative and there is no page. */
  get href(): string {
    return this.#resolve().href;
  }

  /**
   * The URL of path segments under the base. Throws `invalid` if a segment would leave the base: `encodeURIComponent`
   * does not escape `..`.
   */
  resolve(segments: readonly string[], query?: URLSearchParams): string {
    const base = this.#resolve();
    const url = new URL(base);
    const path = base.pathname + segments.map(encodeURIComponent).join('/');
    url.pathname = path;
    if (url.pathname !== path || url.origin !== base.origin) throw invalid('id', 'cannot be part of a URL.');
    url.search = query?.toString() ?? '';
    return url.href;
  }

  #resolve(): URL {
    return (this.#url ??= parseBaseUrl(this.#text));
  }
}

/** The address that relative URLs are resolved against; `undefined` if there is no page. */
export const pageUrl = (): string | undefined => globalThis.document?.baseURI ?? globalThis.location?.href;

function parseBaseUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text, pageUrl());
  } catch {
    throw invalid('baseUrl', 'must be a URL, and an absolute one if there is no page.');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw invalid('baseUrl', 'must be an http(s) URL.');
  // Silently dropping any of these could address another tenant.
  if (url.search || url.hash || url.username || url.password) {
    throw invalid('baseUrl', 'must not have a query, a fragment or a user name.');
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

const KEY = /^[\x21-\x7e]{1,240}$/;
/** Keys of parts that are remembered. */
const MAX_PARTS = 1000;

/** Idempotency keys: the `opId` of a call, with a number appended if the call is split into several requests. */
export class IdempotencyKeys {
  readonly #opIds = new Map<string, string>();

  /** The `opId`, if it can be sent in a header. Throws `invalid`. */
  check(opId: string): string {
    if (!KEY.test(opId)) throw invalid('opId', 'must be a string of 1 to 240 visible ASCII characters.');
    return opId;
  }

  /** The key of a part of a call, counted from 0. */
  ofPart(opId: string, part: number): string {
    if (!part) return opId;
    const key = `${opId}.${part}`;
    this.#opIds.set(key, opId);
    if (this.#opIds.size > MAX_PARTS) this.#opIds.delete(this.#opIds.keys().next().value!);
    return key;
  }

  /** The change with the `opId` of the call, if it was caused by a part of one. */
  withCallOpId(change: Change): Change {
    const opId = this.#opIds.get(change.opId ?? '');
    return opId === undefined ? change : { ...change, opId };
  }
}

/** The most ids that one request may have. */
export const BATCH_SIZE = 200;
/** Requests of one call at a time: browsers allow six connections to a server, and the page needs some as well. */
const MAX_CONCURRENT = 3;

export function inBatches<T>(items: readonly T[], size = BATCH_SIZE): T[][] {
  const batches: T[][] = [];
  for (let start = 0; start < items.length; start += size) batches.push(items.slice(start, start + size));
  return batches;
}

/** Returns how to make calls, of which only a few run at a time. */
export function limitConcurrency(): <T>(call: () => Promise<T>) => Promise<T> {
  let running = 0;
  const queue: (() => void)[] = [];
  return async (call) => {
    if (running >= MAX_CONCURRENT) await new Promise<void>((resolve) => queue.push(resolve));
    else running++;
    try {
      return await call();
    } finally {
      const next = queue.shift();
      if (next) next();
      else running--;
    }
  };
}

/** Maps the items with a few calls at a time, to results in order. After a failure, no more are started. */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  map: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let hasFailed = false;
  const work = async (): Promise<void> => {
    while (next < items.length && !hasFailed) {
      const index = next++;
      try {
        results[index] = await map(items[index]!, index);
      } catch (thrown) {
        hasFailed = true;
        throw thrown;
      }
    }
  };
  await Promise.all(items.slice(0, MAX_CONCURRENT).map(work));
  return results;
}
