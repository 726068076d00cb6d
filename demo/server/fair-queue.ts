// Shares the database between tenants: a bounded number of jobs run at once, and those that wait are taken tenant by
// tenant, so that a flood of one tenant delays another by no more than the jobs that are running.
import { PipelineError } from '../../src/model/errors.js';

export interface QueueLimits {
  /** Jobs that run at once. */
  concurrency: number;
  /** Jobs of one tenant that may wait. */
  perTenant: number;
  /** Jobs of all tenants that may wait. */
  total: number;
}

/** The writes of a tenant lock one row, so of them one runs at a time and holds one connection, not all. */
export type JobKind = 'read' | 'write';

interface Job {
  start(): Promise<void>;
  refuse(error: PipelineError): void;
}

/** What waits of one tenant, oldest first. */
interface Line {
  read: Set<Job>;
  write: Set<Job>;
  /** Whose turn it is within the tenant: its writes must not keep it from reading, nor the other way around. */
  next: JobKind;
}

/** Turns of the event loop without a new job after which none is expected at once, and how long they may take. */
const QUIET_TURNS = 3;
const MAX_LISTENING_MS = 25;

const MIN_RETRY_MS = 1000;
const MAX_RETRY_MS = 30_000;
/** How much the newest job counts for the mean time of a job. */
const SHARE_OF_NEWEST = 0.1;

export class FairQueue {
  readonly #limits: QueueLimits;
  /** Tenants with waiting jobs; the first is the one that waits longest for its turn. */
  readonly #lines = new Map<string, Line>();
  readonly #writing = new Set<string>();
  #waiting = 0;
  #running = 0;
  #isScheduled = false;
  /** Jobs so far. */
  #arrived = 0;
  /** Of one job, milliseconds. */
  #meanMs = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** Jobs that wait now. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Runs `work` when its turn comes, and resolves to what it resolves to. Rejects with `rate-limited` at once when too
   * much waits, or later when another tenant with less of its own needs the place; `work` was not begun then.
   *
   * @param signal takes a job that has not begun out of the queue; it then rejects with `aborted`.
   */
  run<T>(tenant: string, kind: JobKind, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted) return reject(gaveUp());
      this.checkRoom(tenant);
      if (this.#waiting >= this.#limits.total) this.#makeRoom(tenant);
      const leave = (): void => {
        this.#remove(tenant, kind, job);
        reject(gaveUp());
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
      this.#lineOf(tenant)[kind].add(job);
      this.#waiting++;
      this.#arrived++;
      this.#schedule();
    });
  }

  /** Throws `rate-limited` when a job of the tenant would be refused, so that nothing has to be prepared for it. */
  checkRoom(tenant: string): void {
    const line = this.#lines.get(tenant);
    if (line && sizeOf(line) >= this.#limits.perTenant) throw this.#busy(sizeOf(line));
  }

  /** Makes the newest job of whoever has most waiting give its place to a tenant that has less. Throws when none has. */
  #makeRoom(tenant: string): void {
    const own = this.#lines.get(tenant);
    let [longest, size] = ['', (own ? sizeOf(own) : 0) + 1];
    for (const [name, line] of this.#lines) {
      if (sizeOf(line) > size) [longest, size] = [name, sizeOf(line)];
    }
    const line = this.#lines.get(longest);
    if (!line) throw this.#busy(this.#waiting);
    const kind: JobKind = line.write.size >= line.read.size ? 'write' : 'read';
    const newest = [...line[kind]].at(-1)!;
    this.#remove(longest, kind, newest);
    newest.refuse(this.#busy(size));
  }

  #lineOf(tenant: string): Line {
    const line: Line = this.#lines.get(tenant) ?? { read: new Set(), write: new Set(), next: 'write' };
    this.#lines.set(tenant, line);
    return line;
  }

  #remove(tenant: string, kind: JobKind, job: Job): void {
    const line = this.#lines.get(tenant);
    if (!line?.[kind].delete(job)) return;
    this.#waiting--;
    if (!sizeOf(line)) this.#lines.delete(tenant);
  }

  /**
   * Not at once: Node accepts one connection in a turn of its event loop, and a database inside this process holds up the
   * loop. So that the first tenant of a burst is not served before the others are even read, jobs are begun when some
   * turns brought none, or after a short while.
   */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const end = performance.now() + MAX_LISTENING_MS;
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
    for (const [tenant, line] of this.#lines) {
      const kind = this.#kindFor(tenant, line);
      if (!kind) continue;
      const [job] = line[kind];
      this.#remove(tenant, kind, job!);
      line.next = kind === 'read' ? 'write' : 'read';
      // Back to the end: its turn comes again when all others had theirs.
      if (this.#lines.delete(tenant)) this.#lines.set(tenant, line);
      void this.#start(tenant, kind, job!);
      return true;
    }
    return false;
  }

  #kindFor(tenant: string, line: Line): JobKind | undefined {
    const canWrite = line.write.size > 0 && !this.#writing.has(tenant);
    const canRead = line.read.size > 0;
    if (canWrite && (line.next === 'write' || !canRead)) return 'write';
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

  /** @param ahead how many jobs would have to be done before this one could be taken. */
  #busy(ahead: number): PipelineError {
    const wait = Math.min(MAX_RETRY_MS, Math.max(MIN_RETRY_MS, ahead * this.#meanMs));
    return new PipelineError('rate-limited', 'Too many requests are waiting.', { retryAfterMs: wait });
  }
}

const sizeOf = ({ read, write }: Line): number => read.size + write.size;

const gaveUp = (): PipelineError => new PipelineError('aborted', 'Nobody waits for the answer any more.');
