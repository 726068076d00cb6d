import { LazyCode } from '../../ui/lazy-code.js';

export const chooserCode = new LazyCode(async () => (await import('./chooser.js')).Chooser);
