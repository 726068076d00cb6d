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

/** A random UUID, also where the page is not a secure context and `crypto.randomUUID` is missing. */
export function uuid(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
