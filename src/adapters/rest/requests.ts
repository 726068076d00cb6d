/** The adapter's reads and writes: aborted as the caller asks, when the adapter is closed, or when their session ends. */
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import { parseId } from '../../model/validate.js';
import type { CallOptions } from '../adapter.js';
import { checkAborted } from './aborting.js';
import { aFewAtOnce, inBatches } from './batches.js';
import { newId } from '../../model/id.js';
import { Flights } from './flights.js';
import type { Call, Http } from './http.js';
import type { Keys } from './keys.js';
import type { BaseUrl } from './paths.js';
import type { SessionMark } from './session.js';

/** A request, with its place as the segments under the base URL. */
type Request<T> = Omit<Call<T>, 'url' | 'key' | 'mark' | 'signal'> & {
  path: readonly string[];
  query?: URLSearchParams;
};

export class Requests {
  readonly #http: Http;
  readonly #base: BaseUrl;
  readonly #keys: Keys;
  readonly #flights = new Flights();
  readonly #reads = new Set<AbortController>();
  #isClosed = false;

  constructor(http: Http, base: BaseUrl, keys: Keys) {
    this.#http = http;
    this.#base = base;
    this.#keys = keys;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async read<T>({ path, query, ...call }: Request<T>, options: CallOptions | undefined): Promise<T> {
    this.#check(options);
    const { signal } = options ?? {};
    const either = new AbortController();
    const handleAbort = (): void => either.abort(signal?.reason);
    signal?.addEventListener('abort', handleAbort);
    this.#reads.add(either);
    try {
      return await this.#http.send({ ...call, url: this.#base.resolve(path, query), signal: either.signal });
    } finally {
      signal?.removeEventListener('abort', handleAbort);
      this.#reads.delete(either);
    }
  }

  write<T>({ path, query, ...call }: Request<T>, options: CallOptions | undefined): Promise<T> {
    return this.join(options, (key, signal, mark) =>
      this.#http.send({ ...call, url: this.#base.resolve(path, query), key, signal, mark }),
    );
  }

  /** A write under its `opId`, or under a new one; asked for again while it is under way, it happens once. */
  async join<T>(
    options: CallOptions | undefined,
    write: (opId: string, signal: AbortSignal, mark: SessionMark) => Promise<T>,
  ): Promise<T> {
    this.#check(options);
    const opId = options?.opId === undefined ? newId() : this.#keys.check(options.opId);
    return this.#flights.join(opId, options?.signal, async (signal) => write(opId, signal, this.#http.mark()));
  }

  /** Looks ids up, as many at once as one call takes. */
  async lookUp<T>(
    of: 'conversations' | 'contacts',
    ids: readonly Id[],
    field: string,
    options: CallOptions | undefined,
    read: (body: unknown, asked: ReadonlySet<Id>) => (readonly [Id, T])[],
  ): Promise<Map<Id, T>> {
    this.#check(options);
    const batches = inBatches([...new Set(ids.map((id) => parseId(id, field)))]);
    const found = await aFewAtOnce(batches, (batch) => {
      const asked = new Set(batch);
      const path = [of, 'batch-get'];
      return this.read({ method: 'POST', path, body: { ids: batch }, read: (body) => read(body, asked) }, options);
    });
    return new Map(found.flat());
  }

  /** Ends the writes under way: the session that they were made in is over. */
  abortWrites(reason: PipelineError): void {
    this.#flights.abort(reason);
  }

  /** Ends the reads, and waits for the writes under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const read of this.#reads) read.abort();
    await this.#flights.settled();
  }

  #check(options: CallOptions | undefined): void {
    if (this.#isClosed) throw new PipelineError('aborted', 'The adapter was closed.');
    checkAborted(options?.signal);
  }
}
