/** Durations in words, and the timer that keeps them up to date. */

const MINUTE = 60_000;

interface Updatable {
  update(): void;
}

const subscribers = new Set<Updatable>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Calls `update()` every minute. Idempotent. The page has one timer, which only runs while something is subscribed. */
export function everyMinute(subscriber: Updatable): void {
  subscribers.add(subscriber);
  timer ??= setInterval(() => subscribers.forEach((each) => each.update()), MINUTE);
}

export function stopEveryMinute(subscriber: Updatable): void {
  if (!subscribers.delete(subscriber) || subscribers.size) return;
  clearInterval(timer);
  timer = undefined;
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 24 * 60 * MINUTE],
  ['month', 30 * 24 * 60 * MINUTE],
  ['day', 24 * 60 * MINUTE],
  ['hour', 60 * MINUTE],
  ['minute', MINUTE],
];

/** A duration in its largest whole unit, such as "3 days"; `undefined` below a minute. */
export function formatDuration(milliseconds: number, locale: string): string | undefined {
  const unit = UNITS.find(([, length]) => milliseconds >= length);
  if (!unit) return undefined;
  const format = new Intl.NumberFormat(locale, { style: 'unit', unit: unit[0], unitDisplay: 'long' });
  return format.format(Math.floor(milliseconds / unit[1]));
}
