import { LazyCode } from '../../internal/lazy-code.js';

export const pageCode = new LazyCode(async () => (await import('./page.js')).SettingsPage);
