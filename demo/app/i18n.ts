/** The language of the page. */
import { en } from '../words/en.js';
import { id } from '../words/id.js';
import { saveText } from './storage.js';

export type Words = typeof en;
export type Locale = 'en' | 'id';

const TABLES: Record<Locale, Words> = { en, id };

/** `<html lang>` determines the language of the page and the elements. */
export const locale = (): Locale => (document.documentElement.lang === 'id' ? 'id' : 'en');

/** The page's texts. */
export const words = (): Words => TABLES[locale()];

/** For dates and numbers. English uses the 24-hour clock and day-first dates. */
export const formatLocale = (): string => (locale() === 'id' ? 'id-ID' : 'en-GB');

export function setLocale(next: Locale): void {
  saveText('inbox-locale', next);
  document.documentElement.lang = next;
}

export function followLocale(listener: () => void): void {
  new MutationObserver(listener).observe(document.documentElement, { attributeFilter: ['lang'] });
}
