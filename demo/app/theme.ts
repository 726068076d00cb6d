/** Switches between light and dark. */
import { saveText } from './storage.js';

export type Theme = 'system' | 'light' | 'dark';

export const theme = (): Theme => document.documentElement.dataset.theme as Theme;

/** tokens.css converts the attribute to `color-scheme`, which the elements follow. */
export function setTheme(next: Theme): void {
  saveText('inbox-theme', next);
  document.documentElement.dataset.theme = next;
}
