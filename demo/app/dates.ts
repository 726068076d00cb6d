/** Formats dates and times in the page's language. */
import { formatLocale, words } from './i18n.js';

const DAY = 86_400_000;

/** Cached, because creating a formatter takes a hundred times as long as using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

function format(at: number, options: Intl.DateTimeFormatOptions): string {
  const key = `${formatLocale()} ${JSON.stringify(options)}`;
  const held = formats.get(key) ?? new Intl.DateTimeFormat(formatLocale(), options);
  formats.set(key, held);
  return held.format(at);
}

/** Whole calendar days between `at` and today. */
function daysAgo(at: number): number {
  const midnight = (time: number) => new Date(time).setHours(0, 0, 0, 0);
  return Math.round((midnight(Date.now()) - midnight(at)) / DAY);
}

export const clock = (at: number): string => format(at, { hour: '2-digit', minute: '2-digit' });

/** The shortest form: the time today, the weekday this week, otherwise the date. */
export function short(at: number): string {
  const days = daysAgo(at);
  if (days <= 0) return clock(at);
  if (days === 1) return words().yesterday;
  if (days < 7) return format(at, { weekday: 'short' });
  return format(at, { day: 'numeric', month: 'short' });
}

/** The text of a day separator. */
export function day(at: number): string {
  const days = daysAgo(at);
  if (days <= 0) return words().today;
  if (days === 1) return words().yesterday;
  return format(at, { weekday: 'long', day: 'numeric', month: 'long' });
}

export const monthYear = (daysBefore: number): string =>
  format(Date.now() - daysBefore * DAY, { day: 'numeric', month: 'short', year: 'numeric' });

export function ago(at: number): string {
  const relative = new Intl.RelativeTimeFormat(formatLocale(), { numeric: 'auto' });
  const minutes = Math.round((Date.now() - at) / 60_000);
  if (minutes < 60) return relative.format(-minutes, 'minute');
  if (minutes < 1440) return relative.format(-Math.round(minutes / 60), 'hour');
  const days = daysAgo(at);
  if (days < 14) return relative.format(-days, 'day');
  if (days < 60) return relative.format(-Math.round(days / 7), 'week');
  return relative.format(-Math.round(days / 30), 'month');
}

export function time(at: number, text: string): HTMLTimeElement {
  const element = document.createElement('time');
  element.dateTime = new Date(at).toISOString();
  element.title = format(at, { dateStyle: 'full', timeStyle: 'short' });
  element.dir = 'auto';
  element.textContent = text;
  return element;
}
