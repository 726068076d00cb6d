/** How often words about time are looked at again, milliseconds. */
const MINUTE = 60_000;

interface Clocked {
  update(): void;
}

const clocked = new Set<Clocked>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Updates something every minute: one timer for the page, and none while nobody asks. Twice is once. */
export function everyMinute(one: Clocked): void {
  clocked.add(one);
  timer ??= setInterval(() => clocked.forEach((each) => each.update()), MINUTE);
}

export function stopEveryMinute(one: Clocked): void {
  if (!clocked.delete(one) || clocked.size) return;
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

/** A span of time in its largest whole unit, such as "3 days"; `undefined` below a minute. */
export function formatDuration(milliseconds: number, locale: string): string | undefined {
  const unit = UNITS.find(([, length]) => milliseconds >= length);
  if (!unit) return undefined;
  const format = new Intl.NumberFormat(locale, { style: 'unit', unit: unit[0], unitDisplay: 'long' });
  return format.format(Math.floor(milliseconds / unit[1]));
}
