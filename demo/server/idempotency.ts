import { PipelineError, invalid } from '../../src/model/errors.js';
import { hash } from './hash.js';
import { HttpError, PROBLEM_TYPE, toProblem } from './problem.js';
import type { Store, Write, Writer } from './store.js';

/** How long an answer is kept. */
export const ANSWER_LIFETIME_MS = 24 * 60 * 60 * 1000;

/** What a write is answered with. */
export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

export interface WriteRequest extends Writer {
  tenant: string;
  /** What the request asks for, as a text that differs when anything of it does. */
  payload: string;
}

const READ = `SELECT fingerprint, answer FROM pipeline.answers
  WHERE tenant_id = $1 AND owner = $2 AND idempotency_key = $3 AND at > $4`;

const PUT = `INSERT INTO pipeline.answers (tenant_id, owner, idempotency_key, fingerprint, answer, at)
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (tenant_id, owner, idempotency_key) DO UPDATE SET fingerprint = excluded.fingerprint,
    answer = excluded.answer, at = excluded.at`;

/** Refusals that another moment could turn into a success, long after the client gave up. */
const KEPT_REFUSALS: ReadonlySet<number> = new Set([404, 409, 412, 422]);

/**
 * Lets a write happen once, however often it is sent. Its answer is stored by its own transaction, so either both are
 * there or neither, wherever an instance dies. A refusal is an answer like any other: a copy that the network delivers
 * late must not do what the client was told is not done.
 */
export class Idempotency {
  readonly #store: Store;
  /** By key; the writers of other instances wait for the tenant's row, and then find the answer. */
  readonly #running = new Map<string, string>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Rejects with 409 while the same is running here, and with 422 when the key was used for something else. */
  async write(request: WriteRequest, work: (write: Write) => Promise<Answer>): Promise<Answer> {
    const { tenant, by, opId: key } = request;
    if (key === undefined) return this.#store.write(tenant, request, work);
    const owner = by ?? '';
    const fingerprint = hash(request.payload);
    const name = JSON.stringify([tenant, owner, key]);
    const running = this.#running.get(name);
    if (running !== undefined) {
      if (running !== fingerprint) throw reused();
      const options = { retryAfterMs: 1000, retryable: true };
      throw new HttpError(409, new PipelineError('conflict', 'The same request is still running.', options));
    }
    this.#running.set(name, fingerprint);
    try {
      return await this.#store.write(tenant, request, async (write) => {
        const { tx, head, batch } = write;
        const [held] = await tx.query<{ fingerprint: string; answer: string }>(READ, [
          ...[tenant, owner, key],
          head.now - ANSWER_LIFETIME_MS,
        ]);
        if (held) {
          if (held.fingerprint !== fingerprint) throw reused();
          return replay(JSON.parse(held.answer) as Answer);
        }
        const answer = await work(write).catch((thrown: unknown) => {
          write.discard();
          return refusal(thrown);
        });
        batch.add(PUT, [tenant, owner, key, fingerprint, JSON.stringify(answer), head.now]);
        return answer;
      });
    } finally {
      this.#running.delete(name);
    }
  }
}

/** The refusal as an answer to keep. Throws what is none: it rolls the transaction back, and is judged anew. */
function refusal(thrown: unknown): Answer {
  if (!(thrown instanceof PipelineError)) throw thrown;
  const body = toProblem(thrown);
  if (!KEPT_REFUSALS.has(body.status)) throw thrown;
  return { status: body.status, body, headers: { 'Content-Type': PROBLEM_TYPE } };
}

const reused = (): PipelineError => invalid('Idempotency-Key', 'was used for another request.');

const replay = (answer: Answer): Answer => ({
  ...answer,
  headers: { ...answer.headers, 'Idempotency-Replayed': 'true' },
});
