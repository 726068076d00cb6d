// Shares the database fairly between tenants: a limited number of jobs run at once, and waiting jobs are started tenant
// by tenant, so a flood of requests from one tenant delays another by no more than the jobs that are already running.
import { PipelineError } from '../../src/model/errors.js';

export interface QueueLimits {
  /** How many jobs run at once. */
  concurrency: number;
  /** How many jobs of one tenant may wait. */
  perTenant: number;
  /** How many jobs may wait in total. */
  total: number;
}

/** A tenant's writes lock the same row, so only one runs at a time; otherwise they would occupy all connections. */
export type JobKind = 'read' | 'write';

interface Job {
  start(): Promise<void>;
  refuse(error: PipelineError): void;
}

/** The waiting jobs of one tenant, oldest first. */
interface TenantQueue {
  read: Set<Job>;
  write: Set<Job>;
  /** The kind whose turn it is: reads and writes alternate, so neither blocks the other. */
  next: JobKind;
}

/** A burst has ended after this many turns of the event loop without a new job, or at most after this time. */
const QUIET_TURNS = 3;
const MAX_BURST_MS = 25;

const MIN_RETRY_MS = 1000;
const MAX_RETRY_MS = 30_000;
/** Weight of the newest job in the moving average of the duration. */
const SHARE_OF_NEWEST = 0.1;

export class FairQueue {
  readonly #limits: QueueLimits;
  /** Tenants with waiting jobs, in the order of their turns. */
  readonly #queues = new Map<string, TenantQueue>();
  readonly #writing = new Set<string>();
  #waiting = 0;
  #running = 0;
  #isScheduled = false;
  /** Number of jobs added so far. */
  #arrived = 0;
  /** Mean duration of a job, in milliseconds. */
  #meanMs = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** The number of waiting jobs. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Runs `work` when its turn comes, and resolves to its result. Rejects with `rate-limited` immediately if too many
   * jobs wait, or later if a tenant with fewer waiting jobs needs the slot; `work` has not been started then.
   *
   * @param signal removes a job that has not started from the queue; it then rejects with `aborted`.
   */
  run<T>(tenant: string, kind: JobKind, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted) return reject(aborted());
      this.checkRoom(tenant);
      if (this.#waiting >= this.#limits.total) this.#makeRoom(tenant);
      const leave = (): void => {
        this.#remove(tenant, kind, job);
        reject(aborted());
      };
      const job: Job = {
        start: () => {
          signal?.removeEventListener('abort', leave);
          return work().then(resolve, reject);
        },
        refuse: (error) => {
          signal?.removeEventListener('abort', leave);
          reject(error);
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#queueOf(tenant)[kind].add(job);
      this.#waiting++;
      this.#arrived++;
      this.#schedule();
    });
  }

  /** Throws `rate-limited` if a job of the tenant would be rejected, so that callers can skip preparing it. */
  checkRoom(tenant: string): void {
    const queue = this.#queues.get(tenant);
    if (queue && sizeOf(queue) >= this.#limits.perTenant) throw this.#busy(sizeOf(queue));
  }

  /** Drops the newest job of the tenant with the most waiting jobs. Throws if no tenant has more than this one. */
  #makeRoom(tenant: string): void {
    const own = this.#queues.get(tenant);
    let [longest, size] = ['', (own ? sizeOf(own) : 0) + 1];
    for (const [name, queue] of this.#queues) {
      if (sizeOf(queue) > size) [longest, size] = [name, sizeOf(queue)];
    }
    const queue = this.#queues.get(longest);
    if (!queue) throw this.#busy(this.#waiting);
    const kind: JobKind = queue.write.size >= queue.read.size ? 'write' : 'read';
    const newest = [...queue[kind]].at(-1)!;
    this.#remove(longest, kind, newest);
    newest.refuse(this.#busy(size));
  }

  #queueOf(tenant: string): TenantQueue {
    const queue: TenantQueue = this.#queues.get(tenant) ?? { read: new Set(), write: new Set(), next: 'write' };
    this.#queues.set(tenant, queue);
    return queue;
  }

  #remove(tenant: string, kind: JobKind, job: Job): void {
    const queue = this.#queues.get(tenant);
    if (!queue?.[kind].delete(job)) return;
    this.#waiting--;
    if (!sizeOf(queue)) this.#queues.delete(tenant);
  }

  /**
   * Starts jobs with a delay: Node accepts one connection per turn of its event loop, and a database inside this
   * process blocks the loop. Without the delay, the first tenant of a burst would be served before the others are even
   * read.
   */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const end = performance.now() + MAX_BURST_MS;
    let [quiet, arrived] = [0, this.#arrived];
    const turn = (): void => {
      quiet = arrived === this.#arrived ? quiet + 1 : 0;
      arrived = this.#arrived;
      if (quiet < QUIET_TURNS && performance.now() < end) return void setImmediate(turn);
      this.#isScheduled = false;
      while (this.#running < this.#limits.concurrency && this.#startNext());
    };
    setImmediate(turn);
  }

  #startNext(): boolean {
    for (const [tenant, queue] of this.#queues) {
      const kind = this.#kindFor(tenant, queue);
      if (!kind) continue;
      const [job] = queue[kind];
      this.#remove(tenant, kind, job!);
      queue.next = kind === 'read' ? 'write' : 'read';
      // Moved to the end: its next turn comes after all others had theirs.
      if (this.#queues.delete(tenant)) this.#queues.set(tenant, queue);
      void this.#start(tenant, kind, job!);
      return true;
    }
    return false;
  }

  #kindFor(tenant: string, queue: TenantQueue): JobKind | undefined {
    const canWrite = queue.write.size > 0 && !this.#writing.has(tenant);
    const canRead = queue.read.size > 0;
    if (canWrite && (queue.next === 'write' || !canRead)) return 'write';
    return canRead ? 'read' : undefined;
  }

  async #start(tenant: string, kind: JobKind, job: Job): Promise<void> {
    this.#running++;
    if (kind === 'write') this.#writing.add(tenant);
    const begun = performance.now();
    await job.start();
    this.#meanMs += SHARE_OF_NEWEST * (performance.now() - begun - this.#meanMs);
    this.#running--;
    if (kind === 'write') this.#writing.delete(tenant);
    this.#schedule();
  }

  /** @param ahead the number of jobs that must finish before this one could be accepted. */
  #busy(ahead: number): PipelineError {
    const wait = Math.min(MAX_RETRY_MS, Math.max(MIN_RETRY_MS, ahead * this.#meanMs));
    return new PipelineError('rate-limited', 'Too many requests are waiting.', { retryAfterMs: wait });
  }
}

const sizeOf = ({ read, write }: TenantQueue): number => read.size + write.size;

const aborted = (): PipelineError => new PipelineError('aborted', 'The client no longer waits for the response.');
