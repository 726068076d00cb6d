import type { Environment } from './environment.js';

/** Attempts of one call, the first included. */
export const MAX_ATTEMPTS = 5;
const FIRST_DELAY = 300;
const MAX_DELAY = 30_000;
const MAX_RETRY_AFTER = 60_000;

/** Answers after which the same request may work a moment later. No other 4xx ever does (AIP-194). */
const TEMPORARY: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504]);
/** Of those, the ones that say that nothing was done yet. */
const UNTOUCHED: ReadonlySet<number> = new Set([425, 429]);

export const isTemporary = (status: number): boolean => TEMPORARY.has(status);

/** Whether a write may have happened although it was answered like this. */
export const mayHaveHappened = (status: number): boolean =>
  status >= 500 || (isTemporary(status) && !UNTOUCHED.has(status));

/** Milliseconds to wait after the attempt with this number (from 1): full jitter, 0.3 s doubled up to 30 s. */
export function retryDelay(attempt: number, environment: Environment): number {
  return environment.random() * Math.min(MAX_DELAY, FIRST_DELAY * 2 ** (attempt - 1));
}

/** Between half and all of a delay that doubles from `first` up to `most`: never at once, never all together. */
export function reconnectDelay(failures: number, first: number, most: number, environment: Environment): number {
  const delay = Math.min(most, first * 2 ** Math.min(failures, 30));
  return delay / 2 + (environment.random() * delay) / 2;
}

/** A `Retry-After` header, seconds or an HTTP date, as milliseconds from now: 0 to 60,000. */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER);
}
