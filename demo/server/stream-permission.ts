// Ends change streams whose caller may no longer read, and those that have been open for long enough.

export interface PermissionOptions {
  /** How often each open stream is checked, milliseconds. */
  recheckMs: number;
  /** How long a check may take, the wait for its turn included, milliseconds; without a yes by then the stream ends. */
  patienceMs: number;
  /** How long a stream may last at most, milliseconds; its client then goes on where it was. */
  lifetimeMs: number;
}

/** Streams that opened together, after a restart, must not all be checked, or end, together. */
const JITTER = 0.3;
/** Checks at once: the host may ask a service of its own about each. */
const CHECKS_AT_ONCE = 20;

interface Check {
  isStillAllowed(): Promise<boolean>;
  onDone(isAllowed: boolean): void;
}

/** The checks of all streams of this instance, a few at a time. */
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
   * @param isStillAllowed resolves to whether its caller may still read.
   * @returns how to stop, for a stream that ended by itself.
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
      // Also for a check that hangs, or waits too long for its turn.
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
    // One that hangs gives its place to the others; its stream has ended by then.
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
