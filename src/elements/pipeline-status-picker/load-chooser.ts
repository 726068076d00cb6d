import { LazyCode } from '../../internal/lazy-code.js';

export const chooserCode = new LazyCode(async () => (await import('./chooser.js')).Chooser);
