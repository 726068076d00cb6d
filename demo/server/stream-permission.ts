// Ends change streams whose caller may no longer read, and streams that have reached their maximum duration.

export interface PermissionOptions {
  /** How often each open stream is checked, in milliseconds. */
  recheckMs: number;
  /** Time limit for a check, including the wait for its turn, in milliseconds. If it is exceeded, the stream ends. */
  patienceMs: number;
  /** Maximum duration of a stream, in milliseconds; its client then reconnects and resumes. */
  lifetimeMs: number;
}

/** Spreads the checks and ends of streams that opened at the same time, e.g. after a restart. */
const JITTER = 0.3;
/** Limits concurrent checks, because the host may query a service of its own for each. */
const CHECKS_AT_ONCE = 20;

interface Check {
  isStillAllowed(): Promise<boolean>;
  onDone(isAllowed: boolean): void;
}

/** Runs the checks of all streams of this instance with limited concurrency. */
export class StreamPermission {
  readonly #options: PermissionOptions;
  readonly #waiting = new Set<Check>();
  #running = 0;

  constructor(options: PermissionOptions) {
    this.#options = options;
  }

  /**
   * Calls `end` once, when the stream has to end.
   *
   * @param isStillAllowed resolves to whether the caller may still read.
   * @returns a function that stops watching, for a stream that ended by itself.
   */
  watch(isStillAllowed: () => Promise<boolean>, end: () => void): () => void {
    const { recheckMs, patienceMs, lifetimeMs } = this.#options;
    const timers: { check?: NodeJS.Timeout; deadline?: NodeJS.Timeout; lifetime?: NodeJS.Timeout } = {};
    let isOver = false;
    const stop = (): void => {
      isOver = true;
      for (const timer of Object.values(timers)) clearTimeout(timer);
      this.#waiting.delete(check);
    };
    const finish = (): void => {
      stop();
      end();
    };
    const check: Check = {
      isStillAllowed,
      onDone: (isAllowed) => {
        if (isOver) return;
        if (isAllowed) schedule();
        else finish();
      },
    };
    const schedule = (): void => {
      clearTimeout(timers.deadline);
      timers.check = after(sooner(recheckMs), () => this.#add(check));
      // Also covers checks that hang or wait too long for their turn.
      timers.deadline = after(recheckMs + patienceMs, finish);
    };
    timers.lifetime = after(sooner(lifetimeMs), finish);
    schedule();
    return stop;
  }

  #add(check: Check): void {
    this.#waiting.add(check);
    this.#runSome();
  }

  #runSome(): void {
    for (const check of this.#waiting) {
      if (this.#running >= CHECKS_AT_ONCE) return;
      this.#waiting.delete(check);
      void this.#run(check);
    }
  }

  async #run({ isStillAllowed, onDone }: Check): Promise<void> {
    this.#running++;
    // A check that hangs frees its slot for others; its stream has ended by then.
    let isCounted = true;
    const leave = (): void => {
      if (!isCounted) return;
      isCounted = false;
      this.#running--;
      this.#runSome();
    };
    const timer = after(this.#options.patienceMs, leave);
    const isAllowed = await isStillAllowed().catch(() => false);
    clearTimeout(timer);
    leave();
    onDone(isAllowed);
  }
}

const sooner = (ms: number): number => ms * (1 - JITTER * Math.random());

const after = (ms: number, act: () => void): NodeJS.Timeout => setTimeout(act, ms).unref();
