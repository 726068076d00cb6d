/** Makes writes idempotent: stores each response under its Idempotency-Key and replays it. */
import { PipelineError, invalid } from '../../src/model/errors.js';
import { hash } from './hash.js';
import { HttpError, PROBLEM_TYPE, toProblem } from './problem.js';
import type { Store, WriteContext, WriteOptions } from './store.js';

/** How long a response is kept. */
export const ANSWER_LIFETIME_MS = 24 * 60 * 60 * 1000;

/** The response to a write. */
export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

export interface WriteRequest extends WriteOptions {
  tenant: string;
  /** Everything that determines what the request does, as text. */
  payload: string;
}

const READ = `SELECT fingerprint, answer FROM pipeline.answers
  WHERE tenant_id = $1 AND owner = $2 AND idempotency_key = $3 AND at > $4`;

const PUT = `INSERT INTO pipeline.answers (tenant_id, owner, idempotency_key, fingerprint, answer, at)
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (tenant_id, owner, idempotency_key) DO UPDATE SET fingerprint = excluded.fingerprint,
    answer = excluded.answer, at = excluded.at`;

/** Errors that are kept, because the same request could succeed later, long after the client gave up. */
const STORED_ERRORS: ReadonlySet<number> = new Set([404, 409, 412, 422]);

/**
 * Performs each write once, however often it is sent. The response is stored in the transaction of the write, so either
 * both exist or neither, even if an instance crashes. Errors are stored like any other response: a copy of the request
 * that the network delivers late must not do what the client was told had failed.
 */
export class Idempotency {
  readonly #store: Store;
  /** Fingerprints by key. Writers in other instances wait for the lock on the tenant's row, then find the response. */
  readonly #running = new Map<string, string>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Rejects with 409 while the same request is running here, and with 422 if the key was used for another request. */
  async write(request: WriteRequest, work: (write: WriteContext) => Promise<Answer>): Promise<Answer> {
    const { tenant, by, opId: key } = request;
    if (key === undefined) return this.#store.write(tenant, request, work);
    const owner = by ?? '';
    const fingerprint = hash(request.payload);
    const name = JSON.stringify([tenant, owner, key]);
    const running = this.#running.get(name);
    if (running !== undefined) {
      if (running !== fingerprint) throw keyReused();
      const options = { retryAfterMs: 1000, retryable: true };
      throw new HttpError(409, new PipelineError('conflict', 'The same request is still running.', options));
    }
    this.#running.set(name, fingerprint);
    try {
      return await this.#store.write(tenant, request, async (write) => {
        const { tx, head, batch } = write;
        const [stored] = await tx.query<{ fingerprint: string; answer: string }>(READ, [
          ...[tenant, owner, key],
          head.now - ANSWER_LIFETIME_MS,
        ]);
        if (stored) {
          if (stored.fingerprint !== fingerprint) throw keyReused();
          return replay(JSON.parse(stored.answer) as Answer);
        }
        const answer = await work(write).catch((thrown: unknown) => {
          write.discard();
          return errorAnswer(thrown);
        });
        batch.add(PUT, [tenant, owner, key, fingerprint, JSON.stringify(answer), head.now]);
        return answer;
      });
    } finally {
      this.#running.delete(name);
    }
  }
}

/** The error as a response to keep. Rethrows other errors, which roll the transaction back and may be withRetries. */
export function errorAnswer(thrown: unknown): Answer {
  if (!(thrown instanceof PipelineError)) throw thrown;
  const body = toProblem(thrown);
  if (!STORED_ERRORS.has(body.status)) throw thrown;
  return { status: body.status, body, headers: { 'Content-Type': PROBLEM_TYPE } };
}

const keyReused = (): PipelineError => invalid('Idempotency-Key', 'was used for another request.');

const replay = (answer: Answer): Answer => ({
  ...answer,
  headers: { ...answer.headers, 'Idempotency-Replayed': 'true' },
});
