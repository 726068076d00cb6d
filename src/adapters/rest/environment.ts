/** Time, chance and the network, so that a test can decide them. */
export interface Environment {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls once, after `ms`. Returns how to call it off. */
  after(ms: number, run: () => void): () => void;
  /** 0 ≤ x < 1. */
  random(): number;
  /** `false` where the browser believes that there is no network; it can be wrong both ways. */
  isOnline(): boolean;
}

export const realEnvironment: Environment = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  isOnline: () => globalThis.navigator?.onLine !== false,
};
