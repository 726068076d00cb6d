import { LazyCode } from '../../ui/lazy-code.js';

export const pageCode = new LazyCode(async () => (await import('./page.js')).SettingsPage);
