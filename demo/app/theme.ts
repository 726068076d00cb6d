import { saveText } from './storage.js';

export type Theme = 'system' | 'light' | 'dark';

export const theme = (): Theme => document.documentElement.dataset.theme as Theme;

/** tokens.css turns the attribute into `color-scheme`, which the elements follow too. */
export function setTheme(next: Theme): void {
  saveText('inbox-theme', next);
  document.documentElement.dataset.theme = next;
}
