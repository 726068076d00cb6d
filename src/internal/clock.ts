/** How often words about time are looked at again, milliseconds. */
const MINUTE = 60_000;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Calls `listener` every minute: one timer for the page, and none while nobody asks. Returns how to stop. */
export function everyMinute(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => listeners.forEach((each) => each()), MINUTE);
  return () => {
    listeners.delete(listener);
    if (listeners.size) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 24 * 60 * MINUTE],
  ['month', 30 * 24 * 60 * MINUTE],
  ['day', 24 * 60 * MINUTE],
  ['hour', 60 * MINUTE],
  ['minute', MINUTE],
];

/** A span of time in its largest whole unit, such as "3 days"; `undefined` below a minute. */
export function formatDuration(milliseconds: number, locale: string): string | undefined {
  const unit = UNITS.find(([, length]) => milliseconds >= length);
  if (!unit) return undefined;
  const format = new Intl.NumberFormat(locale, { style: 'unit', unit: unit[0], unitDisplay: 'long' });
  return format.format(Math.floor(milliseconds / unit[1]));
}
